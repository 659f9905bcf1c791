"""Rules are made, changed, taken back to an older version, put to rest and woken; and the company's words are set."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from keepwell.conversations.jobs import ask_to_hear
from keepwell.conversations.models import Hit, Rule, RuleVersion, Ruling, Words
from keepwell.conversations.rules import ears
from keepwell.lib.errors import KeepwellError
from keepwell.lib.text import gettext as _
from keepwell.listening import rules as listening
from keepwell.listening.languages import language_named
from keepwell.members.audit import record
from keepwell.members.models import Member
from keepwell.members.rights import Right, may

# What a change of brings other hits; the rest (weight, what happens) holds of those there are.
_HEARS = ("phrases", "slots", "theme", "side", "channels", "gap", "ordered", "denial", "pattern")
_LONGEST = 120


@dataclass(frozen=True)
class Brought:
    """What became of rules that were brought in together: their names."""

    made: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    same: tuple[str, ...] = ()


def make_rule(
    *,
    rule: listening.Rule,
    by: Member | None,
    now: datetime,
    owner: Member | None = None,
    template: bool = False,
    ask: bool = True,
) -> Rule:
    """Make a rule; it listens from now on, and over what was said before as a job (unless that is asked later)."""
    _may_pattern(by, rule.pattern, "")
    if ask:
        _say_something([rule])
    with transaction.atomic():
        _free(rule.name)
        revision = _rise(now)
        made = Rule.objects.create(
            name=rule.name.strip(),
            theme=rule.theme,
            owner=owner or by,
            data=data_of(rule),
            template=template,
            made_at=now,
            changed_at=now,
            revision=revision,
        )
        _note(made, by, now)
        record("make rule", by=by, of=made, after={"name": made.name, **made.data})
        if ask:
            ask_to_hear()
    return made


def change_rule(
    *,
    rule: Rule,
    to: listening.Rule,
    by: Member | None,
    now: datetime,
    owner: Member | None = None,
    template: bool | None = None,
    read: int | None = None,
    ask: bool = True,
) -> Rule:
    """Change a rule into a new version. `read` is the version that whoever changes it had before them.

    Where it hears something else now, what was said before is heard anew: hits of the older version are void. Those
    whose words were deleted, and which counted on, cannot be heard anew: they count no more either.
    """
    with transaction.atomic():
        kept = Rule.objects.select_for_update(of=("self",)).get(pk=rule.pk)
        if read is not None and read != kept.version:
            raise KeepwellError(
                _("Somebody has changed this rule since you opened it."),
                ways=[_("Open it anew and make your change again.")],
            )
        _may_pattern(by, to.pattern, kept.data.get("pattern", ""))
        if ask and kept.data != data_of(to):
            _say_something([to])
        if to.name.strip() != kept.name:
            _free(to.name)
        before = {"name": kept.name, "owner": kept.owner_id, "template": kept.template, **kept.data}
        data = data_of(to)
        other = any(kept.data.get(name) != data.get(name) for name in _HEARS)
        if data != kept.data or to.name.strip() != kept.name:
            kept.version += 1
        kept.name, kept.theme, kept.data, kept.changed_at = to.name.strip(), to.theme, data, now
        kept.owner = owner or kept.owner
        kept.template = kept.template if template is None else template
        after = {"name": kept.name, "owner": kept.owner_id, "template": kept.template, **kept.data}
        if after == before:
            return kept
        if kept.on:
            revision = _rise(now)
            kept.revision = revision if other else kept.revision
        kept.save()
        if other:
            Hit.objects.filter(rule=kept, void=Hit.Void.ERASED).update(void=Hit.Void.RULE)
        if kept.version != rule.versions.order_by("-version").values_list("version", flat=True).first():
            _note(kept, by, now)
        record("change rule", by=by, of=kept, before=before, after=after)
        if other and kept.on and ask:
            ask_to_hear()
    return kept


def restore(*, rule: Rule, version: int, by: Member, now: datetime) -> Rule:
    """Take a rule back to how it was in an older version: that is a new version, and the older ones stay."""
    old = RuleVersion.objects.filter(rule=rule, version=version).first()
    if old is None:
        raise KeepwellError(_("The rule has no version {n}.").format(n=version))
    name = old.name or rule.name
    return change_rule(rule=rule, to=listening.rule_of({**old.data, "name": name}), by=by, now=now)


def rest(*, rule: Rule, by: Member, now: datetime) -> Rule:
    """Put a rule to rest: it listens no more, and what it has heard stays."""
    return _turned(rule, on=False, by=by, now=now)


def wake(*, rule: Rule, by: Member, now: datetime) -> Rule:
    """Let a rule listen again, and hear what was said while it rested."""
    return _turned(rule, on=True, by=by, now=now)


def _turned(rule: Rule, *, on: bool, by: Member, now: datetime) -> Rule:
    with transaction.atomic():
        kept = Rule.objects.select_for_update(of=("self",)).get(pk=rule.pk)
        if kept.on == on:
            return kept
        kept.on, kept.revision = on, _rise(now)
        kept.rested_at, kept.rested_by = (None, None) if on else (now, by)
        kept.notice, kept.noticed = "", {}
        kept.save(update_fields=["on", "revision", "rested_at", "rested_by", "notice", "noticed"])
        record("wake rule" if on else "rest rule", by=by, of=kept, before={"on": not on}, after={"on": on})
        ask_to_hear()
    return kept


def bring(*, rules: Sequence[listening.Rule], by: Member | None, now: datetime) -> Brought:
    """Bring in rules, as a file holds them: new ones are made, those of a name that is there are changed.

    All of them or none. An owner whose address is not known here is whoever brings them.
    """
    names = [rule.name.strip() for rule in rules]
    if twice := [name for k, name in enumerate(names) if name in names[:k]]:
        raise KeepwellError(_("The rule “{name}” is there twice.").format(name=twice[0]))
    _say_something(rules)
    members = {one.email.lower(): one for one in Member.objects.filter(is_active=True)}
    made: list[str] = []
    changed: list[str] = []
    same: list[str] = []
    with transaction.atomic():
        there = {row.name: row for row in Rule.objects.filter(name__in=names).select_related("owner")}
        for rule in rules:
            owner = members.get(rule.owner.lower())
            row = there.get(rule.name.strip())
            if row is None:
                make_rule(rule=rule, by=by, now=now, owner=owner, ask=False)
                made.append(rule.name)
                continue
            before = (row.version, row.owner_id)
            after = change_rule(rule=row, to=rule, by=by, now=now, owner=owner, ask=False)
            (same if (after.version, after.owner_id) == before else changed).append(rule.name)
        if made or changed:
            ask_to_hear()
    return Brought(tuple(made), tuple(changed), tuple(same))


def export(*, by: Member) -> str:
    """All rules as YAML, as they can be brought in again; that they were taken out is on the trail."""
    rows = list(Rule.objects.select_related("owner").order_by("theme", "name"))
    record("export rules", by=by, after={"rules": len(rows)})
    return listening.written(ears.told_of(row) for row in rows)


def start_with(*, themes: Collection[str], by: Member | None, now: datetime) -> Brought:
    """Begin with the rules that come with Keepwell, of some themes; one whose name is there already is left alone."""
    there = set(Rule.objects.values_list("name", flat=True))
    rules = [rule for rule in listening.read(listening.SHIPPED) if rule.theme in themes]
    done = bring(rules=[rule for rule in rules if rule.name not in there], by=by, now=now)
    return Brought(done.made, (), tuple(rule.name for rule in rules if rule.name in there))


def set_words(*, language: str, data: Mapping[str, Any], by: Member, now: datetime) -> Words:
    """Set the company's own words of a language; everything is heard anew with them."""
    language_named(language)
    ears.list_with(language, data)  # raises what is wrong with it
    with transaction.atomic():
        before = Words.objects.filter(pk=language).first()
        if (before.data if before else {}) == data:
            return before or Words(language=language, at=now)
        row, _new = Words.objects.update_or_create(
            language=language, defaults={"data": dict(data), "by": by, "at": now}
        )
        _rise(now, words=True)
        record("change words", by=by, of=row, before=before.data if before else {}, after=dict(data))
        ask_to_hear()
    return row


