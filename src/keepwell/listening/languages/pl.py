"""Polish."""

from keepwell.listening.languages import Language, marks
from keepwell.listening.languages.polish import case, grow

# Adjectives that may stand behind a preposition, what cannot stand between a description and its noun, finite verbs.
_ADJECTIVE = (
    r"(?:ego|ej|emu|ych|ich|ym|im|ymi|imi|[nwkhłtsrcdm]ą|szy|ny|ne|wy|we|ki|kie|ty|te|ły|łe|cy|ce|dy|de)$"
)
_BAR = (
    r"^(?!(?:jesteśmy|jestem|byliśmy|byłem|byłam|będziemy|całkiem|jestesmy|bylismy|bylem|bylam|bedziemy|calkiem)$)(?:(?:i|oraz|a|w|z|na|do|od|o|po|za|przez|dla)$"
    r"|.*(?:ę|[rnlktwszcd]u|ów|[łl][aoiy]|ł|my|am|em)$)"
)
_FINITE = (
    r"(?:ł(?:em|am|eś|aś)|liśmy|łyśmy|liście|łyście|łby|łaby|liby|łbym|łabym|ujemy|ujecie|uje|ują|amy|acie|ają|imy"
    r"|[^ltn]emy|ymy|[aie]ją|awia|ał|ała|ało|ali|ały|ił|iła|iło|ili|iły|ył|yła|yło|yli|yły|ęło|ął|ęła|ęli|ęły)$"
    r"|^(?:jest|są|był|była|było|byli|były|będzie|będą|ma|mają|może|mogą|trzeba|można|działa|spina|nie)$"
)
_NOT_FINITE = (
    r"^(?!(?:dział|materiał|kanał|podział|udział|sygnał|upał|zapał|artykuł|tytuł|moduł|protokół|zespół|mała|cała|stała"
    r"|doskonała|wspaniała|biała|mały|cały|stały|doskonały|wspaniały|biały|małą|całą|skali|sali|hali|chwili|siła|miła"
    r"|miły|systemy|problemy|programy|reklamy|ramy|firmy|normy|zimy|innymi|samymi|tymi|całymi|stałymi|małymi|osobami"
    r"|umowami)$)"
)

# What something is of: a noun right behind one of these is neither who does nor what is done.
_OF = (
    r"(?:ość|ości|ością|acja|acji|ację|acją|[cz]je|[zs]ja|[zs]ji|[zs]ję|nik|nika|arz|arza|ówka|ówki|stwo|ctwo|ciel|ent|ant)$|"
    r"(?:ani|eni)(?:e|a|u|em|om|ach)$|(?:ęci|yci)(?:e|a|u|em)$"
    r"|^(?:plac|siedzib|biur|budyn|parking|teren|magazyn|bram|portierni|samoch|aut|stron|nazw|kont|log|adres|hal|numer"
    r"|kartote|baz|profil|dan|faktur|cennik|list|kart|panel|moduł|modul|skan|kopi|wz[oó]r|projekt|treś|zapis|załącznik"
    r"|warunk|punkt|koszt|wersj|podpis|oddzia|imi|tabel|kolumn|pole|pola|raport|opis|zdjęci|barw)[a-ząęółśćńźż]{0,4}$"
)

_AGREEMENT = (
    ("(?:ego)$", "[aut]$"),
    ("(?:emu)$", "(?:owi|u)$"),
    ("(?:ych|ich)$", "(?:ów|ow|ach|[yi]|[^aeiouyąęó])$"),
    ("(?:ymi|imi)$", "mi$"),
    ("(?:ym|im)$", "(?:em|u|e|om)$"),
    ("(?:ej)$", "[yie]$"),
    ("ą$", "[ęą]$"),
    ("a$", "[aęąe]$|(?:or|es|ik|ef|er)$"),  # nowa dyrektor
    ("e$", "[oeyi]$"),
    ("[yi]$", "(?:[yie]|[^aeiouyąęó])$"),
)

LANGUAGE = Language(
    code="pl",
    stemmer="polish",
    concord=True,
    case=case,
    grow=grow,
    classes=(("adj", _ADJECTIVE), ("bar", _BAR), ("of", _OF), ("finite", f"{_NOT_FINITE}.*(?:{_FINITE})")),
    agreement=_AGREEMENT,
    beside=5,
    gap=6,
    turned=6,
    reach=6,
    back=5,
    near=2,
    **marks("pl"),
)
