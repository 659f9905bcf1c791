"""Rules are heard in conversations: once, void when they or the words change, and the book is told."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from keepwell.accounts.models import Account, Outgoing
from keepwell.book.tables import table_named
from keepwell.conversations.actions.changing import touched
from keepwell.conversations.actions.deleting import delete_words
from keepwell.conversations.actions.hearing import hear, hear_all, waiting
from keepwell.conversations.actions.judging import judge
from keepwell.conversations.actions.ruling import change_rule, make_rule, rest, restore, set_words, wake
from keepwell.conversations.models import Conversation, Hit, Rule, Turn
from keepwell.conversations.rules import ears
from keepwell.conversations.rules.queries import months_of, stats_of
from keepwell.lib.errors import KeepwellError
from keepwell.listening import rules as listening
from keepwell.members.models import Member, Role

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.fixture
def ada(db: None) -> Member:
    return Member.objects.create_user("ada@example.com", name="Ada", role=Role.ADMINISTRATOR)


@pytest.fixture
def acme(db: None) -> Account:
    return Account.objects.create(pk="A1", name="Acme")


def talk(account: Account | None, *texts: str, key: str = "1", **more: Any) -> Conversation:
    fields = {"kind": "call", "at": NOW, "arrived_at": NOW, "language": "en", **more}
    made = Conversation.objects.create(source="upload", key=key, account=account, **fields)
    Turn.objects.bulk_create(
        Turn(conversation=made, no=no, side="them", text=text) for no, text in enumerate(texts, 1)
    )
    return made


def rule(phrase: str = "cancel the contract", name: str = "cancel", **more: Any) -> listening.Rule:
    return listening.Rule(name=name, phrases={"en": (phrase,)}, **{"theme": "leaving", **more})


def sent() -> list[tuple[str, str]]:
    """What went to the book: verdicts by hit, in order."""
    return [(one.key, one.row["verdict"]) for one in Outgoing.objects.filter(table="hits").order_by("pk")]


def test_a_rule_is_heard_in_any_form_and_a_denial_is_told_apart(ada: Member, acme: Account) -> None:
    made = make_rule(rule=rule(), by=ada, now=NOW)
    one = talk(
        acme, "Good morning.", "We will be cancelling our contracts.", "We will not cancel the contract."
    )
    hear(one, now=NOW)
    hits = list(Hit.objects.order_by("turn__no"))
    assert [(hit.turn.no, hit.verdict, hit.cue) for hit in hits] == [(2, "hit", ""), (3, "negated", "not")]
    first = hits[0]
    assert (first.rule, first.version, first.account, first.theme) == (made, 1, acme, "leaving")
    assert [first.turn.text[a:b] for a, b in first.spans] == ["cancelling", "contracts"]


def test_what_was_heard_goes_to_the_book_once_with_the_rules_version(ada: Member, acme: Account) -> None:
    make_rule(rule=rule(), by=ada, now=NOW)
    one = talk(acme, "We cancel the contract.", "We do not cancel the contract.")
    assert len(hear(one, now=NOW)) == 2
    assert hear(one, now=NOW) == []
    assert [verdict for _key, verdict in sent()] == ["", "negated"]
    row = Outgoing.objects.filter(table="hits").first().row
    assert set(row) <= {column.name for column in table_named("hits").columns}
    assert (row["account_id"], row["rule"], row["rule_version"], row["theme"]) == (
        "A1",
        "cancel",
        "1",
        "leaving",
    )
    assert row["conversation_id"] == "upload:1"


def test_a_theme_is_what_the_customer_speaks_of_and_by_the_books_name(ada: Member, acme: Account) -> None:
    make_rule(rule=rule(side=""), by=ada, now=NOW)
    make_rule(rule=rule("left the company", "left", theme="decision_maker_gone"), by=ada, now=NOW)
    one = talk(acme, "Do you cancel the contract?", "Our manager left the company.")
    one.turns.filter(no=1).update(side="us")
    hear(one, now=NOW)
    rows = [row.row for row in Outgoing.objects.filter(table="hits").order_by("pk")]
    assert [(row["rule"], row["theme"]) for row in rows] == [("cancel", ""), ("left", "champion_gone")]


def test_hits_are_void_when_the_words_change_and_those_that_stay_stay(ada: Member, acme: Account) -> None:
    make_rule(rule=rule(), by=ada, now=NOW)
    one = talk(acme, "We cancel the contract.", "Please cancel our contract.")
    kept, gone = hear(one, now=NOW)
    one.turns.filter(no=2).update(text="Please keep our contract.")
    touched(one, now=NOW)
    hear(Conversation.objects.get(), now=NOW + timedelta(hours=1))
    kept.refresh_from_db()
    gone.refresh_from_db()
    assert (kept.void_at, gone.void) == (None, Hit.Void.WORDS)
    assert sent()[-1] == (gone.key, "void")
    one.turns.filter(no=2).update(text="Please cancel our contract.")
    touched(one, now=NOW)
    hear(Conversation.objects.get(), now=NOW + timedelta(hours=2))
    gone.refresh_from_db()
    assert (gone.void_at, Hit.objects.count()) == (None, 2)
    assert sent()[-1] == (gone.key, "")


def test_a_changed_rule_voids_its_hits_and_what_a_person_said_of_the_same_words_holds(
    ada: Member, acme: Account
) -> None:
    made = make_rule(rule=rule(), by=ada, now=NOW)
    one = talk(acme, "We cancel the contract.", "We want a refund.")
    hear(one, now=NOW)
    Hit.objects.update(judged="right", judged_by=ada, judged_at=NOW)
    more = listening.Rule(
        name="cancel", phrases={"en": ("cancel the contract", "want a refund")}, theme="leaving"
    )
    change_rule(rule=made, to=more, by=ada, now=NOW)  # the job runs at once here
    old = Hit.objects.get(version=1)
    assert (old.void, old.void_at is not None) == (Hit.Void.RULE, True)
    new = list(Hit.objects.filter(version=2, void_at=None).order_by("turn__no"))
    assert [(hit.turn.no, hit.judged) for hit in new] == [(1, "right"), (2, "")]
    restore(rule=made, version=1, by=ada, now=NOW)
    made.refresh_from_db()
    assert (made.version, made.data["phrases"]) == (3, {"en": ["cancel the contract"]})
    assert [row.version for row in made.versions.all()] == [3, 2, 1]
    assert Hit.objects.filter(void_at=None).values_list("turn__no", "version", "judged").get() == (
        1,
        3,
        "right",
    )


def test_a_change_of_what_happens_leaves_the_hits_as_they_are(ada: Member, acme: Account) -> None:
    made = make_rule(rule=rule(), by=ada, now=NOW)
    one = talk(acme, "We cancel the contract.")
    hear(one, now=NOW)
    change_rule(rule=made, to=rule(then=("tag",), weight=2.0), by=ada, now=NOW)
    made.refresh_from_db()
    assert (made.version, Hit.objects.get().void_at) == (2, None)
    assert hear_all(now=NOW).new == []
    assert not waiting().exists()


def test_a_rule_at_rest_hears_nothing_new_and_keeps_what_it_has_heard(ada: Member, acme: Account) -> None:
    made = make_rule(rule=rule(), by=ada, now=NOW)
    hear(talk(acme, "We cancel the contract."), now=NOW)
    rest(rule=made, by=ada, now=NOW)
    second = talk(acme, "We cancel the contract.", key="2")
    assert hear(second, now=NOW) == []
    first = Conversation.objects.get(key="1")
    touched(first, now=NOW)
    hear_all(now=NOW)
    assert Hit.objects.get().void_at is None
    wake(rule=made, by=ada, now=NOW)
    assert Hit.objects.filter(void_at=None, conversation=second).count() == 1


def test_a_new_rule_is_heard_in_what_was_said_before_and_others_are_not_asked_again(
    ada: Member, acme: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_rule(rule=rule(), by=ada, now=NOW)
    for n in range(5):
        talk(acme, "We cancel the contract.", "It is too expensive.", key=str(n))
    hear_all(now=NOW)
    asked: list[int] = []
    hear_some = ears.Ready.hear
    monkeypatch.setattr(
        ears.Ready, "hear", lambda self, talks: asked.append(len(self.rows)) or hear_some(self, talks)
    )
    make_rule(rule=rule("too expensive", "price", theme="price"), by=ada, now=NOW)
    assert set(asked) == {1}
    assert Hit.objects.filter(rule__name="price").count() == 5


def test_the_language_of_each_turn_is_told_where_nobody_said_it(ada: Member, acme: Account) -> None:
    said = listening.Rule(
        name="cancel",
        phrases={"en": ("cancel the contract",), "hu": ("felmondja a szerződést",), "zh": ("解除合同",)},
        theme="leaving",
    )
    make_rule(rule=said, by=ada, now=NOW)
    texts = (
        "Sajnos jövőre felmondjuk a szerződést.",
        "Sorry, but we will cancel the contract now.",
        "我们要解除合同。",
    )
    hear(talk(acme, *texts, language=""), now=NOW)
    assert list(Hit.objects.order_by("turn__no").values_list("turn__no", flat=True)) == [1, 2, 3]


def test_the_companys_own_words_are_heard_and_the_past_anew_with_them(ada: Member, acme: Account) -> None:
    make_rule(rule=rule(), by=ada, now=NOW)
    one = talk(acme, "We cancel the frame order.")
    assert hear(one, now=NOW) == []
    set_words(language="en", data={"leaving": {"contract": "frame order"}}, by=ada, now=NOW)
    assert Hit.objects.get().turn.conversation == one
    set_words(language="en", data={}, by=ada, now=NOW)
    assert Hit.objects.get().void == Hit.Void.WORDS


def test_a_rule_that_asks_for_the_denial_counts_it_as_said(ada: Member, acme: Account) -> None:
    make_rule(
        rule=rule("recommend you", "no recommendation", denial="only", theme="complaint"), by=ada, now=NOW
    )
    hear(talk(acme, "I would not recommend you.", "I recommend you."), now=NOW)
    hit = Hit.objects.get()
    assert (hit.turn.no, hit.verdict, hit.cue) == (1, "hit", "not")


def test_a_conversation_of_nobody_yet_goes_to_the_book_once_its_account_is_known(
    ada: Member, acme: Account
) -> None:
    make_rule(rule=rule(), by=ada, now=NOW)
    one = talk(None, "We cancel the contract.")
    hear(one, now=NOW)
    assert sent() == []
    one.account = acme
    one.save()
    touched(one, now=NOW)
    hear_all(now=NOW)
    assert Hit.objects.get().account == acme
    assert [verdict for _key, verdict in sent()] == [""]


def test_a_hit_that_goes_with_its_turn_is_void_in_the_book(ada: Member, acme: Account) -> None:
    make_rule(rule=rule(), by=ada, now=NOW)
    one = talk(acme, "We cancel the contract.")
    (hit,) = hear(one, now=NOW)
    one.turns.all().delete()
    assert sent()[-1] == (hit.key, "void")


def test_how_often_a_rule_is_right_outlives_the_words_that_were_deleted_on_their_day(
    ada: Member, acme: Account
) -> None:
    made = make_rule(rule=rule(), by=ada, now=NOW)
    for key in ("1", "2", "3"):
        hear(talk(acme, "We cancel the contract.", key=key), now=NOW)
    right, wrong, unjudged = Hit.objects.order_by("conversation__key")
    judge(hit=right, judged="right", by=ada, now=NOW)
    judge(hit=wrong, judged="wrong", by=ada, now=NOW)
    before = stats_of([made], now=NOW)[made.pk]
    assert (before.heard, before.right, before.wrong, before.waiting) == (3, 1, 1, 1)
    months = months_of(made, now=NOW)
    for hit in (right, wrong, unjudged):
        delete_words(hit.conversation, now=NOW, why="Their day has come.")
    after = stats_of([made], now=NOW)[made.pk]
    assert (after.heard, after.right, after.wrong, after.waiting) == (
        3,
        1,
        1,
        0,
    )  # nobody can judge it any more
    assert (after.precision, after.interval) == (before.precision, before.interval)
    assert months_of(made, now=NOW) == months
    change_rule(rule=made, to=rule(then=("tag",)), by=ada, now=NOW)
    assert stats_of([made], now=NOW)[made.pk].right == 1  # it listens as before
    made.refresh_from_db()
    change_rule(rule=made, to=rule("stop the contract"), by=ada, now=NOW)
    assert made.pk not in stats_of([made], now=NOW)  # what another rule was right in says nothing of this one


def test_a_few_changed_rules_are_made_ready_beside_the_many_that_stay(ada: Member) -> None:
    for n in range(60):
        Rule.objects.create(
            name=f"r{n}",
            data={"phrases": {"en": [f"word{n} thing"]}},
            made_at=NOW,
            changed_at=NOW,
            revision=1,
        )
    many = ears.ready().sets[0]
    made = Rule.objects.get(name="r7")
    change_rule(rule=made, to=rule("other word", "r7"), by=ada, now=NOW)
    held = ears.ready()
    assert held.sets[0] is many
    assert [len(rules.rules) for rules in held.sets] == [60, 1]
    turns = [Turn(pk=n, no=n, side="them", text=text) for n, text in enumerate(("word7 thing", "other word"))]
    heard = held.hear([(Conversation(pk=1, kind="call", language="en"), turns)])
    assert [(one.turn.no, one.version) for one in heard] == [(1, 2)]


def test_a_rule_that_says_nothing_is_refused_and_one_kept_before_silences_no_other(
    ada: Member, acme: Account
) -> None:
    with pytest.raises(KeepwellError):
        make_rule(rule=rule("of the", "empty"), by=ada, now=NOW)
    Rule.objects.create(
        name="empty", data={"phrases": {"en": ["of the"]}}, made_at=NOW, changed_at=NOW, revision=1
    )
    make_rule(rule=rule(), by=ada, now=NOW)
    assert len(hear(talk(acme, "We cancel the contract."), now=NOW)) == 1
