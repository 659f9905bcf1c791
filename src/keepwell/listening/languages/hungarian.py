"""Hungarian words and their forms: the case of a noun, what a verb's form is, and a verb's whole paradigm."""

import re
import unicodedata

_BACK = frozenset("aáoóuú")
_ROUNDED = frozenset("öőüű")
_VOWELS = frozenset("aáeéiíoóöőuúüű")

# What is left of a noun's form behind the noun itself, by case; plurals and possessors may stand before the ending.
_CASES = tuple(
    (name, re.compile(f"(?:{ending})$"))
    for name, ending in (
        ("ine", "b[ae]n"),
        ("ill", "b[ae]"),
        ("ela", "b[oóöő]l"),
        ("del", "r[oóöő]l"),
        ("abl", "t[oóöő]l"),
        ("ade", "n[aeáé]l"),
        ("all", "h[oeö]z"),
        ("sub", "r[ae]"),
        ("dat", "n[ae]k"),
        ("cau", "[eé]rt"),
        ("ess", "k[eé]nt"),
        ("ter", "ig"),
        ("ins", "(?<![aeou])[ae]l"),
        ("acc", "t"),
        ("sup", "[oeöa]n|(?<=[aeáé])n|^n"),
    )
)
_NOMEN = re.compile(r"[áéae]s(?:$|[aáeéitrbnuühkő])")
_PARTICIPLE = re.compile(r"(?:[oeö]tt|(?<=[lnr])t|[áéíúűj]tt|v[ae])(?:[aeo]?k|[aeo]t)?$")
_ACTIVE = re.compile(r"(?:[óő]|and[óo]|end[őo])(?:k|t|kat|ket|kn?[ae]k)?$")
_SELF = re.compile(r"(?:ik|[ae]n|[uü]l|om|em)$")  # what happens by itself: csökken, szűkül, megszűnik
_PERSONS = re.compile(
    r"(?:[^nz][oeö]k|[uü]nk|[oeö]m|t[ae]m|sz|sz[oe]l|t[oe]k|t[aáeé]l|nék|n[áaée]m|n[éá]nk|[oeö]d|t[ae]d|l[ae]k)$"
)


def case(head: str, form: str) -> str:
    """The cases that a noun's form may be, or what a verb's form is, with blanks between.

    Nouns: nom, acc, dat and those of place and time. Verbs: fin (says something of somebody), self (the same of a
    verb without an object), nomen (a noun made of it), part, act (participles of what is done, of who does it), third
    (not said of me or you).
    """
    shared = 0
    for one, two in zip(_bare(head), _bare(form), strict=False):
        if one != two:
            break
        shared += 1
    rest = form[shared:]
    noun = next((name for name, ending in _CASES if rest and ending.search(rest)), "nom")
    kinds = [noun]
    noun_of_verb = head.endswith(("ás", "és", "csere", "tétel")) and shared >= len(head) - 1
    if noun_of_verb or _NOMEN.search(form[max(0, len(head) - 2) :]):
        kinds.append("nomen")
    elif _ACTIVE.search(form) and len(form) > len(head):
        kinds.append("act")
    elif _SELF.search(head):
        kinds.append("self")
    else:
        kinds.append("fin")
    if _PARTICIPLE.search(form) and len(form) > len(head):
        kinds.append("part")
    if not _PERSONS.search(form):
        kinds.append("third")
    return " ".join(kinds)


def _bare(text: str) -> str:
    return "".join(char for char in unicodedata.normalize("NFD", text) if not unicodedata.combining(char))


def grow(word: str, known: frozenset[str]) -> set[str]:
    """The forms of a noun or a regular verb that the dictionary leaves out."""
    if word.endswith(("ás", "és")) and len(word) > _ROOT:
        return owned(word)
    if word.endswith("tesz"):
        return {word.removesuffix("tesz") + form for form in _TESZ}
    verb = f"{word}ni" in known or f"{word}ani" in known or f"{word}eni" in known or len(known) > 60
    if not verb or word[-1] in _VOWELS or word.endswith(("ik", "sz", "megy", "jön", "van")):
        return _many(known)
    return paradigm(word)


_COMMON = 5  # cases that are given to the nouns of which somebody has several
_ROOT = 4  # letters of the shortest noun made of a verb, but one
_MANY = re.compile(r"[ae]i$")


def owned(noun: str) -> set[str]:
    """The forms of a noun made of a verb: whose it is, and in which case."""
    back = noun.endswith("ás")
    a, long, u, o = ("a", "á", "u", "o") if back else ("e", "é", "ü", "e")
    whose = {"": "", a: long, f"{u}nk": f"{u}nk", f"{u}k": f"{u}k", f"{o}k": f"{o}k"}
    return {
        f"{noun}{stem}{ending}"
        for own, stem in whose.items()
        for ending in _cased(back=back, joint="" if own in ("", a) else a if own != f"{o}k" else o)
    } | {f"{noun}{own}" for own in whose}


def _many(known: frozenset[str]) -> set[str]:
    """Of nouns of which several are somebody's (árai) the other persons and cases (áraik, árainkat)."""
    return {
        f"{form}{whose}{ending}"
        for form in known
        if _MANY.search(form)
        for whose in ("k", "nk")
        for ending in ("", *_cased(back=form[-2] == "a", joint=form[-2])[:_COMMON])
    }


