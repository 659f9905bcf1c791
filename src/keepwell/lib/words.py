"""Gathering the texts to translate: those given to gettext, and the docstrings that people read as meanings.

`make words` has pybabel call this; nothing of the product does.
"""

import ast
from collections.abc import Iterator, Mapping, Sequence
from typing import IO, Any

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
