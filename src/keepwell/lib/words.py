"""Gathering the texts to translate: those given to gettext, and the docstrings that people read as meanings.

`make words` has pybabel call this, then `python -m keepwell.lib.words` bring each language's catalogue up to date:
texts that are gone go, new ones wait without a translation, and what programs read is written. Nothing of the product
calls it.
"""

import ast
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

LOCALE = Path(__file__).parents[1] / "locale"
TEMPLATE, CATALOGUE = LOCALE / "keepwell.pot", Path("LC_MESSAGES") / "django.po"
_DATED = re.compile(
    r'"(POT-Creation-Date|PO-Revision-Date|Last-Translator|Language-Team|Generated-By): [^"]*"\n'
)
_NO_DAY = datetime(2000, 1, 1, tzinfo=UTC)
_TWO_FORMS = ("hu",)  # Babel knows one form for it; Django's own catalogue has two

READ_BY_PEOPLE = ("metric", "definition")  # decorators whose function is explained by its docstring

Found = tuple[int, str | None, Any, Any]


def texts(file: IO[bytes], keywords: Mapping[str, Any], tags: Sequence[str], options: Any) -> Iterator[Found]:
    """The texts of a Python file, as Babel's extractors give them: line, function, message, comments."""
    from babel.messages.extract import extract_python

    for line, function, message, comments in extract_python(file, keywords, tags, options):
        yield line, str(function), message, comments
    file.seek(0)
    for found in ast.walk(ast.parse(file.read())):
        if isinstance(found, ast.FunctionDef) and any(map(_makes_known, found.decorator_list)):
            said = ast.get_docstring(found, clean=False)
            if said:
                yield found.lineno, None, " ".join(said.split()), []


def _makes_known(decorator: ast.expr) -> bool:
    made = decorator.func if isinstance(decorator, ast.Call) else decorator
    return isinstance(made, ast.Name) and made.id in READ_BY_PEOPLE


def languages() -> list[str]:
    """The languages there are catalogues of, by the name of their folder."""
    return sorted(found.parts[-3] for found in LOCALE.glob(f"*/{CATALOGUE.as_posix()}"))


def renewed(language: str) -> tuple[str, bytes, list[str]]:
    """A language's catalogue with the texts there are now: as text, as programs read it, and what it lacks."""
    from babel.messages.catalog import Catalog
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po, write_po

    template = read_po(io.BytesIO(TEMPLATE.read_bytes()))
    known = read_po(io.BytesIO((LOCALE / language / CATALOGUE).read_bytes()), locale=language)
    made: Any = Catalog(
        locale=language,
        domain="django",
        header_comment=f"# Keepwell in {language}.",
        project="Keepwell",
        version="",
        fuzzy=False,
    )
    if language in _TWO_FORMS:
        made._num_plurals, made._plural_expr = 2, "(n != 1)"
    lacking = []
    for message in template:
        if not message.id:
            continue
        found = known.get(
            message.id if isinstance(message.id, str) else message.id[0], context=message.context
        )
        said: Any = (found.string if found else "") or ""
        forms = (said,) if isinstance(said, str) else said
        if not all(forms) or len(forms) != (1 if isinstance(message.id, str) else made.num_plurals):
            said = "" if isinstance(message.id, str) else ("",) * made.num_plurals
            lacking.append(message.id if isinstance(message.id, str) else message.id[0])
        made.add(message.id, said, flags=message.flags, context=message.context)
    text, read = io.BytesIO(), io.BytesIO()
    write_po(text, made, sort_output=True, width=110, no_location=True)
    written = _DATED.sub("", text.getvalue().decode())  # the same texts make the same file
    undated: Any = read_po(io.BytesIO(written.encode()), locale=language)
    undated.creation_date = undated.revision_date = _NO_DAY
    write_mo(read, undated)
    return written, read.getvalue(), lacking


def main() -> None:
    """Write every language's catalogue anew."""
    for language in languages():
        text, read, lacking = renewed(language)
        file = LOCALE / language / CATALOGUE
        file.write_text(text, encoding="utf-8")
        file.with_suffix(".mo").write_bytes(read)
        print(f"{language}: {len(lacking)} texts wait for a translation")  # noqa: T201 - whoever renews the words reads it


if __name__ == "__main__":
    main()
