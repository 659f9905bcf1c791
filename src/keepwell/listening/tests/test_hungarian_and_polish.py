"""What Hungarian and Polish endings, particles and small words make of a phrase."""

import pytest

from keepwell.listening.languages.hungarian import case as hungarian_case
from keepwell.listening.languages.hungarian import paradigm
from keepwell.listening.languages.polish import case as polish_case
from keepwell.listening.languages.polish import grow
from keepwell.listening.matching.hearing import Ears, by_turn

_EARS: dict[tuple[str, str], Ears] = {}


def verdict(language: str, phrase: str, text: str) -> str:
    ears = _EARS.setdefault((language, phrase), Ears(language, [phrase]))
    found = by_turn(ears.hear(ears.analyse([text])), 1)[0]
    return found.verdict.value if found else "none"


@pytest.mark.parametrize(
    ("phrase", "text", "expected"),
    [
        ("felmondja a szerződést", "A keretszerződésünket felmondjuk.", "hit"),
        ("felmondja a szerződést", "A szerződés szerint a foglalást mondják le.", "none"),
        ("felmondja a szerződést", "A két hete felmondott szerződésünk ügyében írok.", "hit"),
        ("szolgáltatót váltani", "Év végén lecseréljük a beszállítónkat.", "hit"),
        ("szolgáltatót váltani", "A szolgáltató kicserélte a routert.", "none"),
        ("szolgáltatót váltani", "A szolgáltatójuk nevet váltott.", "none"),
        ("távozott a cégtől", "A pénzügyi vezető elhagyta a vállalatot.", "hit"),
        ("távozott a cégtől", "A cég autója távozott a telephelyről.", "none"),
        ("nem hosszabbítja meg", "A határidőt nem hosszabbítjuk meg.", "none"),
        ("nem hosszabbítja meg", "A licenceket nem hosszabbítjuk meg.", "hit"),
        ("nem működik", "Azzal a bankkal nem működünk együtt.", "none"),
        ("új vezetés", "Az új nyomtatót a vezetés is kipróbálta.", "none"),
    ],
)
def test_hungarian_case_and_prefix_tell_who_does_what(phrase, text, expected):
    assert verdict("hu", phrase, text) == expected


@pytest.mark.parametrize(
    ("phrase", "text", "expected"),
    [
        ("wypowiedzieć umowę", "Zgodnie z umową rezerwację można anulować.", "none"),
        ("wypowiedzieć umowę", "Odstąpimy od umowy.", "hit"),
        ("wypowiedzieć umowę", "Umowa z wami zostanie rozwiązana.", "hit"),
        ("wypowiedzieć umowę", "Rozwiązaliśmy problem i podpisaliśmy umowę.", "none"),
        ("wypowiedzieć umowę", "Po podpisaniu umowy wypowiedziałem najem.", "none"),
        ("zmienić dostawcę", "Dostawca zmienił cennik.", "none"),
        ("zmienić dostawcę", "Przejdziemy do innego dostawcy.", "hit"),
        ("odejść z firmy", "Odchodzimy od papieru w całej firmie.", "none"),
        ("nowy zarząd", "Nowe auto prezesa robi wrażenie.", "none"),
        ("nowy zarząd", "Rozmawialiśmy z nowym prezesem.", "hit"),
        ("brak efektów", "Brak kolejek to efekt waszej pracy.", "none"),
        ("nie działa", "Proszę nie podejmować żadnych działań.", "none"),
    ],
)
def test_polish_case_and_preposition_tell_who_does_what(phrase, text, expected):
    assert verdict("pl", phrase, text) == expected


@pytest.mark.parametrize(
    ("language", "phrase", "text", "expected"),
    [
        ("hu", "felmondja a szerződést", "A szerződést felmondani nem fogjuk.", "negated"),
        ("hu", "felmondja a szerződést", "Nem kizárt, hogy felmondjuk a szerződést.", "hit"),
        ("hu", "felmondja a szerződést", "Nem mondom fel a szerződést.", "negated"),
        ("hu", "felmondja a szerződést", "Nem titok, hogy felmondjuk a szerződést.", "hit"),
        ("hu", "nem működik", "Túlzás azt mondani, hogy nem működik.", "negated"),
        ("hu", "senki sem használja", "Nem használja senki.", "hit"),
        ("pl", "przedłużyć umowę", "Umowy przedłużać nie zamierzamy.", "negated"),
        ("pl", "nie przedłużyć umowy", "Umowy przedłużać nie zamierzamy.", "hit"),
        ("pl", "złożyć skargę", "Złożyliśmy reklamację i nikt się nie odezwał.", "hit"),
        ("pl", "złożyć skargę", "Trudno nam złożyć skargę.", "negated"),
        ("pl", "nikt nie używa", "Nikt wam nie broni używać filtrów.", "none"),
        ("pl", "nikt nie używa", "Skąd pomysł, że nikt nie używa?", "negated"),
    ],
)
def test_a_denial_reaches_as_far_as_its_clause_lets_it(language, phrase, text, expected):
    assert verdict(language, phrase, text) == expected


def test_the_forms_of_a_regular_verb_are_made_by_its_harmony():
    assert {"váltunk", "váltottuk", "váltsunk", "váltanunk", "válthatnánk", "váltását"} <= paradigm("vált")
    assert {"cseréljük", "cserélné", "cserélnünk", "cserélhető"} <= paradigm("cserél")


def test_a_form_without_its_person_is_made_of_one_with_it():
    assert {"odeszli", "odeszły"} <= grow("odejść", frozenset({"odeszliśmy", "odeszłyśmy"}))
    assert {"niezadowoleni", "niezadowoloną"} <= grow("niezadowolony", frozenset())


@pytest.mark.parametrize(
    ("word", "form", "expected"),
    [("szerződés", "szerződésünket", "acc"), ("cég", "cégtől", "abl"), ("szolgáltató", "szolgáltatóra", "sub"),
     ("felmond", "felmondása", "nomen"), ("felmond", "felmondott", "part"), ("csökken", "csökken", "self")],
)  # fmt: skip
def test_hungarian_endings_tell_the_case(word, form, expected):
    assert expected in hungarian_case(word, form).split()


@pytest.mark.parametrize(
    ("word", "form", "expected"),
    [("umowa", "umową", "ins"), ("umowa", "umowa", "nom"), ("efekt", "efektów", "gen"), ("firma", "firmie", "loc"),
     ("działać", "działań", "ger"), ("obciąć", "obcięty", "part")],
)  # fmt: skip
def test_polish_endings_tell_the_case(word, form, expected):
    assert expected in polish_case(word, form).split()
