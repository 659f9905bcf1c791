"""Pages show what the book holds, however often and from whatever state they are made."""

from datetime import timedelta
from importlib import import_module

import narwhals as nw
import pytest
from django.apps import apps
from django.db import connection
from django.utils import timezone

from keepwell.accounts.glance import glance
from keepwell.accounts.models import Account, Contact, Entry, Projection, Standing
from keepwell.accounts.projecting import Source
from keepwell.accounts.projecting.accounts import project_accounts
from keepwell.accounts.projecting.entries import project_entries
from keepwell.accounts.projecting.standings import Night, _change, project_standings
from keepwell.members.models import Member, Portfolio

pytestmark = pytest.mark.django_db


def everything() -> list[list[tuple[object, ...]]]:
    return [list(model.objects.order_by("pk").values_list()) for model in (Account, Contact, Standing)] + [
        list(
            Entry.objects.order_by("key").values_list(
                "key", "account", "at", "kind", "hot", "data", "contact"
            )
        )
    ]


def test_every_account_of_the_book_is_there_but_for_those_merged_into_another(projected: Source) -> None:
    rows = projected.moment.frame("accounts").filter(nw.col("merged_into").is_null())
    ids = projected.engine.collect(rows.select("account_id"))["account_id"].to_pylist()
    assert sorted(ids) == sorted(Account.objects.values_list("pk", flat=True))


def test_every_paying_account_that_has_not_given_notice_stands_somewhere(
    projected: Source, night: Night
) -> None:
    assert set(Standing.objects.values_list("pk", flat=True)) == set(night.health.observations.accounts)


def test_lists_show_at_a_glance_what_the_night_remembers_and_saw(projected: Source) -> None:
    for one in Standing.objects.all():
        assert one.glance == glance(one.past, one.signals)
    renewing = Standing.objects.filter(kept_by="contract").first()
    assert renewing.glance["renews"] == round(renewing.signals["days_to_renewal"])


def test_an_office_from_before_shows_at_a_glance_what_it_remembered(projected: Source) -> None:
    before = dict(Standing.objects.values_list("pk", "glance"))
    Standing.objects.update(glance={})
    import_module("keepwell.accounts.migrations.0009_glance").fill(apps, connection.schema_editor())
    assert dict(Standing.objects.values_list("pk", "glance")) == before


def test_made_again_nothing_changes(projected: Source, night: Night) -> None:
    before = everything()
    project_accounts(projected)
    project_standings(projected, night)
    assert project_entries(projected) == 0
    assert everything() == before


def test_made_anew_the_timelines_are_the_same(projected: Source) -> None:
    before = everything()
    project_entries(projected, anew=True)
    assert everything() == before


def test_every_touch_and_ticket_of_the_book_is_on_a_timeline(projected: Source) -> None:
    known = list(Account.objects.values_list("pk", flat=True))
    for kind, table in (("touch", "touches"), ("ticket", "tickets"), ("answer", "answers")):
        rows = projected.moment.frame(table).filter(nw.col("account_id").is_in(known))
        counted = projected.engine.collect(rows.select(n=nw.len()))["n"].to_pylist()
        assert counted == [Entry.objects.filter(kind=kind).count()]


def test_what_a_member_chose_the_night_leaves_be(projected: Source) -> None:
    owner = Member.objects.create_user("o@example.com", "x", name="O")
    place = Portfolio.objects.create(name="Mine")
    account = Account.objects.first()
    Account.objects.filter(pk=account.pk).update(owner=owner, portfolio=place, chosen=True)
    project_accounts(projected)
    account.refresh_from_db()
    assert (account.owner, account.portfolio) == (owner, place)


def test_an_account_comes_into_the_first_portfolio_whose_condition_it_meets(projected: Source) -> None:
    segment = Account.objects.exclude(segment="").values_list("segment", flat=True).first()
    narrow = Portfolio.objects.create(name="Narrow", condition=f"segment = '{segment}'", place=1)
    project_accounts(projected)
    assert set(Account.objects.filter(portfolio=narrow)) == set(Account.objects.filter(segment=segment))
    assert not Account.objects.filter(portfolio=None).exists()


def test_the_owner_is_the_member_whose_address_the_book_names(projected: Source) -> None:
    address = Account.objects.exclude(owner_email="").values_list("owner_email", flat=True).first()
    member = Member.objects.create_user(address.upper(), "x", name="O")
    project_accounts(projected)
    assert set(member.accounts.all()) == set(Account.objects.filter(owner_email__iexact=address))


def test_a_change_in_risk_is_measured_from_the_last_night_that_long_ago() -> None:
    day = timezone.now().date()
    past = [[(day - timedelta(days=n)).isoformat(), risk] for n, risk in ((40, 0.1), (31, 0.2), (6, 0.6))]
    assert _change(past, day, 30, 0.7) == pytest.approx(0.5)
    assert _change(past, day, 7, 0.7) == pytest.approx(0.5)
    assert _change(past[2:], day, 7, 0.7) is None


def test_pages_say_from_which_cut_they_were_made(projected: Source) -> None:
    assert Projection.objects.get(name="standings").cut == projected.cut
