"""What the pages say must be so."""

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
SOURCE = ROOT / "src" / "keepwell"


def page(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def test_the_readme_is_read_in_five_minutes() -> None:
    assert page("README.md").count("\n") <= 150


def test_the_readme_names_commands_that_exist() -> None:
    import typer

    from keepwell.cli.main import app

    commands = typer.main.get_command(app).commands
    globals_ = r"(?: --(?:home|engine|format) \S+)*"
    for name in ("README.md", "docs/architecture.md", "CHANGELOG.md"):
        for said in re.findall(rf"keepwell{globals_} ([a-z][a-z-]+)", page(name)):
            assert said in commands or said in PROSE, f"{name} names keepwell {said}"


PROSE = {"as", "command", "in", "measures", "is", "then"}


@pytest.mark.parametrize(
    "name", sorted(p.relative_to(ROOT).as_posix() for p in [*ROOT.glob("*.md"), *DOCS.rglob("*.md")])
)
def test_every_link_leads_somewhere(name: str) -> None:
    broken = [
        target
        for target in re.findall(r"\]\(([^)#]+?)(?:#[^)]*)?\)", page(name))
        if "://" not in target and not (ROOT / name).parent.joinpath(target).exists()
    ]
    assert not broken


def words() -> list[tuple[str, bool]]:
    """Each word of the glossary, and whether the room it belongs to exists."""
    found = []
    for line in page("docs/glossary.md").splitlines():
        if line.startswith("- **"):
            head = line.split(": ")[0]
            found += [(word, "*not yet*" not in head) for word in re.findall(r"\*\*(.+?)\*\*", head)]
    return found


def in_the_code(word: str) -> bool:
    """Whether a class, a folder, a file, a table or column, or a text on the screen bears the word."""
    stem = word.lower().replace("-", "_").replace(" ", "_")
    plural = stem[:-1] + "ies" if stem.endswith("y") else stem + "s"
    sources = [p for p in SOURCE.rglob("*.py") if "tests" not in p.parts]
    if any(p.stem in (stem, plural) for p in (*sources, *(q.parent for q in sources))):
        return True
    either = rf"(?:{stem}|{plural})"
    named = re.compile(
        rf"class _?{stem.title().replace('_', '')}\b|\b{either}\b\s*[:=(]|\"{either}\"|def {either}\b", re.M
    )
    label = re.compile(rf"_\([^)]*\b{re.escape(word)}\b", re.I | re.S)
    return any(
        named.search(text) or label.search(text) for text in (p.read_text(encoding="utf-8") for p in sources)
    )


def test_every_word_of_the_glossary_is_used_by_the_code() -> None:
    assert len(words()) > 40
    assert [word for word, exists in words() if exists and not in_the_code(word)] == []


def test_a_word_marked_not_yet_has_neither_room_nor_table() -> None:
    from keepwell.book.tables import all_tables

    there = {p.name for p in SOURCE.iterdir() if p.is_dir()} | set(all_tables())
    for word, exists in words():
        if not exists:
            stem = word.lower().replace("-", "").replace(" ", "_")
            assert not {stem, stem + "s"} & there, f"{word} is there now: say what it is in the glossary"


def test_every_word_of_the_glossary_stands_in_it_once() -> None:
    names = [word for word, _exists in words()]
    assert sorted(set(names)) == sorted(names)


def test_the_reference_pages_say_what_the_code_says() -> None:
    from keepwell.cli.reference import pages

    stale = [
        name for name, content in pages().items() if (DOCS / name).read_text(encoding="utf-8") != content
    ]
    assert not stale, "run make reference and commit what it writes"


def test_every_table_of_the_book_is_documented() -> None:
    from keepwell.book.tables import all_tables

    text = page("docs/tables.md")
    for table in all_tables().values():
        assert f"## {table.name}\n" in text
        for column in table.columns:
            assert column.help, f"{table.name}.{column.name} has no line of help"
            assert f"`{column.name}`" in text


def test_every_decision_tells_context_choice_rejected_and_cost() -> None:
    decisions = sorted((DOCS / "decisions").glob("*.md"))
    assert [path.name[:4] for path in decisions] == [f"{n:04}" for n in range(1, len(decisions) + 1)]
    for path in decisions:
        headings = re.findall(r"^## (.+)$", path.read_text(encoding="utf-8"), re.M)
        assert headings == ["Context", "Choice", "Rejected", "Cost"], path.name


def test_adding_something_takes_at_most_six_steps() -> None:
    parts = re.split(r"^## Adding ", page("CONTRIBUTING.md"), flags=re.M)[1:]
    assert {part.split("\n")[0] for part in parts} >= {"a metric", "a definition", "an import table"}
    for part in parts:
        assert len(re.findall(r"^\d+\. ", part, re.M)) <= 6


def test_every_schema_is_one() -> None:
    from jsonschema import Draft202012Validator

    for path in (DOCS / "schemas").glob("*.json"):
        Draft202012Validator.check_schema(json.loads(path.read_text(encoding="utf-8")))


def test_every_metric_is_documented() -> None:
    from keepwell.metrics.registry import all_metrics

    text = page("docs/metrics.md")
    for name, metric in all_metrics().items():
        assert f"## {metric.label}\n" in text
        assert f"`{name}`" in text


def test_every_definition_is_documented_with_its_source() -> None:
    from keepwell.metrics.definitions import all_definitions

    text = page("docs/metrics.md")
    for name, entry in all_definitions().items():
        assert f"## {entry.label}\n" in text
        assert f"`{name}`" in text
        assert entry.source


def test_every_policy_is_documented_with_its_default() -> None:
    from dataclasses import fields

    from keepwell.ledger.policies import Policies

    text = page("docs/measuring.md")
    for field in fields(Policies):
        assert f"`{field.name}`" in text
        assert str({None: "none", False: "no"}.get(field.default, field.default)) in text
