"""What a reader's thread keeps is theirs: language, time zone and connection."""

import threading
from concurrent.futures import ThreadPoolExecutor
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.db import connection, connections
from django.urls import base
from django.utils import timezone, translation
from django.utils.translation import gettext, trans_real


def test_django_keeps_languages_zones_and_connections_by_thread() -> None:
    kept = [trans_real._active, timezone._active, base._prefixes, base._urlconfs, connections._connections]

    assert {type(one) for one in kept} == {threading.local}, "Django keeps them elsewhere: see keep_by_thread"


@pytest.mark.django_db
def test_people_who_are_answered_at_once_have_each_their_own_language_zone_and_connection() -> None:
    together = threading.Barrier(3)

    def answer(language: str, zone: str) -> tuple[str, str, str, int]:
        try:
            with translation.override(language), timezone.override(ZoneInfo(zone)):
                together.wait()  # now all three are in the middle of it
                said = gettext("Accounts"), translation.get_language(), timezone.get_current_timezone_name()
                together.wait()
                return *said, id(connection._connections["default"])
        finally:
            connections.close_all()  # this thread's

    with ThreadPoolExecutor(3) as people:
        asked = [("hu", "Europe/Budapest"), ("pl", "Europe/Warsaw"), ("zh-hans", "Asia/Shanghai")]
        answers = list(people.map(answer, *zip(*asked, strict=True)))
        afterwards = people.submit(translation.get_language).result()

    assert [(language, zone) for _text, language, zone, _connection in answers] == asked
    assert len({text for text, *_rest in answers}) == 3
    assert len({of for *_rest, of in answers}) == 3
    assert afterwards == settings.LANGUAGE_CODE, "nobody's language stays behind in a thread"
