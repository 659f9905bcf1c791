"""What all calls have in common: parts of lists, marks of what was read, and writes that are done once."""

import json
import os
import subprocess
import sys
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client, RequestFactory
from django.urls import resolve
from django.utils import timezone
from pydantic import BaseModel

from keepwell.accounts import queries
from keepwell.accounts.models import Account, Standing
from keepwell.api.gathering import the_api
from keepwell.api.models import Kept
from keepwell.api.once import KEPT, forget_old
from keepwell.api.tests.office import paying
from keepwell.members.models import Change, Member
from keepwell.site.tests import empty_office

pytestmark = pytest.mark.django_db


def _head(answer: Any) -> dict[str, str]:
    """What is told of an answer, except how many calls are left."""
    return {name: said for name, said in answer.items() if not name.startswith("RateLimit")}


def test_head_tells_all_that_get_would_and_sends_nothing(as_: Any, account: Account) -> None:
    program = as_("mate")
    for address in ("/me", "/accounts/A1", "/accounts?limit=1", "/accounts/no-such", "/no/such/address"):
        whole, bare = program.call("GET", address), program.call("HEAD", address)
        assert bare.status_code == whole.status_code
        assert _head(bare) == _head(whole)
        assert int(bare["Content-Length"]) == len(whole.content) > 0
        assert bare.content == b""
    mark = program.call("HEAD", "/accounts/A1")["ETag"]
    assert program.call("HEAD", "/accounts/A1", If_None_Match=mark).status_code == 304


def test_head_is_no_way_around_what_get_asks(as_: Any, account: Account) -> None:
    assert Client().head("/api/me").status_code == 401
    assert as_("stranger").call("HEAD", "/accounts/A1").status_code == 404
    refused = as_("mate").call("HEAD", "/alerts/1/snooze")
    assert (refused.status_code, refused["Allow"]) == (405, "POST")


def test_the_body_is_left_out_by_the_door_itself(token: Any, account: Account) -> None:
    """Not every server takes the body away from an answer to HEAD, as the one for tests does."""
    request = RequestFactory().head("/api/me", headers={"Authorization": f"Bearer {token('mate')}"})
    request.user = AnonymousUser()
    call = resolve("/api/me")
    assert call.func(request, **call.kwargs).content == b""
    assert request.method == "HEAD"


def _whole(program: Any, address: str, meanwhile: Any = lambda n: None) -> list[str]:
    """Every id of a list, a part at a time; `meanwhile` is done after each part."""
    found, cursor, part = [], "", 0
    while cursor is not None:
        mark = "&" if "?" in address else "?"
        answer = program.call("GET", f"{address}{mark}limit=3&cursor={cursor}").json()
        found += [one["id"] for one in answer["items"]]
        cursor, part = answer["next"], part + 1
        meanwhile(part)
    return found


@pytest.mark.parametrize("sort", queries.SORTS)
def test_parts_of_a_list_lose_and_repeat_nothing_while_rows_come(
    sort: str, as_: Any, account: Account
) -> None:
    for number in range(20):
        paying(f"P{number}")
    there = set(Standing.objects.values_list("pk", flat=True))
    found = _whole(as_("administrator"), f"/accounts?sort={sort}", lambda part: paying(f"N{part}"))
    assert len(found) == len(set(found))
    assert there <= set(found)


@pytest.mark.parametrize("sort", queries.SORTS)
def test_parts_are_in_the_order_of_the_page(
    sort: str, as_: Any, account: Account, people: dict[str, Member]
) -> None:
    for number in range(20):
        paying(f"P{number}")
    whole = [one.pk for one in queries.listed(people["administrator"], sort=sort)]
    assert _whole(as_("administrator"), f"/accounts?sort={sort}") == whole


def test_a_timeline_comes_in_parts(as_: Any, account: Account) -> None:
    whole = [one.pk for one in queries.timeline_of(account)]
    assert _whole(as_("mate"), "/accounts/A1/timeline") == whole


def test_an_account_is_listed_once_however_many_of_its_people_are_called_so(
    as_: Any, account: Account
) -> None:
    assert _whole(as_("mate"), "/accounts?words=Name") == ["A1"]


@pytest.mark.parametrize("cursor", ["x", "x:y:z", "%00", "A" * 500])
def test_a_cursor_that_is_none_of_ours_is_refused(cursor: str, as_: Any, account: Account) -> None:
    assert as_("mate").call("GET", f"/accounts?cursor={cursor}").status_code == 400


def test_a_cursor_of_another_order_is_refused(as_: Any, account: Account) -> None:
    paying("P1")
    program = as_("administrator")
    cursor = program.call("GET", "/accounts?limit=1&sort=risk").json()["next"]
    assert program.call("GET", f"/accounts?sort=name&cursor={cursor}").status_code == 400


def test_what_was_read_is_not_sent_again_until_it_changes(as_: Any, account: Account) -> None:
    program = as_("mate")
    mark = program.call("GET", "/accounts/A1")["ETag"]
    again = program.call("GET", "/accounts/A1", If_None_Match=mark)
    assert (again.status_code, again.content) == (304, b"")
    Account.objects.filter(pk="A1").update(name="Another")
    assert program.call("GET", "/accounts/A1", If_None_Match=mark).status_code == 200


