"""`keepwell rules try|test|forms|words`: write a rule by typing a phrase, and see how it hears. No book is needed."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from keepwell.cli.helping import examples
from keepwell.cli.out import Answer, Column, Sheet
from keepwell.cli.session import session_of
from keepwell.lib.errors import BadInput
from keepwell.lib.text import gettext as _

if TYPE_CHECKING:
    from keepwell.listening.judging import Score
    from keepwell.listening.languages.lists import WordList
    from keepwell.listening.matching.hearing import Ears

Phrase = Annotated[str, typer.Argument(metavar="PHRASE", help=_("What to listen for, as one would say it."))]
Lang = Annotated[
    str, typer.Option("--lang", metavar="CODE", help=_("The language of the texts: en, zh, hu or pl."))
]
Own = Annotated[
    Path | None,
    typer.Option("--words", metavar="FILE", help=_("A word list of your own on top of the shipped one.")),
]
AT_ONCE = 500_000  # characters analysed together
SHOWN = 40  # forms of a slot on a screen


def add_to(app: typer.Typer) -> None:
    """Add `keepwell rules` and its subcommands."""
    group = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
    group.command(
        "try",
        help=_(
            "Hear a phrase in texts, one a line; “-” reads the input. Prints a JSON object for each line, in order."
        ),
        epilog=examples(
            'keepwell rules try "cancel the contract" --lang en mails.txt',
            'keepwell rules try "解除合同" --lang zh - < chats.txt',
        ),
    )(try_)
    group.command(
        "test",
        help=_("Score rules on labelled texts: how often a hit is right, and how many hits are heard."),
        epilog=examples(
            "keepwell rules test rules.yaml labelled.jsonl",
            "keepwell rules test rules.yaml labelled.jsonl --wrong",
            "keepwell --format json rules test rules.yaml labelled.jsonl",
        ),
    )(score)
    group.command(
        "forms",
        help=_("Show which forms a phrase would match, and what is proposed for other languages."),
        epilog=examples('keepwell rules forms "felmondja a szerződést" --lang hu'),
    )(forms)
    group.command(
        "words",
        help=_("Show the words that say the same, by theme; with --format json, to keep or to change them."),
        epilog=examples(
            "keepwell rules words --lang pl", "keepwell --format csv rules words --lang en --theme price"
        ),
    )(words)
    app.add_typer(group, name="rules", help=_("Try, test and look into rules that hear what customers say."))


def try_(
    phrase: Phrase,
    file: Annotated[str, typer.Argument(metavar="FILE", help=_("Texts, one a line, or “-” for the input."))],
    *,
    lang: Lang,
    own: Own = None,
) -> None:
    """One JSON object a line, and nothing else."""
    from keepwell.listening.matching.hearing import Ears

    ears = Ears(lang, [phrase], _words(lang, own))
    every_letter = (sys.stdout.encoding or "utf-8").lower().startswith("utf")
    batch: list[str] = []
    size = 0
    for line in _lines(file):
        batch.append(line)
        size += len(line)
        if size > AT_ONCE:
            _tell(ears, batch, every_letter=every_letter)
            batch, size = [], 0
    _tell(ears, batch, every_letter=every_letter)


def _words(lang: str, own: Path | None) -> "WordList | None":
    from keepwell.listening.languages import language_named
    from keepwell.listening.languages.lists import own as owned

    language_named(lang)
    return owned(lang, own) if own else None


def _lines(file: str) -> Iterator[str]:
    """The lines of a file as text; what is no UTF-8 is replaced, so that every line keeps its place."""
    try:
        stream = sys.stdin.buffer if file == "-" else Path(file).open("rb")  # noqa: SIM115 - closed below
    except OSError as error:
        raise BadInput(
            _("“{name}” cannot be opened.").format(name=file), seen=error.strerror or ""
        ) from error
    with stream:
        for line in stream:
            yield line.removesuffix(b"\n").removesuffix(b"\r").decode("utf-8", "replace")


def _tell(ears: "Ears", lines: list[str], *, every_letter: bool) -> None:
    from keepwell.listening.matching.hearing import by_turn

    if not lines:
        return
    for heard in by_turn(ears.hear(ears.analyse(lines)), len(lines)):
        told: dict[str, Any] = {"verdict": "none", "spans": [], "cue": None}
        if heard:
            denied = heard.verdict.value == "negated"
            told = {
                "verdict": heard.verdict.value,
                "spans": [list(span) for span in heard.spans],
                "cue": heard.cue if denied else None,
            }
        sys.stdout.write(json.dumps(told, ensure_ascii=not every_letter) + "\n")


def score(
    context: typer.Context,
    rules: Annotated[Path, typer.Argument(metavar="RULES.yaml", help=_("The rules."))],
    texts: Annotated[
        list[Path], typer.Argument(metavar="FILE.jsonl", help=_("Labelled texts, one or several files."))
    ],
    *,
    wrong: Annotated[
        bool, typer.Option("--wrong", help=_("List the texts heard otherwise than labelled."))
    ] = False,
) -> None:
    """Scores by rule and in all."""
    from keepwell.listening.judging import judged, labelled_in
    from keepwell.listening.rules import read

    labelled = [text for path in texts for text in labelled_in(path)]
    session_of(context).show(scored(judged(read(rules), labelled), wrong=wrong))


def scored(scores: "dict[str, Score]", *, wrong: bool) -> Answer:
    """Scores as a table, and the wrong ones below."""
    columns = [
        Column("rule", _("Rule")),
        *(Column(name, label, number=True) for name, label in (
            ("texts", _("Texts")),
            ("precision", _("Precision")), ("precision_low", _("at least")), ("precision_high", _("at most")),
            ("recall", _("Recall")), ("recall_low", _("at least")), ("recall_high", _("at most")),
            ("denied", _("Denials")), ("denied_told", _("told apart")),
        )),
    ]  # fmt: skip
    data = [{"rule": name or None, **_figures(score)} for name, score in scores.items()]
    rows = [[line["rule"] or _("all"), *(line[column.name] for column in columns[1:])] for line in data]
    sheets = [Sheet(columns, rows)]
    mistakes = [
        {
            "id": one.labelled.id, "rule": one.labelled.rule, "labelled": one.labelled.verdict.value,
            "heard": one.heard.value, "words": " … ".join(one.words), "cue": one.cue, "text": one.labelled.text,
        }
        for one in scores[""].wrong
    ]  # fmt: skip
    if wrong:
        names = {
            "id": _("Text"), "rule": _("Rule"), "labelled": _("Labelled"), "heard": _("Heard"), "words": _("Words"),
            "cue": _("Cue"), "text": _("What was said"),
        }  # fmt: skip
        listed = [Column(name, label) for name, label in names.items()]
        sheets.append(Sheet(listed, [[one[name] or "" for name in names] for one in mistakes]))
    return Answer({"rules": data, "wrong": mistakes} if wrong else {"rules": data}, sheets)


def _figures(score: "Score") -> dict[str, Any]:
    found: dict[str, Any] = {"texts": score.texts}
    for name, value in (("precision", score.precision), ("recall", score.recall)):
        interval = score.interval(name) or (None, None)
        for label, figure in ((name, value), (f"{name}_low", interval[0]), (f"{name}_high", interval[1])):
            found[label] = None if figure is None else round(figure, 3)
    return found | {"denied": score.denied, "denied_told": score.denied_told}


def forms(context: typer.Context, phrase: Phrase, *, lang: Lang) -> None:
    """Slot by slot, then the whole other ways of saying it, and below what would be typed in the other languages."""
    from keepwell.listening.rules import Rule, proposals, sayings
    from keepwell.listening.rules import forms as forms_of

    rule = Rule(name="typed", phrases={lang: (phrase,)})
    found, said_otherwise = forms_of(rule, lang), sayings(rule, lang)
    proposed = proposals(phrase, lang)
    sheets = [
        Sheet(
            [Column("slot", _("Slot"), number=True), Column("forms", _("Forms"))],
            [
                (k, ", ".join(slot[:SHOWN]) + (" …" if len(slot) > SHOWN else ""))
                for k, slot in enumerate(found, 1)
            ],
        ),
        Sheet([Column("saying", _("Other ways of saying it"))], [(way,) for way in said_otherwise]),
        Sheet(
            [Column("language", _("Language")), Column("proposed", _("Proposed"))],
            [(code, "; ".join(said)) for code, said in sorted(proposed.items())],
        ),
    ]
    session_of(context).show(
        Answer({"slots": found, "sayings": said_otherwise, "proposed": proposed}, sheets)
    )


def words(
    context: typer.Context,
    *,
    lang: Lang,
    theme: Annotated[str, typer.Option("--theme", metavar="THEME", help=_("Only this theme."))] = "",
    own: Own = None,
) -> None:
    """The list as it would be used."""
    from keepwell.listening.languages.lists import shipped

    listed = _words(lang, own) or shipped(lang)
    rows = [
        (listed.themes[idea], idea, ", ".join(said))
        for idea, said in listed.words.items()
        if not theme or listed.themes[idea] == theme
    ]
    data: dict[str, dict[str, list[str]]] = {}
    for of, idea, _said in rows:
        data.setdefault(of, {})[idea] = list(listed.words[idea])
    columns = [Column("theme", _("Theme")), Column("idea", _("Idea")), Column("words", _("Words"))]
    session_of(context).show(Answer(data, [Sheet(columns, rows)]))
