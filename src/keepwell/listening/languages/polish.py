"""Polish words and their forms: the case of a noun, what a verb's form is, and the forms a dictionary leaves out."""

import re
from collections.abc import Callable

PERSONS = frozenset(
    ("operator", "partner", "producent", "konkurent", "kontrahent", "prezes", "dyrektor", "kierownik", "szef")
)
_PERSONAL = re.compile(
    r"(?:[^aeiouyąęó]ę|[aeiy]m|[aeiy]my|[aeiy]sz|[aeiy]cie|[łl][aei]?[mś]|liśmy|łyśmy|liście|łyście|byśmy|by[mś])$"
)
_GERUND = re.compile(r"(?:[aeęi]ni|[aeięyn]ci)(?:e|a|u|em|om|ami|ach)$|[ae]ń$|ęć$|[yi]ć(?=$)")
_PARTICIPLE = re.compile(
    r"(?:[aeo]n|[aeęiyu]t|ąc)(?:y|a|e|ego|ej|emu|ym|ą|ych|ymi|o)$|(?:en|an|ąc)[iy]$|[aęiy]ci$"
)
_DATIVES = frozenset(("wszystkim", "każdemu", "nikomu"))
_PLURALS = frozenset(("środki",))
_NOUNS = ("ość", "yść")  # of a quality, a benefit: no verbs
_PARTICIPLES = ("any", "ony", "ący", "ęty", "uty", "yty", "ity")
_ONY = (("ścić", "szczony"), ("oić", "ojony"), ("dzić", "dzony"), ("sić", "szony"), ("zić", "żony"), ("cić", "cony"),
        ("nieść", "niesiony"), ("ić", "iony"), ("yć", "ony"), ("eć", "any"), ("ać", "any"), ("ąć", "ęty"),
        ("ść", "ty"), ("c", "ty"), ("ć", "ty"))  # fmt: skip


def case(head: str, form: str) -> str:
    """The cases that a noun's form may be, or what a verb's form is, with blanks between.

    Nouns: nom (only that), obj (what is done: accusative or genitive), gen (it may be that), dat, ins, loc.
    Verbs: inf, fin, third (not said of me or you), ger (a noun made of it), part (a participle).
    """
    if head.endswith(("ć", "c")) and not head.endswith(_NOUNS):
        return _verbal(head, form)
    if head in _DATIVES:
        return "dat"
    if head.endswith(("y", "i")) and head not in _PLURALS:
        return "dat adj" if form.endswith(("emu", "ej", "ym", "im")) else "adj"
    return _noun(head, form)


def _verbal(head: str, form: str) -> str:
    if form == head:
        return "inf third"
    if _PARTICIPLE.search(form) and not _GERUND.search(form):
        return "part third"
    if _GERUND.search(form):
        return "ger"
    return "fin" if _PERSONAL.search(form) else "fin third"


def _noun(head: str, form: str) -> str:
    if form == head:
        return "nom" if head.endswith("a") or head in PERSONS else "nom obj"
    return next((cases for told, cases in _ENDS if told(head, form)), "obj")


def _local(head: str, form: str) -> bool:
    """Whether a form in -e is that of a place: umowie, kontrakcie; not a plural as in subskrypcje, dyrektorze."""
    if head.endswith(("e", "o")) or not form.endswith("e") or form.endswith(("je", "le")):
        return False
    return len(form) <= len(head) + 2 and not head.endswith(("rz", "cz", "sz", "ż"))


def _genitive(head: str, form: str) -> bool:
    whole = form.endswith("a") and (head.endswith(("o", "e")) or head in PERSONS)
    return whole or form.endswith(("ów", "u", "ń")) or len(form) < len(head)


_ENDS: tuple[tuple[Callable[[str, str], bool], str], ...] = (
    (lambda _head, form: form.endswith(("ach", "ech")), "loc"),
    (lambda _head, form: form.endswith(("ami", "em", "ą", "mi")), "ins"),
    (lambda _head, form: form.endswith(("om", "owi", "omu")), "dat"),
    (_local, "loc dat"),
    (lambda head, form: form.endswith(("y", "i")) and head.endswith(("a", "ść")), "obj gen nom"),
    (lambda _head, form: form.endswith(("y", "i")), "obj nom"),
    (lambda head, form: form.endswith("u") and head.endswith(("o", "e")), "loc dat"),
    (_genitive, "obj gen"),
)


