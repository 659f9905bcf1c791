"""Gathering the texts of templates to translate. `make words` has pybabel call this; nothing of the product does."""

import io
from collections.abc import Iterator, Mapping, Sequence
from typing import IO, Any

Found = tuple[int, str | None, Any, Any]


def texts(file: IO[bytes], keywords: Mapping[str, Any], tags: Sequence[str], options: Any) -> Iterator[Found]:
    """The texts of a Django template, as Babel's extractors give them: line, function, message, comments."""
    from babel.messages.extract import extract_python
    from django.conf import settings

    if not settings.configured:
        settings.configure()
    from django.utils.translation.template import templatize

    # What Django makes for xgettext reads as Python once no line is indented.
    source = "\n".join(line.lstrip() for line in templatize(file.read().decode()).split("\n"))
    for line, function, message, comments in extract_python(
        io.BytesIO(source.encode()), keywords, tags, options
    ):
        yield line, str(function), message, comments
