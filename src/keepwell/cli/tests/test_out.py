import io
import json
from datetime import date
from decimal import Decimal

from keepwell.cli.out import Answer, Column, Sheet

SHEET = Sheet(
    [Column("account_id", "Account"), Column("mrr", "MRR", number=True), Column("since", "Since")],
    [("a1", Decimal("1234.50"), date(2026, 1, 1)), ("=HYPERLINK(1)", None, None)],
    title="Leaving",
)


def written(format_: str, answer: Answer) -> str:
    stream = io.StringIO()
    answer.write(format_, stream)
    return stream.getvalue()


def test_a_table_in_a_pipe_is_whole_and_uncoloured() -> None:
    long = "a very long name of an account " * 20
    text = written("table", Answer({}, [Sheet([Column("name")], [(long.strip(),)])]))
    assert long.strip() in text
    assert "\x1b" not in text
    assert not any(line != line.rstrip() for line in text.splitlines())


def test_numbers_are_grouped_for_people_and_plain_for_scripts() -> None:
    assert "1,234.50" in written("table", Answer({}, [SHEET]))
    assert "a1,1234.50,2026-01-01" in written("csv", Answer({}, [SHEET]))


def test_json_gives_money_as_text_and_days_in_iso_form() -> None:
    data = {"mrr": Decimal("12.00"), "day": date(2026, 1, 31)}
    assert json.loads(written("json", Answer(data))) == {"mrr": "12.00", "day": "2026-01-31"}


def test_a_formula_in_a_name_is_text_in_the_spreadsheet() -> None:
    assert "'=HYPERLINK(1)" in written("csv", Answer({}, [SHEET]))


def test_a_negative_number_is_not_taken_for_a_formula() -> None:
    sheet = Sheet([Column("change")], [("-12.50",), ("-1+1|cmd",)])
    assert written("csv", Answer({}, [sheet])).splitlines() == ["change", "-12.50", "'-1+1|cmd"]


def test_a_name_cannot_move_the_cursor_of_the_terminal() -> None:
    text = written("table", Answer({}, [Sheet([Column("name")], [("\x1b[2Jgone",), ("[bold]kept[/bold]",)])]))
    assert "\x1b" not in text
    assert "[bold]kept[/bold]" in text
