"""Fifty people who close follow-ups and alerts at once, some of them the same: nothing may fail, nothing be lost."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bench.office_load import AT_ONCE, Browser, Times, together
from bench.office_pages import Person

EACH = 4  # follow-ups, and alerts, that each person closes; every fourth is closed by two at once


@dataclass(frozen=True)
class Written:
    """What fifty people closed, and what is in the database of it afterwards."""

    times: Times
    asked: int  # forms sent
    closed: int  # follow-ups and alerts that were to be closed
    kept: int  # those that are closed
    trail: int  # entries of the trail: one for each, however many tried


def closing(address: str, people: Sequence[Person]) -> Written:
    """Close follow-ups and alerts, then look what is kept."""
    from django.db.models import Max

    from keepwell.alerts.models import Alert
    from keepwell.followups.models import FollowUp
    from keepwell.members.models import Change

    before = Change.objects.aggregate(last=Max("pk"))["last"] or 0
    follow_ups, alerts = _open_ones()
    # The turns are dealt round, so that those who come fourth send what their neighbour sends at the same time.
    places = [place - 1 if place % 4 == 3 else place for place in range(EACH * AT_ONCE)]
    done, answered = [follow_ups[place] for place in places], [alerts[place] for place in places]
    sent: list[tuple[str, int]] = []  # what is begun at all, within the time there is
    turns = [_noted(sent, "do", pk, _do(pk)) for pk in done]
    turns += [_noted(sent, "close", pk, _close(pk)) for pk in answered]
    everybody = [one for one in people if one.role == "administrator"]  # who may close anything
    times = together(address, turns, everybody, most=60)
    kept = FollowUp.objects.filter(pk__in=set(done), state="done", touch__isnull=False).count()
    kept += Alert.objects.filter(pk__in=set(answered), state="closed").count()
    new = Change.objects.filter(pk__gt=before, what__in=("do follow-up", "close alerts"))
    return Written(times, len(sent), len(set(sent)), kept, new.count())


def _noted(
    sent: list[tuple[str, int]], what: str, pk: int, turn: Callable[[Browser], bool]
) -> Callable[[Browser], bool]:
    def noted(browser: Browser) -> bool:
        sent.append((what, pk))
        return turn(browser)

    return noted


def _open_ones() -> tuple[list[int], list[int]]:
    from keepwell.alerts.models import Alert
    from keepwell.followups.models import FollowUp

    many = EACH * AT_ONCE
    follow_ups = list(
        FollowUp.objects.filter(state="open").order_by("pk").values_list("pk", flat=True)[:many]
    )
    alerts = list(Alert.objects.filter(state="open").order_by("pk").values_list("pk", flat=True)[:many])
    if min(len(follow_ups), len(alerts)) < many:
        raise SystemExit("too few open follow-ups or alerts are left: make the office anew with --anew")
    return follow_ups, alerts


def _do(pk: int) -> Callable[[Browser], bool]:
    """Done, with the touch that is logged and sent to the book; 422 where somebody was quicker."""
    form = "outcome=better&direction=in&importance=normal&note="
    return lambda browser: browser.post(f"/followups/{pk}/do", form) in (302, 422)


def _close(pk: int) -> Callable[[Browser], bool]:
    return lambda browser: browser.post("/alerts/answer", f"alert={pk}&do=close&outcome=wrong&note=") == 302
