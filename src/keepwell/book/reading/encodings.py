"""Which encoding a text file is in: found by trying decoders and judging what comes out."""

import codecs
import re
from collections.abc import Callable
from dataclasses import dataclass, field

from keepwell.lib.errors import BadInput
from keepwell.lib.text import gettext as _
from keepwell.lib.text import near

# Names a person may force, and the codec behind each.
CODECS = {
    "utf-8": "utf-8-sig",
    "utf-16": "utf-16",
    "utf-16-le": "utf-16-le",
    "utf-16-be": "utf-16-be",
    "windows-1250": "cp1250",
    "windows-1252": "cp1252",
    "gb18030": "gb18030",
    "big5": "big5hkscs",
}
_SAMPLE = 256 * 1024
# The letters beyond ASCII of the languages written in each code page, by language.
_ALPHABETS = {
    "windows-1250": {
        "pl": "ąćęłńóśźż",
        "cs": "áčďéěíňóřšťúůýž",
        "sk": "áäčďéíĺľňóôŕšťúýž",
        "hu": "áéíóöőúüű",
        "de": "äöüßé",
        "hr": "čćđšž",
        "ro": "ăâîşţ",
    },
    "windows-1252": {
        "de": "äöüßé",
        "fr": "àâæçéèêëîïôœùûüÿ",
        "es": "áéíñóúüç",
        "pt": "áâãàçéêíóôõú",
        "it": "àèéìíîòóùú",
        "nl": "éèëïöüê",
        "sv": "åäöé",
        "da": "æøåéö",
        "is": "áæðéíóöúýþ",
    },
}
# Where a letter stands in none of these languages: Portuguese has õ only before e, Spanish ñ only and Polish ń never
# before a vowel, and no longer word begins with è.
_NOWHERE = {
    "windows-1250": re.compile(r"ń(?=[aeiouyáéíóú])"),
    "windows-1252": re.compile(r"õ(?!e)|ñ(?![aeiouyáéíóú])|\bè\w"),
}
_SIGNS = frozenset("€„”“‘’–—…§°«»·©®™×\xa0")  # at the same place in both


def codec_named(name: str) -> tuple[str, str]:
    """The name and codec of an encoding a person asked for. Raises BadInput where it is unknown."""
    wanted = name.strip().lower().replace("_", "-").replace("cp125", "windows-125").replace("utf8", "utf-8")
    wanted = {"gbk": "gb18030", "gb2312": "gb18030", "utf16": "utf-16", "utf-8-sig": "utf-8"}.get(
        wanted, wanted
    )
    if wanted in CODECS:
        return wanted, CODECS[wanted]
    try:
        return wanted, codecs.lookup(wanted).name
    except LookupError:
        raise BadInput(
            _("“{name}” is not an encoding.").format(name=name),
            ways=[_("Choose one of {names}.").format(names=", ".join(near(wanted, CODECS) or CODECS))],
        ) from None


