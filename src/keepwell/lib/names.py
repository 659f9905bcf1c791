"""Parts of people's names, as they stand alone in what others write of them: “Ann called”, “Évával beszéltem”.

Written as names are, with a capital: "grace" is no Grace. Hungarian and Polish end a name by its case, and those
endings are known; Chinese calls a person by the given name, which follows the family's.
"""

import re
from collections.abc import Iterable

_SHORTEST = 3  # letters of a part that may stand alone
_BETWEEN = re.compile(r"[\s,.;·]+")
_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]+")
_TITLES = frozenset(
    {"mr", "mrs", "ms", "miss", "dr", "prof", "sir", "herr", "frau", "ing", "mag", "pan", "pani", "van", "von", "der",
     "den", "del"}
)  # fmt: skip
_OTHER_WORDS = frozenset(
    {"may", "april", "june", "august", "will"}
)  # mean something else where a sentence begins
_HUNGARIAN = (
    "t|ot|et|öt|at|nak|nek|[bcdfghjklmnprstvz](?:al|el)|val|vel|ban|ben|ba|be|ból|ből|hoz|hez|höz|tól|től|nál|nél"
    "|ra|re|ról|ről|ért|ig|é|ék|éknak|éknek|ékkal|ékkel"
)
_POLISH = "a|u|owi|em|iem|ze|ie|e|ego|emu|im|ym|om|ów|owie|ami|ach"
_POLISH_OF_A = "a|y|i|ie|e|ę|ą|o|om|ami|ach"


def parts_of(name: str) -> list[str]:
    """The parts of a name by which somebody may be called alone, without titles and initials, with a capital."""
    found = []
    for part in filter(None, _BETWEEN.split(name)):
        if _HAN.fullmatch(part):
            found += [part[-2:]] if len(part) > 2 else []  # of three or four the last two are the given name
        elif len(part) >= _SHORTEST and part[0].isalpha() and part.casefold() not in _TITLES | _OTHER_WORDS:
            found.append(part[0].upper() + (part[1:].lower() if part.isupper() else part[1:]))
    return found


def called(part: str, language: str = "") -> str:
    """A pattern of a part of a name, in any case of a language, without what must stand around it."""
    if _HAN.fullmatch(part):
        return part
    plain = "|".join(_literal(form) for form in (part, part.upper()))
    if language.startswith("hu"):
        long = {"a": "á", "e": "é", "o": "ó"}.get(part[-1])
        return f"(?:{plain}|{_literal(part[:-1] + long if long else part)}(?:{_HUNGARIAN}))"
    if language.startswith("pl"):
        stem, endings = (part[:-1], _POLISH_OF_A) if part[-1] == "a" else (part, _POLISH)
        return f"(?:{plain}|{_literal(stem)}(?:{endings}))"
    return f"(?:{plain})"


def alone(parts: Iterable[str], language: str = "") -> re.Pattern[str]:
    """What finds parts of names in a text, each as a word of its own."""
    return re.compile(
        "|".join(
            called(part) if _HAN.fullmatch(part) else rf"(?<!\w){called(part, language)}(?!\w)"
            for part in parts
        )
    )


def _literal(text: str) -> str:
    return "".join(char if char.isalnum() else re.escape(char) for char in text)
