"""Setting playbooks down, and starting them: who is held out is drawn, kept for ever and told to the book."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from keepwell.accounts.conditions import checked
from keepwell.accounts.models import Account
from keepwell.accounts.outbox import send
from keepwell.alerts.models import Alert
from keepwell.followups.actions.handling import Plan, make
from keepwell.followups.conditions import eligible
from keepwell.followups.models import FollowUp, Playbook, Run, Version
from keepwell.lib.errors import KeepwellError
from keepwell.lib.text import gettext as _
from keepwell.members.audit import record
from keepwell.members.models import Member
from keepwell.risk.effects.holdouts import HELD_OUT, assign

MOST = 500  # accounts that a playbook is started at in one go


@dataclass(frozen=True)
class Started:
    """What came of starting a playbook: runs by arm, and accounts at which it runs already or that it is not for."""

    runs: tuple[Run, ...]
    running: tuple[Account, ...] = ()
    unfit: tuple[Account, ...] = ()

    @property
    def treated(self) -> int:
        """At how many it was started."""
        return sum(run.arm == Run.Arm.TREATED for run in self.runs)

    @property
    def held_out(self) -> int:
        """How many are held out from it."""
        return len(self.runs) - self.treated


def set_down(
    *,
    by: Member,
    steps: Sequence[dict[str, Any]],
    playbook: Playbook | None = None,
    name: str = "",
    condition: str = "",
    stage: str = "",
    least_risk: float | None = None,
    trigger: str = "",
    held_out: float = 0,
) -> Version:
    """Make a playbook, or its next version; earlier ones stay as they were."""
    checked(condition)
    if not steps:
        raise KeepwellError(_("A playbook needs a step."), ways=[_("Say what is to be done on which day.")])
    with transaction.atomic():
        if playbook is None:
            playbook = Playbook.objects.create(name=name)
        kept = Playbook.objects.select_for_update().get(pk=playbook.pk)
        before = kept.newest
        made = Version.objects.create(
            playbook=kept,
            number=before.number + 1 if before else 1,
            steps=sorted(steps, key=lambda step: step["day"]),
            condition=condition.strip(),
            stage=stage,
            least_risk=least_risk,
            trigger=trigger,
            held_out=held_out,
            made_by=by,
        )
        record("set down playbook", by=by, of=kept, before=_plain(before), after=_plain(made))
    return made


def retire(*, playbook: Playbook, by: Member, active: bool) -> None:
    """Take a playbook out of use, or into it again; who is held out from it stays so."""
    with transaction.atomic():
        Playbook.objects.filter(pk=playbook.pk).update(active=active)
        record("retire playbook", by=by, of=playbook, before={"active": not active}, after={"active": active})


def start(
    *,
    playbook: Playbook,
    accounts: Iterable[Account],
    by: Member | None,
    now: datetime,
    alerts: Iterable[Alert] = (),
) -> Started:
    """Start a playbook at accounts: some are held out by its draw, at the others its follow-ups are made.

    An account's arm is drawn once; started again it stays in it. Where the playbook still runs, nothing is started.
    `alerts` are what it is started for, at most one an account. By nobody: the night starts it.
    """
    with transaction.atomic():
        kept = Playbook.objects.select_for_update().get(pk=playbook.pk)
        version = kept.newest
        if version is None or not kept.active:
            raise KeepwellError(_("This playbook is not in use."))
        asked = {one.pk: one for one in list(accounts)[:MOST]}
        fit = set(eligible(Account.objects.filter(pk__in=asked), version).values_list("pk", flat=True))
        running = set(
            FollowUp.objects.filter(
                run__playbook=kept, account__in=asked, state=FollowUp.State.OPEN
            ).values_list("account", flat=True)
        )
        free = [pk for pk in asked if pk in fit and pk not in running]
        alert_of = {one.account_id: one for one in alerts}
        runs = tuple(
            _begin(version, asked[pk], arm, by=by, now=now, alert=alert_of.get(pk))
            for pk, arm in _arms(version, free).items()
        )
        after = {"version": version.number, "accounts": len(runs)}
        record("start playbook", by=by, of=kept, after=after)
    return Started(
        runs,
        tuple(asked[pk] for pk in asked if pk in running),
        tuple(one for pk, one in asked.items() if pk not in fit),
    )


def _arms(version: Version, accounts: Sequence[str]) -> dict[str, str]:
    before = Run.objects.filter(playbook=version.playbook, account__in=accounts)
    settled = dict(before.order_by("pk").values_list("account", "arm"))
    held_out = frozenset(before.filter(arm=HELD_OUT).values_list("account", flat=True))
    if not 0 < version.held_out < 1:
        return {pk: HELD_OUT if pk in held_out else Run.Arm.TREATED for pk in accounts}
    given = assign(
        accounts,
        version.playbook.name,
        share=version.held_out,
        key=version.playbook.secret,
        held_out=held_out,
        treated=frozenset(settled) - held_out,
    )
    return dict(zip(given.accounts, given.arms, strict=True))


def _begin(
    version: Version, account: Account, arm: str, *, by: Member | None, now: datetime, alert: Alert | None
) -> Run:
    """One account's run. Who was held out before stays so in their first row: nothing new is told of them."""
    if arm == HELD_OUT:
        known = Run.objects.filter(playbook=version.playbook, account=account, arm=arm).first()
        if known is not None:
            return known
    run = Run.objects.create(
        playbook=version.playbook, version=version, account=account, arm=arm, alert=alert, by=by, at=now
    )
    key = f"{version.playbook.name}:{now.date().isoformat()}:{account.pk}"
    row = {
        "treatment_id": key,
        "account_id": account.pk,
        "occurred_at": now.isoformat(),
        "kind": version.playbook.name,
        "arm": str(arm),
    }
    send("treatments", key[:200], row)
    if arm != HELD_OUT:
        for step in version.steps:
            make(plan=_plan(step, run, by, alert), by=by, now=now)
    return run


def _plan(step: dict[str, Any], run: Run, by: Member | None, alert: Alert | None) -> Plan:
    team = step.get("team", "")
    return Plan(
        account=run.account,
        due=timezone.localdate(run.at) + timedelta(days=step["day"]),
        what=step["what"],
        owner=None if team else run.account.owner or by,
        team=team,
        channel=step["channel"],
        kind=FollowUp.Kind.REVIEW if step.get("review") else FollowUp.Kind.CONTACT,
        alert=alert,
        run=run,
    )


def _plain(version: Version | None) -> dict[str, Any]:
    if version is None:
        return {}
    names = ("number", "steps", "condition", "stage", "least_risk", "trigger", "held_out")
    return {name: getattr(version, name) for name in names}