def _cased(*, back: bool, joint: str) -> tuple[str, ...]:
    """The endings of the cases behind a consonant or a long vowel."""
    return (f"{joint}t", *(("ra", "ban", "ból", "ba", "nak", "ról", "tól", "hoz", "nál") if back
            else ("re", "ben", "ből", "be", "nek", "ről", "től", "hez", "nél")), "ért")  # fmt: skip


_TESZ = (
    *(
        "tesz",
        "teszek",
        "teszel",
        "teszünk",
        "tesztek",
        "tesznek",
        "teszem",
        "teszed",
        "teszi",
        "tesszük",
        "teszik",
    ),
    *("tett", "tettem", "tettél", "tettünk", "tettetek", "tettek", "tette", "tetted", "tettük", "tették"),
    *(
        "tenne",
        "tennék",
        "tennél",
        "tennénk",
        "tennétek",
        "tennének",
        "tenném",
        "tenni",
        "tennem",
        "tennie",
        "tennünk",
    ),
    *("tegyen", "tegyek", "tegyél", "tegyünk", "tegyetek", "tegyenek", "tegyem", "tegyük", "tegyék", "tegye"),
    *(
        "tehet",
        "tehetek",
        "tehetünk",
        "tehetnek",
        "tehetnénk",
        "tehetjük",
        "tehetem",
        "tehetnék",
        "tehette",
        "tevés",
    ),
    *("tétel", "tétele", "tételét", "tételére", "tévő", "téve"),
)


def paradigm(verb: str) -> set[str]:
    """The forms of a regular verb, by the harmony of its vowels."""
    last = next((char for char in reversed(verb) if char in _VOWELS), "e")
    back = last in _BACK or (last in "ií" and any(char in _BACK for char in verb))
    a, o, u, e_long = ("a", "o", "u", "á") if back else ("e", "ö" if last in _ROUNDED else "e", "ü", "é")
    joint = a if _heavy(verb) else ""
    forms = {verb, f"{verb}{u}nk", f"{verb}{o}k", f"{verb}{o}m", f"{verb}{o}d", f"{verb}l{a}k"}
    forms |= {f"{verb}{joint}{ending}" for ending in ("sz", f"t{'o' if back else o}k", f"n{a}k")}
    forms |= {f"{verb}{joint}n{rest}" for rest in _conditional(a, e_long)}
    past = verb + ("t" if verb[-1] in "lrnjy" and not _heavy(verb) else f"{o}tt")
    forms |= {past, *(f"{past}{rest}" for rest in (f"{a}m", f"{e_long}l", f"{u}nk", f"{a}t{o}k", f"{a}k", f"{a}",
              f"{a}d", f"{u}k", f"{e_long}k", f"{e_long}t{o}k"))}  # fmt: skip
    forms |= {f"{verb}{joint}ni{rest}" for rest in ("", "a" if back else "e", f"{u}k")}
    forms |= {f"{verb}{joint}n{rest}" for rest in (f"{o}m", f"{o}d", f"{u}nk", f"{o}t{o}k")}
    forms |= {f"{verb}h{a}t{rest}" for rest in ("", "ó" if back else "ő", f"{u}nk", f"n{a}k", f"{o}k", f"{o}m",
              f"n{a}", f"n{e_long}nk", "ja" if back else "i", f"j{u}k", "ják" if back else "ik", f"t{u}k",
              f"t{a}")}  # fmt: skip
    soft = _soft(verb)
    forms |= {f"{soft}{rest}" for rest in (f"{a}m", f"{o}n", f"{u}nk", f"{a}n{a}k", f"{u}k", f"{e_long}k", f"{a}",
              f"{e_long}t{o}k", f"{a}t{o}k", f"{a}d")}  # fmt: skip
    definite = verb + (verb[-1] if verb[-1] in "sz" else "j")
    forms |= {f"{definite}{u}k"} | ({f"{definite}a", f"{definite}ák", f"{definite}átok"} if back else
              {f"{verb}i", f"{verb}ik", f"{verb}itek"})  # fmt: skip
    forms |= {f"{verb}{'ó' if back else 'ő'}", f"{verb}v{a}"}
    noun = f"{verb}{'ás' if back else 'és'}"
    return forms | {noun, f"{noun}{a}", f"{noun}{u}nk"} | {
        f"{noun}{owner}{ending}"
        for owner in ("", e_long, f"{u}nk")
        for ending in (f"{a if owner[-1:] == 'k' else ''}t", f"r{a}", f"b{a}n", f"n{a}k",
                       *(("ról", "tól") if back else ("ről", "től")))
    }  # fmt: skip


def _heavy(verb: str) -> bool:
    """Whether a vowel must stand between the verb and an ending: ont-a-ni, mond-a-ni, hosszabbít-a-ni."""
    return verb.endswith("ít") or (
        len(verb) > 2
        and verb[-1] not in _VOWELS
        and verb[-2] not in _VOWELS
        and verb[-2:] not in ("gy", "ny", "sz", "ly")
    )


def _conditional(a: str, long: str) -> tuple[str, ...]:
    return (long, "ék", f"{long}m", f"{long}l", f"{long}nk", f"{long}n{a}k", f"{long}k",
            f"{long}d", f"{long}t{'o' if a == 'a' else 'e'}k", a)  # fmt: skip


def _soft(verb: str) -> str:
    """What the imperative is made of: kér-j, vált-s, keres-s, hoz-z, hosszabbít-s."""
    if verb.endswith("ít") or (verb[-1] == "t" and verb[-2] in "lrn"):
        return verb + "s"
    if verb[-1] == "t":
        return verb[:-1] + "ss"
    return verb + (verb[-1] if verb[-1] in "sz" else "j")