def test_nobody_writes_over_what_they_have_not_read(as_: Any, account: Account) -> None:
    program, address = as_("manager"), "/accounts/A1/owner"
    mark = program.call("GET", "/accounts/A1")["ETag"]
    assert program.call("PUT", address, {"owner": None}, If_Match='"another"').status_code == 412
    done = program.call("PUT", address, {"owner": None}, If_Match=mark)
    assert done.status_code == 200
    assert done["ETag"] == program.call("GET", "/accounts/A1")["ETag"]
    assert program.call("PUT", address, {"owner": None}, If_Match=mark).status_code == 412
    assert program.call("PUT", address, {"owner": None}, If_Match="*").status_code == 200


def test_a_write_with_a_key_is_done_once(as_: Any, account: Account) -> None:
    program, address = as_("manager"), "/accounts/A1/owner"
    first, again = (program.call("PUT", address, {"owner": None}, Idempotency_Key="k") for _ in range(2))
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert again["Idempotent-Replayed"] == "true"
    assert Change.objects.filter(what="assign account").count() == 1


def test_the_same_key_with_another_body_is_refused(
    as_: Any, account: Account, people: dict[str, Member]
) -> None:
    program, address = as_("manager"), "/accounts/A1/owner"
    program.call("PUT", address, {"owner": None}, Idempotency_Key="k")
    other = program.call("PUT", address, {"owner": people["mate"].pk}, Idempotency_Key="k")
    assert other.status_code == 422
    assert as_("administrator").call("PUT", address, {"owner": None}, Idempotency_Key="k").status_code == 200


def test_a_key_is_free_again_after_a_day_and_after_a_refusal(as_: Any, account: Account) -> None:
    program, address = as_("manager"), "/accounts/A1/owner"
    assert program.call("PUT", address, {"owner": "x"}, Idempotency_Key="k").status_code == 422
    assert program.call("PUT", address, {"owner": None}, Idempotency_Key="k").status_code == 200
    for kept in Kept.objects.all():
        kept.made_at -= KEPT * 1.01
        kept.save()
    again = program.call("PUT", address, {"owner": None}, Idempotency_Key="k")
    assert "Idempotent-Replayed" not in again
    assert forget_old(now=timezone.now() + KEPT * 2) == 1


def test_a_key_that_is_too_long_is_refused(as_: Any, account: Account) -> None:
    answer = as_("manager").call("PUT", "/accounts/A1/owner", {"owner": None}, Idempotency_Key="k" * 201)
    assert answer.status_code == 400


def test_a_write_that_fails_leaves_nothing_behind(
    as_: Any, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    from keepwell.accounts import api

    def broken(*_args: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr(api, "account_shape", broken)
    answer = as_("manager").call("PUT", "/accounts/A1/owner", {"owner": None}, Idempotency_Key="k")
    assert answer.status_code == 500
    assert not Kept.objects.exists()
    assert not Change.objects.filter(what="assign account").exists()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[dict[str, str]]:
    """What the environment says of an empty office in a file, or in a database of its own on a PostgreSQL."""
    settings = {"KEEPWELL_OFFICE": str(tmp_path), "DATABASE_URL": ""}
    if request.param == "sqlite":
        empty_office.place(tmp_path)
        yield settings
        return
    with empty_office.on_postgresql("at_once") as (address,):
        yield settings | {"DATABASE_URL": address}


@pytest.mark.slow
def test_of_equal_writes_at_once_one_is_done(database: dict[str, str]) -> None:
    """In a process of its own: the database of tests is in memory, where nobody waits for a lock."""
    done = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("at_once.py")), "6"],
        check=False,
        env=os.environ | database | {"DJANGO_SETTINGS_MODULE": "keepwell.site.settings"},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout.splitlines()[-1])
    assert said == {"answers": [200] * 6, "replayed": 5, "done": 1, "parts": True}


def test_no_two_shapes_of_calls_share_a_name() -> None:
    """The description names each by its name alone: of two that share one, the later would be told for both."""
    shapes: dict[str, set[type]] = {}
    for _prefix, router in the_api()._routers:
        for one in router.path_operations.values():
            for operation in one.operations:
                bodies = [one for one in operation.models if one.__ninja_param_source__ == "body"]
                for told in [*bodies, *operation.response_models.values()]:
                    for shape in _shapes_in(told):
                        shapes.setdefault(shape.__name__, set()).add(shape)
    assert len(shapes) > 50
    assert {name: found for name, found in shapes.items() if len(found) > 1} == {}


def _shapes_in(said: Any) -> Iterator[type]:
    """Shapes of ours within a type, at any depth."""
    for part in typing.get_args(said):
        yield from _shapes_in(part)
    if isinstance(said, type) and issubclass(said, BaseModel):
        if said.__module__.startswith("keepwell.") and "[" not in said.__name__:
            yield said
        for field in said.model_fields.values():
            yield from _shapes_in(field.annotation)
