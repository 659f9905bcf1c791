"""Whose conversation it is, and when nobody should say."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keepwell.listening.belonging import (
    Directory,
    KnownAccount,
    KnownContact,
    Outcome,
    phone_key,
)
from keepwell.listening.said import Participant, Side

ACCOUNTS = [
    KnownAccount(
        "acme", "Acme", domains=("https://www.acme.example/about",), country="HU", phones=("06 1 234 5678",)
    ),
    KnownAccount("beta", "Beta", domains=("beta.example", "gmail.com"), country="PL"),
    KnownAccount("twin", "Twin", domains=("shared.example",)),
    KnownAccount("twin2", "Twin two", domains=("shared.example",)),
]
CONTACTS = [
    KnownContact("anna", "acme", "Kovács Anna", ("Anna@acme.example",), ("06 30 123 4567",)),
    KnownContact("adam", "beta", "Adam Nowak", ("adam.nowak@gmail.com",), ("601 234 567",)),
    KnownContact("tina", "twin", "Tina Twin", ("tina@elsewhere.example",)),
    KnownContact("wang", "beta", "王小芳"),
    KnownContact("john1", "twin", "John Smith"),
    KnownContact("john2", "twin2", "John Smith"),
]
KNOWN = Directory.of(ACCOUNTS, CONTACTS)


def whose(*participants, **one):
    found = KNOWN.whose(participants or [Participant(**one)])
    return found.outcome.value, found.account_id, found.contact_id


@pytest.mark.parametrize(
    ("known_by", "expected"),
    [
        ({"address": "anna@acme.example"}, ("matched", "acme", "anna")),
        ({"address": "anna+news@ACME.example"}, ("matched", "acme", "anna")),
        ({"address": "new@acme.example"}, ("matched", "acme", "")),
        ({"address": "new@sales.acme.example"}, ("matched", "acme", "")),
        ({"address": "new@notacme.example"}, ("unmatched", "", "")),
        ({"address": "somebody@gmail.com"}, ("unmatched", "", "")),
        ({"address": "Adam.Nowak@gmail.com"}, ("matched", "beta", "adam")),
        ({"phone": "+36 30 123-4567"}, ("matched", "acme", "anna")),
        ({"phone": "0036 1 2345678"}, ("matched", "acme", "")),
        ({"phone": "601234567"}, ("matched", "beta", "adam")),
        ({"phone": "12"}, ("unmatched", "", "")),
        ({"name": "Anna Kovacs"}, ("matched", "acme", "anna")),
        ({"name": "王小芳"}, ("matched", "beta", "wang")),
        ({"name": "Anna"}, ("unmatched", "", "")),
        ({"name": "John Smith"}, ("ambiguous", "", "")),
        ({"address": "who@shared.example"}, ("ambiguous", "", "")),
        ({"name": "Tina Twin", "address": "tt@shared.example"}, ("matched", "twin", "tina")),
        ({}, ("unmatched", "", "")),
    ],
)
def test_a_participant_is_known_by_what_they_have(known_by, expected):
    assert whose(**known_by) == expected


def test_our_own_people_say_nothing():
    ours = Participant(address="anna@acme.example", side=Side.US)
    assert whose(ours) == ("unmatched", "", "")


def test_the_surest_evidence_decides_and_the_others_are_told():
    found = KNOWN.whose([Participant(address="anna@acme.example"), Participant(name="Adam Nowak")])
    assert (found.outcome, found.account_id, found.contact_id) == (Outcome.MATCHED, "acme", "anna")
    assert found.candidates == ("beta",)
    assert "anna@acme.example" in found.why
    both = KNOWN.whose(
        [Participant(address="anna@acme.example"), Participant(address="adam.nowak@gmail.com")]
    )
    assert both.candidates == ("acme", "beta")
    assert both.outcome is Outcome.AMBIGUOUS


def test_telephones_are_compared_as_the_world_calls_them():
    assert phone_key("06 (1) 234-5678", "HU") == phone_key("+36-1-234 5678") == "+3612345678"
    assert phone_key("not a number", "HU") == ""


@given(st.text(max_size=40), st.text(max_size=40), st.text(max_size=40))
def test_nothing_that_is_written_breaks_the_looking_up(name, address, phone):
    assert KNOWN.whose([Participant(name, address, phone)]).outcome in Outcome
