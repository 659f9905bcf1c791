"""A manager writes a rule by typing a phrase, sees what it hears, runs it over the past; its hits are judged."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from keepwell.accounts.models import Account, Entry, Outgoing
from keepwell.conversations.actions.hearing import hear_all
from keepwell.conversations.actions.noticing import notice_rules
from keepwell.conversations.actions.ruling import make_rule
from keepwell.conversations.models import Conversation, Hit, Past, Rule, Turn, Words
from keepwell.conversations.rules.names import NAMES
from keepwell.listening import rules as listening
from keepwell.members.models import Member, Role

pytestmark = pytest.mark.django_db
NOW = datetime.now(UTC)


def someone(name: str, role: Role) -> tuple[Member, Client]:
    member = Member.objects.create_user(f"{name}@example.com", name=name.title(), role=role)
    client = Client()
    client.force_login(member)
    return member, client


@pytest.fixture
def ada(db: None) -> tuple[Member, Client]:
    return someone("ada", Role.ADMINISTRATOR)


@pytest.fixture
def mo(db: None) -> tuple[Member, Client]:
    return someone("mo", Role.MANAGER)


def talk(key: str, *texts: str, account: Account | None = None, days: float = 1, **more: Any) -> Conversation:
    at = NOW - timedelta(days=days)
    made = Conversation.objects.create(
        source="upload", key=key, account=account, kind="call", at=at, arrived_at=at, language="en", **more
    )
    Turn.objects.bulk_create(
        Turn(conversation=made, no=n, side="them", text=t) for n, t in enumerate(texts, 1)
    )
    return made


FORM = {
    "name": "cancel", "theme": "leaving", "then": ["alert"], "side": "them", "denial": "apart", "weight": "1",
    "language": "en",
}  # fmt: skip


def test_a_manager_types_a_phrase_and_sees_its_forms_and_translations(mo: tuple[Member, Client]) -> None:
    page = mo[1].get("/conversations/rules/new?phrase=cancel the contract&language=en").content.decode()
    for form in ("cancel", "terminate", "contracts", "agreement"):
        assert form in page
    assert "want out of / wants out of" in page, "whole other ways of saying it"
    assert 'value="hu:felmond' in page
    assert 'value="zh:解除合同"' in page
    assert '<option value="leaving" selected>' in page


def test_what_is_typed_is_shown_while_it_is_typed(mo: tuple[Member, Client]) -> None:
    said = {**FORM, "name": "", "phrase": "too expensive", "propose": ["pl:zbyt drogi"]}
    part = mo[1].post("/conversations/rules/heard", said).content.decode()
    assert "<h1" not in part
    assert "expensive" in part
    assert "drogie" in part
    assert 'value="pl:zbyt drogi" checked' in part


def test_a_rule_is_kept_with_the_translations_that_were_ticked_and_hears_its_first_hit(
    mo: tuple[Member, Client],
) -> None:
    account = Account.objects.create(pk="A1", name="Acme", owner=mo[0])
    talk("1", "Well, we are cancelling the contract.", account=account)
    said = {**FORM, "phrase": "cancel the contract", "propose": ["hu:felmond szerződés", "zh:解除合同"]}
    answer = mo[1].post("/conversations/rules/new", said)
    made = Rule.objects.get()
    assert answer.url == f"/conversations/rules/{made.pk}"
    assert made.data["phrases"] == {
        "en": ["cancel the contract"],
        "hu": ["felmond szerződés"],
        "zh": ["解除合同"],
    }
    assert (made.owner, made.version) == (mo[0], 1)
    page = mo[1].get(answer.url).content.decode()
    assert "<mark" in page
    assert "cancelling" in page


def test_a_rule_is_run_over_the_past_before_it_is_kept(mo: tuple[Member, Client]) -> None:
    gone, stays = (Account.objects.create(pk=pk, name=pk, owner=mo[0]) for pk in ("Gone", "Stays"))
    talk("1", "We cancel the contract.", account=gone, days=200)
    talk("2", "All is well.", account=stays, days=150)
    hidden = Account.objects.create(pk="Hidden", name="Hidden")
    talk("3", "We cancel the contract.", account=hidden)
    at = NOW - timedelta(days=150)
    Entry.objects.create(account=gone, at=at, kind="movement", key="m1", data={"kind": "churn"})
    answer = mo[1].post("/conversations/rules/new", {**FORM, "phrase": "cancel the contract", "past": "1"})
    one = Past.objects.get()
    assert answer.url == f"/conversations/rules/past/{one.pk}"
    found = one.found
    assert (found["hits"], found["of"], found["accounts"], found["known"], found["left"]) == (1, 2, 1, 1, 1)
    assert found["others"] == {"known": 1, "left": 0}
    page = mo[1].get(answer.url).content.decode()
    assert "Gone" in page
    assert "Hidden" not in page
    assert "contract" in page
    assert Rule.objects.count() == 0
    other = someone("eve", Role.MANAGER)[1]
    assert other.get(answer.url).status_code == 404


def test_a_change_is_a_new_version_and_an_old_one_can_be_had_back(mo: tuple[Member, Client]) -> None:
    client = mo[1]
    client.post("/conversations/rules/new", {**FORM, "phrase": "cancel the contract"})
    made = Rule.objects.get()
    assert "cancel the contract" in client.get(f"/conversations/rules/{made.pk}/edit").content.decode()
    said = {**FORM, "phrases_en": "cancel the contract\nleave you", "version": "1", "denial": "drop"}
    client.post(f"/conversations/rules/{made.pk}/edit", said)
    late = client.post(f"/conversations/rules/{made.pk}/edit", said).content.decode()
    assert "Somebody has changed this rule" in late
    page = client.get(f"/conversations/rules/{made.pk}").content.decode()
    assert "cancel the contract · leave you" in page
    client.post(f"/conversations/rules/{made.pk}/restore/1")
    made.refresh_from_db()
    assert (made.version, made.data["phrases"], made.data.get("denial")) == (
        3,
        {"en": ["cancel the contract"]},
        None,
    )


def test_a_rule_without_versions_has_a_page_all_the_same(mo: tuple[Member, Client]) -> None:
    rule = Rule.objects.create(name="Dear", made_at=NOW, changed_at=NOW)
    assert mo[1].get(f"/conversations/rules/{rule.pk}").status_code == 200


def test_only_an_administrator_writes_a_regular_expression(
    mo: tuple[Member, Client], ada: tuple[Member, Client]
) -> None:
    said = {**FORM, "pattern": "cancel.*contract"}
    assert "listens for nothing" in mo[1].post("/conversations/rules/new", said).content.decode()
    wrong = ada[1].post("/conversations/rules/new", {**said, "pattern": "(("}).content.decode()
    assert "pattern cannot be read. A bracket “)” is missing." in wrong
    assert "b&#x27;" not in wrong
    ada[1].post("/conversations/rules/new", said)
    assert Rule.objects.get().data["pattern"] == "cancel.*contract"


def test_putting_a_rule_to_rest_is_said_and_can_be_undone(mo: tuple[Member, Client]) -> None:
    client = mo[1]
    client.post("/conversations/rules/new", {**FORM, "phrase": "cancel the contract"})
    made = Rule.objects.get()
    client.post(f"/conversations/rules/{made.pk}/turn", {"to": "rest"})
    page = client.get(f"/conversations/rules/{made.pk}").content.decode()
    assert "Mo put it to rest" in page
    assert "at rest" in client.get("/conversations/rules/").content.decode()
    client.post(f"/conversations/rules/{made.pk}/turn", {"to": "on"})
    assert Rule.objects.get().on


def test_rules_go_out_and_come_in_as_yaml_with_clear_errors(mo: tuple[Member, Client]) -> None:
    client = mo[1]
    client.post("/conversations/rules/start", {"theme": ["price", "praise"]})
    assert Rule.objects.count() == 5
    out = client.get("/conversations/rules/export").content
    assert {rule.name for rule in listening.parsed(out, "x")} == set(
        Rule.objects.values_list("name", flat=True)
    )

    def brought(text: bytes) -> str:
        file = SimpleUploadedFile("rules.yaml", text)
        return client.post("/conversations/rules/bring", {"file": file}, follow=True).content.decode()

    assert "5 there already" in brought(out)
    assert "Did you mean phrases?" in brought(b"- name: a\n  phrasess: {en: [b]}\n")
    assert "cannot be read" in brought(b"- name: a\n  phrases: {en: 5}\n")
    assert "It is no YAML from line 2, column" in brought(b"- name: a\n  phrases: {en: [b}\n")
    assert "Line 2 is not written in UTF-8." in brought(b"- name: a\n  theme: \xff\n")
    assert "is there twice" in brought(b"- {name: a, phrases: {en: b}}\n- {name: a, phrases: {en: c}}\n")
    assert Rule.objects.count() == 5
    assert "1 rule made" in brought(b"- {name: a, phrases: {en: cancel}}\n")


def test_the_companys_words_are_set_on_a_screen(mo: tuple[Member, Client]) -> None:
    page = mo[1].get("/conversations/rules/words/en").content.decode()
    assert "subscription" in page
    said = {
        "own:leaving:contract": "frame order, -deal",
        "idea:price": "haggle",
        "own:price:": "haggle, bargain",
    }
    mo[1].post("/conversations/rules/words/en", said)
    assert Words.objects.get().data == {
        "leaving": {"contract": "frame order, -deal"},
        "price": {"haggle": "haggle, bargain"},
    }
    viewer = someone("vi", Role.VIEWER)[1]
    assert viewer.get("/conversations/rules/words/en").status_code == 200
    assert viewer.post("/conversations/rules/words/en", said).status_code == 403


def test_hits_are_judged_with_a_button_or_a_key_and_the_book_hears_of_it(mo: tuple[Member, Client]) -> None:
    account = Account.objects.create(pk="A1", name="Acme", owner=mo[0])
    talk("1", "Hello.", "We cancel the contract.", "Goodbye.", account=account)
    talk("2", "We cancel the contract.", account=Account.objects.create(pk="B", name="Hidden"))
    make_rule(rule=listening.Rule(name="cancel", phrases={"en": ("cancel the contract",)}), by=mo[0], now=NOW)
    client, hit = mo[1], Hit.objects.get(account=account)
    page = client.get("/conversations/hits/").content.decode()
    assert page.count('data-judge="y"') == 1
    assert "Hello." in page
    client.post(f"/conversations/hits/{hit.pk}", {"judged": "wrong", "next": "/conversations/hits/"})
    hit.refresh_from_db()
    assert (hit.judged, hit.judged_by) == ("wrong", mo[0])
    assert Outgoing.objects.filter(table="hits", key=hit.key).last().row["verdict"] == "wrong"
    part = client.post(f"/conversations/hits/{hit.pk}", {"judged": "right"}, headers={"HX-Request": "true"})
    assert (
        part.content.decode().startswith(f'\n<li id="hit-{hit.pk}"')
        or f'<li id="hit-{hit.pk}"' in part.content.decode()
    )
    client.post(f"/conversations/hits/{hit.pk}", {"judged": ""})
    hit.refresh_from_db()
    assert (hit.judged, hit.judged_by) == ("", None)
    hidden = Hit.objects.get(account="B")
    assert client.post(f"/conversations/hits/{hidden.pk}", {"judged": "right"}).status_code == 404


def test_a_rule_that_fell_silent_or_is_right_less_often_says_so_to_its_owner(
    mo: tuple[Member, Client],
) -> None:
    account = Account.objects.create(pk="A1", name="Acme", owner=mo[0])
    for name, phrase in (("cancel", "cancel the contract"), ("price", "too expensive")):
        make_rule(rule=listening.Rule(name=name, phrases={"en": (phrase,)}), by=mo[0], now=NOW)
    for n in range(12):
        talk(f"c{n}", "We cancel the contract.", account=account, days=120)
        talk(f"o{n}", "It is too expensive.", account=account, days=120)
        talk(f"n{n}", "It is too expensive.", account=account, days=2)
    hear_all(now=NOW)
    Hit.objects.filter(rule__name="price", at__lt=NOW - timedelta(days=90)).update(judged="right")
    Hit.objects.filter(rule__name="price", at__gte=NOW - timedelta(days=90)).update(judged="wrong")
    assert notice_rules(now=NOW) == 2
    assert dict(Rule.objects.values_list("name", "notice")) == {"cancel": "silent", "price": "falling"}
    page = mo[1].get("/conversations/rules/?state=notice").content.decode()
    assert "has not been heard for 90 days, though it was heard 12 times" in page
    assert "0 of 12 judged in the last 90 days, 12 of 12 before" in page
    cancel = Rule.objects.get(name="cancel")
    assert "though it was heard 12 times" in mo[1].get(f"/conversations/rules/{cancel.pk}").content.decode()
    assert Rule.objects.filter(on=True).count() == 2  # nothing is switched off by itself
    today = mo[1].get("/").content.decode()
    assert "cancel" in today
    assert "has not been heard for 90 days" in today


def test_a_list_of_rules_goes_out_as_csv(mo: tuple[Member, Client]) -> None:
    mo[1].post("/conversations/rules/start", {"theme": ["price"]})
    lines = mo[1].get("/conversations/rules/?format=csv").content.decode().splitlines()
    assert len(lines) == 4
    assert mo[1].get("/conversations/hits/?format=csv").status_code == 200


def test_every_rule_that_comes_with_keepwell_has_a_name_in_words(mo: tuple[Member, Client]) -> None:
    shipped = {rule.name for rule in listening.read(listening.SHIPPED)}
    assert shipped == set(NAMES)
    mo[1].post("/conversations/rules/start", {"theme": ["leaving"]})
    rule = Rule.objects.get(name="cancel-contract")
    page = mo[1].get(f"/conversations/rules/{rule.pk}").content.decode()
    assert "<h1>Cancel the contract</h1>" in page
    assert str(Rule(name="Our own").label) == "Our own"


def test_a_rule_without_a_name_is_called_by_what_they_say(mo: tuple[Member, Client]) -> None:
    said = {**FORM, "name": "", "phrase": "cancel the contract"}
    mo[1].post("/conversations/rules/new", said)
    assert Rule.objects.get().name == "cancel the contract"
    page = mo[1].post("/conversations/rules/new", {**FORM, "name": "", "phrase": ""}).content.decode()
    assert "Type what they say" in page
    assert Rule.objects.count() == 1


def test_two_phrases_of_a_rule_that_hear_the_same_words_make_one_hit(mo: tuple[Member, Client]) -> None:
    account = Account.objects.create(pk="A1", name="Acme", owner=mo[0])
    talk("1", "We recommended you to a partner of ours.", account=account)
    said = {"en": ("we recommended you", "recommended to a partner")}
    make_rule(rule=listening.Rule(name="praise", phrases=said), by=mo[0], now=NOW)
    hear_all(now=NOW)
    assert Hit.objects.filter(void_at=None).count() == 1
    assert hear_all(now=NOW).new == []
