"""English."""

import re

from keepwell.listening.languages import Language, irregular, marks

_VOWELS = "aeiou"
_NOUN = re.compile(
    r"(?!(?:function|mention|question|position|condition|implement|supplement|document|comment|balance|finance|influence"
    r"|experience|evidence|reference|sequence)$)...*(?:tion|sion|ment|ance|ence|ness|ity|ship|laint|posal|rawal|newal"
    r"|(?:li|vi|pl)er|ider|itor|ctor|dor|yer|ager|tome)$"
)
_UNCHANGED = re.compile(  # adjectives, adverbs
    r"(?!(?:app|supp|comp|imp|multip|rep|re|fami|assemb|monopo|anoma)ly$)"
    r"....*(?:sive|ous|ful|able|ible|(?<!e)ed|ish|cey|ly)$|dear"
)


def inflected(word: str) -> tuple[str, ...]:
    """The forms of a word: of a noun plural and possessive, of others also third person, past and participles."""
    if _UNCHANGED.fullmatch(word):
        return (word,)
    own = irregular("en").get(word, ())
    y, e = len(word) > 2 and word[-1] == "y" and word[-2] not in _VOWELS, word.endswith("e")
    if y:
        s, past = f"{word[:-1]}ies", f"{word[:-1]}ied"
    else:
        s = word + ("es" if word.endswith(("s", "x", "z", "ch", "sh")) else "s")
        past = word + ("d" if e else "ed")
    if _NOUN.fullmatch(word):
        return tuple(sorted({word, s, f"{word}'s", f"{s}'"}))
    stem = word[:-1] if e and not word.endswith(("ee", "oe", "ye")) else word
    ing = f"{word[:-2]}ying" if word.endswith("ie") else f"{stem}ing"
    found = {word, s, f"{word}'s", f"{word}s'", ing, *own, *(() if own else (past,))}
    if len(word) > 2 and word[-1] not in f"{_VOWELS}wxy" and word[-2] in _VOWELS and word[-3] not in _VOWELS:
        found |= {f"{word}{word[-1]}ing"} | (set() if own else {f"{word}{word[-1]}ed"})
    return tuple(sorted(found))


LANGUAGE = Language(
    code="en",
    stemmer="english",
    classes=(
        (
            "past",
            "..ed$|^(cut|left|gone|given|quit|split|shrunk|bought|sold|paid|broken|withdrawn|sent|made|got|gotten|won"
            "|put|brought|told|said|found|lost|kept|held|done|seen|written|taken|chosen)$",
        ),
        ("noun", "...(tion|sion|ment|ance|wal|over|ture|age)$"),
        ("compound", "...(tion|sion|ment|ance|wal|over|ture|age)s?$|^(change|switch|exit|cut|reduction)s?$"),
        ("plural", "..[^su]s$"),
    ),
    gap=6,
    turned=9,
    reach=8,
    back=0,
    inflected=inflected,
    **marks("en"),
)
