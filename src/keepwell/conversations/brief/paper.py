"""The brief on paper: a PDF made by Typst, and the text of a mail."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import formats, timezone, translation
from django.utils.translation import gettext as _

from keepwell.conversations.brief import Audience, Brief, Sentence, listed
from keepwell.lib.errors import KeepwellError
from keepwell.lib.text import gettext

LATIN = ("Libertinus Serif",)  # comes with Typst
CHINESE = {  # the faces of a script, the first that the machine has: the Japanese one draws characters otherwise
    "zh-hans": (
        "Noto Sans CJK SC",
        "Noto Serif CJK SC",
        "Source Han Sans SC",
        "WenQuanYi Zen Hei",
        "WenQuanYi Micro Hei",
    ),
    "zh-hant": (
        "Noto Sans CJK TC",
        "Noto Serif CJK TC",
        "Source Han Sans TC",
        "WenQuanYi Zen Hei",
        "WenQuanYi Micro Hei",
    ),
}
FONTS = "fonts"  # folder of the office's own fonts
_PAPER = Path(__file__).with_name("paper.typ")


def pdf_of(brief: Brief) -> bytes:
    """The brief as a PDF. Raises KeepwellError where it is in Chinese and the machine has no font for that."""
    import typst

    language = translation.get_language() or "en"
    chinese = _chinese(language)
    data = _data(brief)
    if chinese is None and _has_chinese(json.dumps(data, ensure_ascii=False)):
        raise KeepwellError(
            gettext("There is no font for Chinese on this machine."),
            ways=[
                gettext("Install one, for example Noto Sans CJK (on Debian: apt install fonts-noto-cjk)."),
                gettext("Put a font's file into the folder “{folder}” of the office.").format(folder=FONTS),
            ],
        )
    fonts = [*LATIN, *([chinese] if chinese else [])]
    if language.startswith("zh"):
        fonts.reverse()
    told = json.dumps({**data, "fonts": fonts, "language": language[:2]}, ensure_ascii=False)
    made: bytes = typst.compile(str(_PAPER), sys_inputs={"brief": told}, font_paths=_folders())
    return made


def text_of(brief: Brief) -> str:
    """The brief as the text of a mail: each sentence with its address below it."""
    data = _data(brief)
    lines = [data["title"], data["about"], ""]
    for part in data["parts"]:
        lines += [part["label"].upper(), ""]
        for one in part["sentences"]:
            lines += [f"- {one['text']}" + (f" “{one['quote']}”" if one["quote"] else ""), f"  {one['url']}"]
        lines.append("")
    if data["left_out"]:
        lines += [data["left_out"], ""]
    return "\n".join([*lines, data["foot"]]) + "\n"


def title_of(brief: Brief) -> str:
    """What it is called."""
    if brief.contact:
        return _("Before you meet {whom} of {account}").format(whom=brief.contact, account=brief.account)
    whom = {
        Audience.EXECUTIVE: _("Before you meet an executive of {account}"),
        Audience.MANAGER: _("Before you meet a manager of {account}"),
        Audience.STAFF: _("Before you meet a daily contact of {account}"),
    }
    return whom[brief.audience].format(account=brief.account)


def left_out(brief: Brief) -> str:
    """What is not in it, in a sentence; "" where nothing was left out."""
    if not brief.left_out:
        return ""
    parts = listed(
        _("{part} (it needs {needs})").format(part=one.label, needs=one.needs) for one in brief.left_out
    )
    return _("Left out, as nothing is known to say it from: {parts}.").format(parts=parts)


def _data(brief: Brief) -> dict[str, Any]:
    parts = [
        {
            "label": _("In short"),
            "told": True,
            "sentences": [_one(s) for w in brief.story for s in w.sentences],
        }
    ]
    parts = parts if brief.story else []
    parts += [
        {
            "label": str(written.part.label),
            "told": False,
            "sentences": [_one(one) for one in written.sentences],
        }
        for written in brief.parts
    ]
    now = timezone.localtime(brief.now)
    return {
        "title": title_of(brief),
        "about": _("Made on {when}. Every sentence leads to where it comes from.").format(
            when=formats.date_format(now, "DATETIME_FORMAT")
        ),
        "parts": parts,
        "left_out": left_out(brief),
        "foot": _("For you alone: it shows what you may see."),
    }


def _one(sentence: Sentence) -> dict[str, str]:
    return {
        "text": sentence.text,
        "quote": sentence.quote,
        "url": settings.ADDRESS + sentence.source.url,
        "source": str(sentence.source.label),
    }


def _folders() -> list[str]:
    own = Path(settings.OFFICE) / FONTS
    return [str(own)] if own.is_dir() else []


def _chinese(language: str) -> str | None:
    """The font for Chinese, of the script that is read."""
    there = _families()
    script = "zh-hant" if language == "zh-hant" else "zh-hans"
    other = next(name for name in CHINESE if name != script)
    return next((name for name in (*CHINESE[script], *CHINESE[other]) if name in there), None)


@cache
def _families() -> frozenset[str]:
    import typst

    return frozenset(typst.Fonts(font_paths=_folders()).families())


def _has_chinese(text: str) -> bool:
    return any("\u3400" <= char <= "\u9fff" or char >= "\U00020000" for char in text)