def data_of(rule: listening.Rule) -> dict[str, Any]:
    """What of a rule is kept under a version: all but its name, version and owner."""
    data = listening.data_of(rule)
    return {name: value for name, value in data.items() if name not in ("name", "version", "owner")}


def _free(name: str) -> None:
    name = name.strip()
    if not name or len(name) > _LONGEST:
        raise KeepwellError(_("A rule's name has 1 to {n} characters.").format(n=_LONGEST))
    if Rule.objects.filter(name=name).exists():
        raise KeepwellError(
            _("There is a rule “{name}” already.").format(name=name), ways=[_("Choose another name.")]
        )


def _may_pattern(by: Member | None, pattern: str, before: str) -> None:
    if pattern and pattern != before and not may(by, Right.ADMINISTER):
        raise KeepwellError(
            _("Only an administrator writes regular expressions."), ways=[_("Say it with phrases instead.")]
        )


def _say_something(rules: Sequence[listening.Rule]) -> None:
    """Raises KeepwellError, with the rule's name, where a phrase says nothing or too much at once."""
    words = ears.lists()
    whole = listening.Rules(rules, words)
    codes = dict.fromkeys(code for rule in rules for code in rule.languages)
    try:
        for code in codes:
            whole.ears(code)
    except KeepwellError as wrong:
        if len(rules) == 1:
            raise KeepwellError(
                f"{rules[0].name}: {wrong.wrong}", seen=wrong.seen, ways=wrong.ways
            ) from wrong
        for rule in rules:
            _say_something([rule])


def _note(rule: Rule, by: Member | None, now: datetime) -> None:
    RuleVersion.objects.create(rule=rule, version=rule.version, name=rule.name, data=rule.data, by=by, at=now)


def _rise(now: datetime, *, words: bool = False) -> int:
    """Other rules hold from here on; which revision that is."""
    Ruling.objects.get_or_create(pk=1)
    row = Ruling.objects.select_for_update().get(pk=1)
    row.revision, row.changed_at = row.revision + 1, now
    if words:
        row.words = row.revision
    row.save()
    return row.revision
