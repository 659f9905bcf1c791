"""Hungarian."""

from keepwell.listening.languages import Language, marks
from keepwell.listening.languages.hungarian import case, grow

# A noun as the object of a verb; what cannot stand between a description and its noun; verbs told by their endings.
_ACCUSATIVE = (
    r"^(?!(?:azt|ezt|mert|most|hat|hét|két|öt|itt|ott|tehát|sokat|keveset|többet|egyet|eleget|kicsit|lehet|miatt|alatt"
    r"|szerint|iránt)$).*(?!h[ae]t$)(?:.[^t][aeoöáéóőúű]|[áé]s|[^aeiouáéíóöőúüűt]{2})t$"
)
_BAR = (
    r"^(?:az?|egy|ez|ezt|azt|és|vagy|sok|kevés|sokat|keveset)$|^(?!német$).*(?:[áéóőúű]|[^t][aeoö])t$"
    r"|(?:b[ae]n|n[ae]k|t[óő]l|r[óő]l|b[óő]l|h[oeö]z|n[áé]l|[^aeiouáéíóöőúüű]{2}[ae]l)$"
)
_FINITE = (
    r"(?:[jtszd][uü]k|j[áé]k|t[áé]k|[^aeo]t[uü]nk|t[uü]k|tt[ae]k|tt[ae]m|n[áé]nk|n[áé]m|n[áé]n[ae]k|[lr]t[ae]k)$"
    r"|^(?:volt|lett|lesz|van|vannak|kell|lehet|kaptuk|kaptunk|kérjük|kérem|köszönjük|megy|jön)$"
)
_NOUN = (
    r"(?:[aeoöüu]?(?:m|d)|j?[aeáé]|[uü]nk|[aoe]t[oe]k|[oe]?tök|j?[uü]k|[aeoö]?k|j?[ae]i(?:m|d|nk|t[oe]k|k)?)?"
    r"(?:[aeoö]?t|b[ae]n?|b[oó]l|b[őe]l|[oeö]?n|r[óo]l|r[őe]l|r[ae]|n[áé]l|t[óo]l|t[őe]l|h[oeö]z|[a-z]?[ae]l|n[ae]k"
    r"|ért|ig|ként)?"
)
_VERB = (
    r"(?:[oeöa]?t?t|[aeáé]?n[aeáé]|j|h[ae]t)?(?:[aeáéoöuü]?(?:m|d|l|sz|k|unk|ünk|nk|juk|jük|t[áéoö]k|tek|tok"
    r"|j[aáeé]k?|[áé]k|uk|ük|[ae]|n[ae]k))?|(?:[ae]?ni|[ae]n[ou]?nk|va|ve)"
)

LANGUAGE = Language(
    code="hu",
    stemmer="hungarian",
    concord=True,
    case=case,
    grow=grow,
    compounds=True,
    postposed=True,
    prefix_gap=3,
    classes=(("acc", _ACCUSATIVE), ("bar", _BAR), ("finite", _FINITE)),
    endings=f"{_NOUN}|{_VERB}",
    gap=6,
    turned=7,
    reach=6,
    back=4,
    near=2,
    **marks("hu"),
)