def grow(word: str, known: frozenset[str]) -> set[str]:
    """The forms of a word that the dictionary leaves out."""
    if word.endswith("ć") and not word.endswith(_NOUNS):
        done = _passive(word)
        participles = {done, *(form for form in known if form.endswith(_PARTICIPLES))}
        return {
            done[:-1] + "o",
            *_present(known),
            *_personless(known),
            *(form for one in participles for form in _adjective(one)),
        }
    if word.endswith(("ny", "ty", "ły", "ki", "gi", "wy", "dy", "ry", "szy", "ży", "cy", "my")):
        return _adjective(word)
    if word.endswith(("nie", "cie")):
        stem = word[:-1]
        return {word, *(stem + ending for ending in ("a", "u", "em", "om", "ami", "ach"))}
    if word.endswith("cja"):
        return {word[:-1] + ending for ending in ("a", "i", "ę", "ą", "o", "e", "om", "ami", "ach")}
    return set()


def _present(known: frozenset[str]) -> set[str]:
    """The persons of a present or future of which some are known: złożymy, złoży; przestanę, przestanie."""
    third = {form.removesuffix("my") for form in known if form.endswith(("ymy", "imy", "emy"))}
    third |= {form[:-1] + "ie" for form in known if form.endswith("nę") and form[:-1] + "ą" in known}
    found = {form + ending for form in third for ending in ("", "my", "sz", "cie")}
    roots = {
        form if form.endswith("i") else form.removesuffix("e").removesuffix("i").removesuffix("y")
        for form in third
    }
    return found | {root + ending for root in roots for ending in ("ę", "ą")}


def _passive(verb: str) -> str:
    """The passive participle of a verb that takes an object."""
    ending, participle = next(pair for pair in _ONY if verb.endswith(pair[0]))
    return (verb.removesuffix(ending) + participle).replace("liony", "lony")


def _personless(known: frozenset[str]) -> set[str]:
    """What is left of a past or conditional form without its person: odeszliśmy, odeszli; also what has a person."""
    found = set()
    for form in known:
        for ending, left in (
            ("liśmy", "li"),
            ("łyśmy", "ły"),
            ("łem", "ł"),
            ("łam", "ła"),
            ("łeś", "ł"),
            ("łaś", "ła"),
        ):
            if form.endswith(ending) and len(form) > len(ending) + 1:
                found.add(form[: -len(ending)] + left)
    for form in found | set(known):
        if form.endswith(("ła", "li", "ły")) and form.endswith(
            (
                "ała",
                "iła",
                "yła",
                "zła",
                "sła",
                "ęła",
                "ali",
                "ili",
                "yli",
                "ęli",
                "śli",
                "zli",
                "szli",
                "ały",
                "iły",
                "yły",
                "ęły",
                "zły",
                "sły",
            )
        ):
            found |= {form + ending for ending in _ENDINGS[form[-2:]]}
            if form.endswith("ła"):  # dwóch odeszło
                found |= {form[:-1] + "o", form[:-1] + "oby"}
    return found


_ENDINGS = {
    "ła": ("m", "ś", "by", "bym", "byś"),
    "li": ("śmy", "ście", "by", "byśmy", "byście"),
    "ły": ("śmy", "ście", "by", "byśmy", "byście"),
}
_VIRILE = (("ony", "eni"), ("szy", "si"), ("ny", "ni"), ("ty", "ci"), ("ły", "li"), ("ry", "rzy"), ("wy", "wi"),
           ("dy", "dzi"), ("ki", "cy"), ("gi", "dzy"), ("ży", "zi"), ("cy", "cy"), ("my", "mi"))  # fmt: skip


def _adjective(word: str) -> set[str]:
    stem = word[:-1]
    soft = stem + "i" if word.endswith(("ki", "gi")) else stem
    forms = {word, stem + "a", stem + "ą", soft + "e", soft + "ego", soft + "emu", soft + "ej"}
    forms |= {word + ending for ending in ("m", "ch", "mi")}
    return forms | {word.removesuffix(end) + virile for end, virile in _VIRILE[:2] if word.endswith(end)} | {
        next((word.removesuffix(end) + virile for end, virile in _VIRILE if word.endswith(end)), word)
    }  # fmt: skip
