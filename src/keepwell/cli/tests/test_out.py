import io
import json
from datetime import date
from decimal import Decimal

import pytest

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


class Terminal(io.StringIO):
    """A stream that says it is a person's screen."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("width", ["40", "60", "80"])
def test_a_narrow_terminal_cuts_no_number(width: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", width)
    monkeypatch.setenv("NO_COLOR", "1")
    amounts = [Decimal(f"{n}34567.89") for n in range(1, 7)]
    columns = [Column("line", "Line"), *[Column(f"mrr_{n}", f"MRR {n}", number=True) for n in range(1, 7)]]
    terminal = Terminal()
    Answer({}, [Sheet(columns, [("Opening", *amounts)])]).write("table", terminal)
    text = terminal.getvalue()
    assert all(f"{amount:,}" in text for amount in amounts)
    assert all("Opening" in line for line in text.splitlines() if "," in line)


def test_what_belongs_together_stays_together_on_a_narrow_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "30")
    columns = [Column("line", "Line"), Column("a", "Contract", number=True)]
    columns += [Column("b", "Irregular", number=True), Column("c", "MRR", number=True, tied=True)]
    terminal = Terminal()
    Answer({}, [Sheet(columns, [("Opening", 12, 34, 56)])]).write("table", terminal)
    first, second = (line for line in terminal.getvalue().splitlines() if "Line" in line)
    assert "Contract" in first
    assert "Irregular" in second
    assert "MRR" in second


def test_json_loses_no_letter_where_the_stream_cannot_write_it() -> None:
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii", errors="replace")
    Answer({"name": "Żółć"}).write("json", stream)
    stream.seek(0)
    assert json.loads(stream.read()) == {"name": "Żółć"}
