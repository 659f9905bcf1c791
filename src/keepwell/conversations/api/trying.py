"""Calls that try a rule before it is kept: which forms it will hear, and what it would have heard so far."""

from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from ninja import Router, Status

from keepwell.accounts.models import Account
from keepwell.api.door import asks, member_of
from keepwell.api.shapes import Answer
from keepwell.conversations.actions.looking_back import ask_past
from keepwell.conversations.api.clips import Number
from keepwell.conversations.api.rules import RuleSaid, made_of
from keepwell.conversations.models import Past, Turn
from keepwell.conversations.queries import seen
from keepwell.conversations.rules.writing import heard_by, proposed
from keepwell.members.models import Member
from keepwell.members.rights import Right, seen_by

router = Router(tags=["rules"])
SOON = "2"  # seconds after which to look again


class FormsShape(Answer):
    """A phrase: slot by slot the forms that it matches, whole other ways of saying it, or why it says nothing."""

    phrase: str
    slots: list[list[str]]
    sayings: list[str]
    wrong: str


class HeardInShape(Answer):
    """What is heard in a language, and what the word lists propose beside it."""

    language: str
    phrases: list[FormsShape]


class ProposalShape(Answer):
    """A synonym, or the same in another language."""

    language: str
    text: str


class HeardShape(Answer):
    """What a rule will hear."""

    languages: list[HeardInShape]
    proposals: list[ProposalShape]


class AtAccount(Answer):
    """How often it would have been heard at an account, when last, and on which day within 90 that left."""

    account: str
    name: str
    hits: int
    last: datetime
    left_on: datetime | None


class Example(Answer):
    """Where it would have been heard; `spans` are places in the turn's text."""

    conversation: int
    turn: int
    text: str
    verdict: str
    spans: list[list[int]]
    cue: str


class PastShape(Answer):
    """What a rule would have heard in all that the caller may see; counts are null until it is worked out.

    Of accounts of which it is known (`known`), so many `left` within 90 days of saying it; `others_known` and
    `others_left` tell the same of those that spoke with us and did not say it.
    """

    id: int
    name: str
    done: int
    of: int
    wrong: str
    hits: int | None
    denied: int | None
    conversations: int | None
    accounts: int | None
    known: int | None
    left: int | None
    others_known: int | None
    others_left: int | None
    where: list[AtAccount]
    examples: list[Example]


@router.post("/rules/heard", response=HeardShape, auth=asks(Right.MANAGE), summary="What a rule will hear")
def heard(request: HttpRequest, said: RuleSaid) -> Any:  # noqa: ARG001 - the API calls it so
    """In each of its languages, with the company's own words; nothing is kept."""
    rule = made_of(said)
    language, phrases = next(iter(rule.phrases.items()), ("", ()))
    return HeardShape(
        languages=[
            HeardInShape(
                language=one.code,
                phrases=[
                    FormsShape(
                        phrase=phrase.text,
                        slots=[[*slot.forms, *slot.rest] for slot in phrase.slots],
                        sayings=list(phrase.sayings),
                        wrong=phrase.wrong,
                    )
                    for phrase in one.phrases
                ],
            )
            for one in heard_by(rule)
        ],
        proposals=[
            ProposalShape(language=one.code, text=one.text)
            for one in (proposed(phrases[0], language) if phrases else [])
        ],
    )


@router.post(
    "/rules/past", response={202: PastShape}, auth=asks(Right.MANAGE), summary="Run a rule over the past"
)
def run_over_past(request: HttpRequest, said: RuleSaid, response: HttpResponse) -> Any:
    """Before it is kept, in what the caller sees: worked out as a job, Location says where to look."""
    member = member_of(request)
    made = ask_past(rule=made_of(said), by=member, wait=False)
    response["Location"], response["Retry-After"] = f"/api/rules/past/{made.pk}", SOON
    return Status(202, _past(made, member))


@router.get(
    "/rules/past/{int:pk}",
    response={200: PastShape, 202: PastShape},
    auth=asks(Right.MANAGE),
    summary="What a rule would have heard",
)
def past(request: HttpRequest, pk: Number, response: HttpResponse) -> Any:
    """Told to whoever asked: 202 until it is worked out."""
    member = member_of(request)
    one = Past.objects.filter(pk=pk, asked_by=member).first()
    if one is None:
        raise Http404
    if one.ended_at is None:
        response["Retry-After"] = SOON
    return Status(200 if one.ended_at else 202, _past(one, member))


def _past(one: Past, member: Member) -> PastShape:
    found = one.found
    others = found.get("others", {})
    return PastShape(
        id=one.pk,
        name=one.data.get("name", ""),
        done=one.done,
        of=one.of,
        wrong=one.failed,
        **{
            name: found.get(name) for name in ("hits", "denied", "conversations", "accounts", "known", "left")
        },
        others_known=others.get("known"),
        others_left=others.get("left"),
        where=_where(found.get("where", []), member),
        examples=_examples(found.get("examples", []), member),
    )


def _where(rows: list[list[Any]], member: Member) -> list[AtAccount]:
    """By what the caller may see now."""
    theirs = seen_by(Account.objects.filter(pk__in=[row[0] for row in rows]), member)
    names = dict(theirs.values_list("pk", "name"))
    return [
        AtAccount(account=account, name=names[account], hits=n, last=last, left_on=left)
        for account, n, last, left in rows
        if account in names
    ]


def _examples(rows: list[list[Any]], member: Member) -> list[Example]:
    there = set(seen(member).filter(pk__in=[row[0] for row in rows]).values_list("pk", flat=True))
    turns = Turn.objects.in_bulk([row[1] for row in rows])
    return [
        Example(
            conversation=talk, turn=turns[pk].no, text=turns[pk].text, verdict=verdict, spans=spans, cue=cue
        )
        for talk, pk, verdict, spans, cue in rows
        if talk in there and pk in turns
    ]
