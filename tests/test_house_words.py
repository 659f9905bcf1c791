"""Every text that people read is there in every language, with the same blanks to fill in."""

import io
import re

import pytest
from babel.messages.pofile import read_po
from django.conf import settings

from keepwell.lib.text import gettext, ngettext, speaking
from keepwell.lib.words import CATALOGUE, LOCALE, languages, renewed

BLANK = re.compile(r"%\(\w+\)[sd]|\{\w*(?:[:!][^}]*)?\}")


def test_there_is_a_catalogue_for_every_language_but_english() -> None:
    folders = {"zh-hans": "zh_Hans", "zh-hant": "zh_Hant"}
    named = [folders.get(code, code) for code, _name in settings.LANGUAGES if code != "en"]
    assert languages() == sorted(named)


@pytest.mark.parametrize("language", languages())
def test_no_text_waits_for_a_translation(language: str) -> None:
    assert renewed(language)[2] == []


@pytest.mark.parametrize("language", languages())
def test_what_programs_read_is_what_people_wrote(language: str) -> None:
    text, read, _lacking = renewed(language)
    file = LOCALE / language / CATALOGUE
    assert file.read_text(encoding="utf-8") == text
    assert file.with_suffix(".mo").read_bytes() == read


@pytest.mark.parametrize("language", languages())
def test_a_translation_has_the_blanks_of_its_text(language: str) -> None:
    catalogue = read_po(io.BytesIO((LOCALE / language / CATALOGUE).read_bytes()), locale=language)
    wrong = []
    for message in catalogue:
        if isinstance(message.id, str):
            wrong += (
                [message.id]
                if sorted(BLANK.findall(message.id)) != sorted(BLANK.findall(message.string))
                else []
            )
        else:
            may = {blank for form in message.id for blank in BLANK.findall(form)}
            wrong += [message.id[0] for form in message.string if not may >= set(BLANK.findall(form))]
    assert not wrong


@pytest.mark.parametrize(
    ("language", "said"),
    [("hu", "Gyenge"), ("pl", "Słaby"), ("zh-hans", "差"), ("zh-hant", "差"), ("en", "Poor")],
)
def test_the_library_speaks_the_readers_language(language: str, said: str) -> None:
    with speaking(language):
        assert gettext("Poor") == said
    assert gettext("Poor") == "Poor"


def test_a_count_takes_the_form_of_its_language() -> None:
    with speaking("pl"):
        forms = {ngettext("{n} account", "{n} accounts", n).format(n=n) for n in (1, 3, 5)}
    assert len(forms) == 3


@pytest.mark.parametrize("language", languages())
def test_a_word_of_two_meanings_keeps_the_translation_of_each(language: str) -> None:
    catalogue = read_po(io.BytesIO((LOCALE / language / CATALOGUE).read_bytes()), locale=language)
    meant = catalogue.get("Price", context="a theme")
    assert meant is not None
    assert meant.string


def test_a_text_is_marked_by_a_name_that_texts_are_gathered_by() -> None:
    called = re.compile(r"^from \S+ import \w*gettext(?:_lazy)? as (\w+)", re.M)
    others = {
        path.name: sorted(names - {"_"})
        for path in LOCALE.parent.rglob("*.py")
        if (names := set(called.findall(path.read_text(encoding="utf-8")))) - {"_"}
    }
    assert not others
