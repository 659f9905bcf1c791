"""Whoever sends a request is read with their teams in one question, and only while they may sign in."""

import pytest

from keepwell.members.backend import Backend
from keepwell.members.models import Member, Portfolio, Team

pytestmark = pytest.mark.django_db


def test_a_member_comes_with_the_portfolios_of_their_teams(django_assert_num_queries):
    member = Member.objects.create_user(email="ann@example.com", name="Ann")
    north, south = Team.objects.create(name="North"), Team.objects.create(name="South")
    kept = Portfolio.objects.create(name="Kept")
    north.portfolios.add(kept)
    member.teams.add(north, south)
    with django_assert_num_queries(1):
        found = Backend().get_user(member.pk)
    assert found == member
    assert found.seen_teams == [(north.kind, kept.pk), (south.kind, None)]


def test_a_member_without_a_team_gets_in():
    member = Member.objects.create_user(email="ann@example.com", name="Ann")
    assert Backend().get_user(member.pk) == member
    assert Backend().get_user(member.pk).seen_teams == []


def test_who_may_no_longer_sign_in_and_who_is_nobody_are_refused():
    member = Member.objects.create_user(email="ann@example.com", name="Ann")
    Member.objects.filter(pk=member.pk).update(is_active=False)
    assert Backend().get_user(member.pk) is None
    assert Backend().get_user(member.pk + 1) is None