@dataclass
class Listener:
    """Hears all bytes of a file, a chunk at a time, and remembers what tells its encoding.

    Keeps no more than a sample of the lines that are not plain ASCII.
    """

    bom: str = ""
    plain: bool = True  # only ASCII so far
    utf8: bool = True  # valid as UTF-8 so far
    zeros_even: int = 0
    zeros_odd: int = 0
    heard: int = 0
    sample: bytearray = field(default_factory=bytearray)
    _decode: Callable[..., str] = field(
        default_factory=lambda: codecs.getincrementaldecoder("utf-8")().decode
    )

    def hear(self, chunk: bytes) -> None:
        """Take in the next bytes."""
        if not self.heard:
            self.bom = _bom(chunk)
        if self.heard < _SAMPLE:
            head = chunk[: _SAMPLE - self.heard]
            self.zeros_even += head[0::2].count(0)
            self.zeros_odd += head[1::2].count(0)
        self.heard += len(chunk)
        if chunk.isascii() and self.plain:
            return
        self.plain = False
        if self.utf8:
            try:
                self._decode(chunk)
            except UnicodeDecodeError:
                self.utf8 = False
        if len(self.sample) < _SAMPLE:
            self._remember(chunk)

    def _remember(self, chunk: bytes) -> None:
        for line in chunk.split(b"\n"):
            if not line.isascii() and len(self.sample) < _SAMPLE:
                self.sample += line[:4096] + b"\n"

    def ended_whole(self) -> bool:
        """Whether what was heard is valid UTF-8 to its last byte."""
        try:
            self._decode(b"", True)
        except UnicodeDecodeError:
            return False
        return self.utf8

    @property
    def wide(self) -> str:
        """The UTF-16 that the pattern of zero bytes tells of, or nothing."""
        if self.bom.startswith("utf-16"):
            return self.bom
        half = max(min(self.heard, _SAMPLE) // 2, 1)
        if self.zeros_odd > 0.3 * half and self.zeros_even < 0.05 * half:
            return "utf-16-le"
        if self.zeros_even > 0.3 * half and self.zeros_odd < 0.05 * half:
            return "utf-16-be"
        return ""

    def verdict(self) -> tuple[str, str]:
        """The encoding's name and codec. Raises BadInput where nothing plausible comes out."""
        if self.wide:
            return self.wide, CODECS["utf-16"] if self.bom else CODECS[self.wide]
        if self.plain or self.ended_whole():
            return "utf-8", CODECS["utf-8"]
        sample = bytes(self.sample)
        scores = {name: _plausible(sample, name) for name in ("gb18030", "big5", *_ALPHABETS)}
        best = max(scores, key=lambda name: scores[name])
        if scores[best] < 0.5:
            raise BadInput(
                _("The encoding of the file could not be told."),
                seen=_("bytes that are no UTF-8 and no plausible text in {names}").format(
                    names=", ".join(scores)
                ),
                ways=[_("Name it: --encoding windows-1252, for example."), _("Save the file as UTF-8.")],
            )
        if best in _ALPHABETS:
            best = _western_or_central(sample)
        return best, CODECS[best]


def _bom(start: bytes) -> str:
    if start.startswith(codecs.BOM_UTF8):
        return "utf-8"
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    return ""


def _plausible(sample: bytes, name: str) -> float:
    """The share of what is not ASCII that comes out as letters people of these languages write every day.

    For Chinese these are the characters in the first, frequent levels of GB 2312 and of Big5.
    """
    good = total = 0
    for line in sample.split(b"\n"):
        try:
            text = line.decode(CODECS[name])
        except UnicodeDecodeError:
            total += sum(b > 127 for b in line)
            continue
        for character in text:
            if character.isascii():
                continue
            total += 1
            good += _everyday(character, name)
    return good / total if total else 0.0


def _western_or_central(sample: bytes) -> str:
    """The one of two code pages, alike in half their letters, in which more lines are written as one language is.

    Raises BadInput where nothing tells them apart and it matters.
    """
    lines = [line for line in sample.split(b"\n") if line]
    read = {name: [line.decode(CODECS[name], "replace") for line in lines] for name in _ALPHABETS}
    central, western = read
    fits = {name: sum(_of_one_language(text.lower(), name) for text in texts) for name, texts in read.items()}
    if fits[central] != fits[western]:
        return max(fits, key=lambda name: fits[name])
    apart = next((pair for pair in zip(*read.values(), strict=True) if pair[0] != pair[1]), None)
    if apart is None:
        return central
    raise BadInput(
        _("The encoding of the file could not be told: it may be of two."),
        seen=_("“{a}” in {central}, “{b}” in {western}").format(
            a=apart[0].strip()[:80], b=apart[1].strip()[:80], central=central, western=western
        ),
        ways=[_("Say which one reads right: --encoding {name}").format(name=name) for name in read],
    )


def _of_one_language(text: str, name: str) -> bool:
    letters = {letter for letter in text if not letter.isascii() and letter not in _SIGNS}
    fits = any(letters <= set(alphabet) for alphabet in _ALPHABETS[name].values())
    return fits and not _NOWHERE[name].search(text)


def _everyday(character: str, name: str) -> bool:
    if name in _ALPHABETS:
        return character in _SIGNS or any(character.lower() in a for a in _ALPHABETS[name].values())
    if character in "，。、；：？！“”‘’（）《》「」—…　·":
        return True
    try:
        code = character.encode("gb2312" if name == "gb18030" else "big5")
    except UnicodeEncodeError:
        return False
    if len(code) != 2:
        return False
    lead, low, high = code[0], *((0xB0, 0xD7) if name == "gb18030" else (0xA4, 0xC6))
    return low <= lead <= high
