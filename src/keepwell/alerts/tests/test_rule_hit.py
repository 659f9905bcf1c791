"""What customers say raises an alert: one a conversation, told anew when more is said, gone when it was wrong."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django_q.conf import Conf

from keepwell.accounts.models import Account, Standing
from keepwell.alerts.actions.raising import raise_alerts, raise_at
from keepwell.alerts.heard import data_of, lines_of, said_in
from keepwell.alerts.models import Alert, Reason
from keepwell.alerts.tests.conftest import NOW, Office
from keepwell.conversations.actions.changing import touched
from keepwell.conversations.actions.hearing import hear, hear_all
from keepwell.conversations.actions.ruling import make_rule
from keepwell.conversations.arriving.incoming import folder
from keepwell.conversations.models import Conversation, Hit, Turn
from keepwell.conversations.rules import ears
from keepwell.listening.rules import Rule

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(Conf, "SYNC", False)  # the worker sleeps: each test raises at its own moment
    ears.forget()
    yield
    ears.forget()


@pytest.fixture
def acme(office: Office, stands: Callable[..., Standing]) -> Account:
    account = office.account("acme")
    stands(account, risk=0.1)
    for name, phrase, more in (
        ("cancel", "cancel the contract", {"theme": "leaving"}),
        ("price", "too expensive", {"theme": "price", "weight": 0.5}),
        ("praise", "very satisfied", {"theme": "praise", "then": ("tag",)}),
    ):
        rule = Rule(name=name, phrases={"en": (phrase,)}, **more)
        make_rule(rule=rule, by=office.admin, now=NOW)
    return account


def talk(account: Account, *texts: str, key: str = "1", at: datetime = NOW, **more: Any) -> Conversation:
    made = Conversation.objects.create(
        source="upload", key=key, account=account, kind="call", at=at, arrived_at=NOW, language="en", **more
    )
    say(made, *texts)
    return made


def say(one: Conversation, *texts: str) -> None:
    after = one.turns.count() + 1
    Turn.objects.bulk_create(
        Turn(conversation=one, no=no, side="them", text=text) for no, text in enumerate(texts, after)
    )
    touched(one, now=NOW)
    one.refresh_from_db()
    hear(one, now=NOW)


def test_several_hits_of_one_conversation_make_one_alert_with_its_rules(
    acme: Account, office: Office
) -> None:
    one = talk(acme, "We will cancel the contract.", "It is too expensive.", "Yes, cancel the contract!")
    done = raise_at(accounts=[acme.pk], triggers=["rule_hit"], now=NOW)
    assert done.alerts == 1
    alert, reason = Alert.objects.get(), Reason.objects.get()
    assert (alert.account, alert.owner, alert.stood["risk"]) == (acme, office.owner, 0.1)
    assert (reason.trigger, reason.mark, reason.seen["rules"]) == (
        "rule_hit",
        str(one.pk),
        ["cancel", "price"],
    )
    assert (reason.seen["value"], len(reason.seen["hits"])) == (1.5, 3)
    assert raise_alerts(now=NOW).alerts == 0
    assert raise_at(accounts=[acme.pk], triggers=["rule_hit"], now=NOW).alerts == 0


def test_a_light_rule_alone_a_denial_and_a_rule_that_only_tags_raise_none(acme: Account) -> None:
    talk(acme, "It is too expensive.", "We will not cancel the contract.", "We are very satisfied.")
    assert raise_at(accounts=[acme.pk], triggers=["rule_hit"], now=NOW).alerts == 0


def test_what_is_said_later_in_the_same_thread_is_told_anew(acme: Account) -> None:
    one = talk(acme, "We will cancel the contract.")
    raise_at(accounts=[acme.pk], triggers=["rule_hit"], now=NOW)
    Alert.objects.update(state="acknowledged", to_tell="")
    say(one, "Did you hear? We terminate our agreement.")
    assert raise_at(accounts=[acme.pk], triggers=["rule_hit"], now=NOW).alerts == 0
    alert = Alert.objects.get()
    assert (alert.state, alert.to_tell, len(alert.reasons.get().seen["hits"])) == ("open", "crossed", 2)


def test_after_it_was_closed_only_new_words_raise_another(acme: Account) -> None:
    one = talk(acme, "We will cancel the contract.")
    raise_at(accounts=[acme.pk], triggers=["rule_hit"], now=NOW)
    Reason.objects.update(gone_at=NOW, gone="closed")
    Alert.objects.update(state="closed")
    assert raise_alerts(now=NOW).alerts == 0
    say(one, "Well then.", "We do cancel the contract.")
    assert raise_at(accounts=[acme.pk], triggers=["rule_hit"], now=NOW).alerts == 1


def test_an_alert_goes_when_its_hits_are_judged_wrong_or_void(acme: Account) -> None:
    talk(acme, "We will cancel the contract.")
    raise_at(accounts=[acme.pk], triggers=["rule_hit"], now=NOW)
    Hit.objects.update(judged="wrong")
    assert raise_alerts(now=NOW).passed == 1
    assert Alert.objects.get().outcome == "passed"


def test_a_call_of_long_ago_raises_nothing(acme: Account) -> None:
    talk(acme, "We will cancel the contract.", at=NOW - timedelta(days=40))
    assert raise_alerts(now=NOW).alerts == 0


def test_the_night_hears_what_nobody_heard_and_raises_it(acme: Account) -> None:
    made = Conversation.objects.create(
        source="upload", key="9", account=acme, kind="mail", at=NOW, arrived_at=NOW, language="en"
    )
    Turn.objects.create(conversation=made, no=1, side="them", text="We will cancel the contract.")
    assert len(hear_all(now=NOW).new) == 1
    assert raise_alerts(now=NOW).alerts == 1


def test_an_alert_plays_the_moment_and_its_mail_leads_there(
    acme: Account, office: Office, client: Client
) -> None:
    one = talk(acme, "Good morning.", "We will cancel the contract.")
    (folder("sound") / "call.wav").write_bytes(b"RIFF")
    Conversation.objects.filter(pk=one.pk).update(sound="call.wav", sound_type="audio/wav")
    Turn.objects.filter(conversation=one, no=2).update(start=61.5, end=64.0)
    raise_at(accounts=[acme.pk], triggers=["rule_hit"], now=NOW)
    alert = Alert.objects.get()
    moment = f"/conversations/hits/{Hit.objects.get().pk}/sound"  # no more of the call than that
    client.force_login(office.owner)
    page = client.get(f"/alerts/{alert.pk}").content.decode()
    assert f'<audio controls preload="none" src="{moment}"' in page
    (said,) = said_in([alert])[alert.pk]
    assert f"/conversations/{one.pk}?turn=2" in "\n".join(lines_of(alert, [said]))
    assert data_of(alert, [said])["said"][0]["sound"].endswith(moment)
    (folder("sound") / "call.wav").unlink()
    assert "<audio" not in client.get(f"/alerts/{alert.pk}").content.decode()


def test_what_several_rules_heard_in_the_same_words_is_shown_and_mailed_once(
    acme: Account, office: Office
) -> None:
    make_rule(rule=Rule(name="contract", phrases={"en": ("cancel",)}), by=office.admin, now=NOW)
    far = "Well. " * 60
    talk(
        acme, "We cancel the contract: it is too expensive.", f"Too expensive. {far} Do cancel the contract!"
    )
    raise_at(accounts=[acme.pk], triggers=["rule_hit"], now=NOW)
    alert = Alert.objects.get()
    said = said_in([alert])[alert.pk]
    assert [one.rules for one in said] == ["contract, cancel, price", "price", "contract, cancel"]
    assert "".join(part.text for part in said[0].parts) == "We cancel the contract: it is too expensive."
    assert [part.text for part in said[0].parts if part.heard] == ["cancel", "contract", "too", "expensive"]
    assert "\n".join(lines_of(alert, said)).count("We cancel the contract") == 1
    assert len(data_of(alert, said)["said"]) == Hit.objects.filter(void_at=None).count()  # each to programs


def test_an_account_that_pays_nothing_is_told_of_too_and_nothing_is_invented_of_it(
    office: Office, acme: Account, client: Client
) -> None:
    prospect = office.account("prospect")
    one = talk(prospect, "We will cancel the contract.")
    assert raise_at(accounts=[prospect.pk], triggers=["rule_hit"], now=NOW).alerts == 1
    assert raise_at(accounts=[prospect.pk], triggers=["risk_high"], now=NOW).alerts == 0
    alert = Alert.objects.get()
    assert (alert.account, alert.owner, alert.stood) == (prospect, office.owner, {})
    (said,) = said_in([alert])[alert.pk]
    assert "not known" in "\n".join(lines_of(alert, [said]))
    assert data_of(alert, [said])["stood"]["worth"] is None
    client.force_login(office.owner)
    assert "were not known" in client.get(f"/alerts/{alert.pk}").content.decode()
    assert client.get("/alerts/").status_code == client.get("/").status_code == 200
    done = raise_alerts(now=NOW)
    assert (done.alerts, done.passed, done.left) == (
        0,
        0,
        0,
    )  # neither raised twice nor taken for one who left
    Hit.objects.filter(conversation=one).update(judged="wrong")
    assert raise_alerts(now=NOW).passed == 1


def test_the_night_raises_what_was_heard_at_an_account_without_a_standing(
    office: Office, acme: Account
) -> None:
    talk(office.account("trial"), "We will cancel the contract.")
    talk(office.account("long ago"), "We will cancel the contract.", key="2", at=NOW - timedelta(days=40))
    talk(office.account("lost", gone=True), "We will cancel the contract.", key="3")
    assert raise_alerts(now=NOW).alerts == 1
    assert Alert.objects.get().account_id == "trial"


def test_a_prospect_that_paid_and_left_again_is_known_to_have_left(
    office: Office, acme: Account, stands: Callable[..., Standing]
) -> None:
    prospect = office.account("prospect")
    talk(prospect, "We will cancel the contract.")
    raise_at(accounts=[prospect.pk], triggers=["rule_hit"], now=NOW)
    standing = stands(prospect, day=NOW.date() + timedelta(days=30))
    assert raise_alerts(now=NOW + timedelta(days=10)).left == 0
    standing.delete()
    assert raise_alerts(now=NOW + timedelta(days=11)).left == 1
    assert Alert.objects.get().outcome == "left"
