"""Whoever opens an address is asked who they are, and a page that says nothing is for nobody."""

import pytest
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import URLPattern, URLResolver, get_resolver

from keepwell.members.gate import Gate, right_of
from keepwell.members.models import Member
from keepwell.members.rights import Right

pytestmark = pytest.mark.django_db


def views(resolver: URLResolver | None = None) -> list[URLPattern]:
    found = []
    for one in (resolver or get_resolver()).url_patterns:
        found += views(one) if isinstance(one, URLResolver) else [one]
    return found


def test_every_address_says_whom_it_is_for() -> None:
    silent = [str(one.pattern) for one in views() if right_of(one.callback) is None]
    assert not silent


def test_a_view_that_says_nothing_is_refused() -> None:
    def silent(request: HttpRequest) -> HttpResponse:
        return HttpResponse("secret")

    request = RequestFactory().get("/")
    request.user = Member(role="administrator")
    with pytest.raises(PermissionDenied):
        Gate(lambda _request: HttpResponse()).process_view(request, silent, (), {})


@pytest.mark.parametrize("address", ["/", "/accounts/", "/accounts/A1", "/members/profile"])
def test_who_has_not_signed_in_is_sent_to_do_so(address: str) -> None:
    answer = Client().get(address)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/sign/login/")


def test_a_page_may_load_only_what_this_server_gives() -> None:
    answer = Client().get("/sign/login/")
    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


def test_rights_grow_from_role_to_role() -> None:
    assert Right.SEE < Right.ACT < Right.MANAGE < Right.ADMINISTER
