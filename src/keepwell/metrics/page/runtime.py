"""Vega, Vega-Lite and Vega-Embed as one script, out of vl-convert; nothing is fetched."""

import contextlib
import os
import re
import tempfile
from functools import cache
from importlib import metadata
from pathlib import Path

import vl_convert as vlc
from platformdirs import user_cache_dir

MADE = 2  # raise it when the script is made otherwise


@cache
def runtime() -> str:
    """The script. Putting it together takes seconds, so it is kept in the person's cache folder, by version.

    Where that folder cannot be read or written the script is put together each time.
    """
    kept = _place()
    with contextlib.suppress(OSError, UnicodeDecodeError):
        found = kept.read_text(encoding="utf-8")
        if found:
            return found
    made = _bundled()
    with contextlib.suppress(OSError):
        _keep(kept, made)
    return made


def _place() -> Path:
    version = "-".join(
        (
            metadata.version("vl-convert-python"),
            vlc.get_vega_version(),
            vlc.get_vega_embed_version(),
            str(MADE),
        )
    )
    return Path(user_cache_dir("keepwell", appauthor=False)) / f"vega-{version}.js"


def _bundled() -> str:
    bundle = str(vlc.javascript_bundle("window.vegaEmbed = vegaEmbed;"))
    # A string inside the libraries must not end the element, and no address in them is one to load from.
    return re.sub(r"</(?=script)", r"<\\/", bundle, flags=re.IGNORECASE)


def _keep(path: Path, text: str) -> None:
    """Write it beside and move it into place: a reader sees all of it or nothing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, beside = tempfile.mkstemp(dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(text)
        Path(beside).replace(path)
    except OSError:
        Path(beside).unlink(missing_ok=True)
        raise
