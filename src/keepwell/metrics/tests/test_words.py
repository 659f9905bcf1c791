"""What people read can be translated, the meaning of every metric and definition included."""

from pathlib import Path

from babel.messages.extract import DEFAULT_KEYWORDS

from keepwell.lib.text import speaking
from keepwell.lib.words import texts
from keepwell.metrics.definitions import all_definitions
from keepwell.metrics.registry import all_metrics

ROOM = Path(__file__).parents[1]


def _gathered(folder):
    found = set()
    for path in (ROOM / folder).glob("*.py"):
        with path.open("rb") as file:
            found |= {
                message for _line, _function, message, _comments in texts(file, DEFAULT_KEYWORDS, [], {})
            }
    return found


def test_the_label_formula_and_meaning_of_every_metric_are_gathered_for_translation():
    gathered = _gathered("rates")
    for metric in all_metrics().values():
        assert {metric.label, metric.formula, metric.meaning} <= gathered


def test_the_label_source_and_meaning_of_every_definition_are_gathered_for_translation():
    gathered = _gathered("definitions")
    for entry in all_definitions().values():
        assert {entry.label, entry.source, entry.meaning} <= gathered


def test_whoever_reads_first_does_not_give_the_metrics_their_language_to_all_others():
    with speaking("hu"):
        hungarian = all_metrics()["customer_churn"].label
    with speaking("pl"):
        polish = all_metrics()["customer_churn"].label
    with speaking("en"):
        assert len({all_metrics()["customer_churn"].label, hungarian, polish}) == 3
