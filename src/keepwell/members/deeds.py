"""What the trail tells, in the reader's words: deeds, what they were done to, and fields before and after.

The trail keeps the words of the code, which do not change with whoever reads. A deed that is not known here is told
by those.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db.models import Field, Model
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from keepwell.members.models import Member

NOTHING = "–"
# Every deed there is, so that it is gathered for translation; a test looks for those that are missing.
DEEDS = (
    _("acknowledge alerts"), _("add channel"), _("add way to sign in"), _("ask effect"), _("ask to erase contact"),
    _("assign account"),
    _("assign accounts"), _("begin night"), _("bring file in"), _("change clip"), _("change collection"),
    _("change follow-up"), _("change member"), _("change password"), _("change portfolio"), _("change profile"),
    _("change rule"), _("change team"), _("change words"), _("close alerts"), _("close calendar feed"),
    _("comment follow-up"), _("contact over budget"), _("correct turn"), _("deactivate member"),
    _("delete conversation"), _("delete conversations on their day"), _("do follow-up"), _("drop budget rule"),
    _("drop correction"),
    _("drop folder"), _("drop follow-up"), _("drop follow-ups"), _("drop mailbox"), _("drop portfolio"),
    _("drop recording policy"), _("drop standard"), _("drop team"), _("drop threshold"), _("emergency contact"),
    _("erase contact"), _("export accounts"), _("export alert scores"), _("export alerts"), _("export contact"),
    _("export conversations"), _("export follow-ups"), _("export hits"), _("export nights"), _("export rules"),
    _("export statement"), _("export topics"), _("export trail"), _("fail second step"), _("fail to sign in"),
    _("forget second step"), _("give back contact"), _("give password link"),
    _("hand over follow-up"), _("hand over follow-ups"),
    _("held back"), _("invite member"),
    _("invite member again"), _("join"), _("judge hit"), _("keep clip"),
    _("keep conversations as another country asks"), _("log contact"), _("look at coaching"),
    _("mail brief"), _("make brief"), _("make follow-up"), _("make portfolio"), _("make rule"), _("make team"),
    _("make token"), _("match conversation"), _("move portfolio up"), _("name segment"), _("open calendar feed"),
    _("place correction"), _("put clip back"), _("put clip into collection"), _("put collection back"),
    _("put correction back"), _("put off follow-ups"),
    _("raise alerts"), _("reactivate member"), _("remove channel"), _("remove clip"), _("remove collection"),
    _("remove segment"), _("remove way to sign in"), _("renew recovery codes"), _("reserve contact"),
    _("reset password by mail"), _("retire playbook"), _("revoke token"), _("say mood"),
    _("say which channel is ours"), _("set budget rule"),
    _("set conversation aside"), _("set down playbook"), _("set folder"), _("set mailbox"), _("set manner"),
    _("set night"), _("set recording policy"), _("set standard"), _("set threshold"), _("sign in"),
    _("sign member out"), _("sign out"), _("snooze alerts"), _("start playbook"), _("take back"),
    _("take back accounts"), _("take clip from collection"), _("try channel"), _("undo alerts"), _("undo match"),
    _("wake rule"), _("withdraw invitation"),
)  # fmt: skip
KINDS: dict[str, str | Promise] = {
    "accounts.account": _("account"),
    "accounts.contact": _("person"),
    "alerts.alert": _("alert"),
    "alerts.channel": _("place that alerts go to"),
    "alerts.manner": _("how one is told"),
    "alerts.threshold": _("threshold"),
    "api.token": _("token"),
    "followups.batch": _("several follow-ups"),
    "followups.followup": _("follow-up"),
    "followups.playbook": _("playbook"),
    "followups.standard": _("standard"),
    "members.invitation": _("invitation"),
    "members.member": _("member"),
    "members.portfolio": _("portfolio"),
    "members.team": _("team"),
    "reach.reservation": _("reserved day"),
    "reach.rule": _("rule of the contact budget"),
    "reach.touch": _("contact"),
    "retention.segment": _("segment"),
    "conversations.clip": _("clip"),
    "conversations.collection": _("collection"),
    "conversations.conversation": _("conversation"),
    "conversations.folder": _("folder"),
    "conversations.hit": _("hit"),
    "conversations.mailbox": _("mailbox"),
    "conversations.policy": _("recording policy"),
    "conversations.rule": _("rule"),
}


def deed_said(what: str) -> str:
    """A deed of the trail."""
    return gettext(what) if what else NOTHING


def kind_said(kind: str) -> str:
    """What it was done to."""
    known = KINDS.get(kind)
    return str(known) if known is not None else kind.rpartition(".")[2].replace("_", " ")


def fields_said(kind: str, fields: Mapping[str, Any], names: Mapping[int, str]) -> Iterator[tuple[str, str]]:
    """Fields and what they held; `names` are those of members, whom fields know by their numbers."""
    model = _model(kind)
    for name, value in fields.items():
        field = _field(model, name)
        if field is not None and field.related_model is Member and isinstance(value, int):
            yield _label(field, name), names.get(value, str(value))
        else:
            yield _label(field, name), value_said(value)


def value_said(value: Any) -> str:
    """A value as people read it: what is empty, yes and no, and what has parts."""
    if value is None or value in ("", [], {}):
        return NOTHING
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if isinstance(value, Mapping):
        parts = [f"{_plain(name)} {value_said(one)}" for name, one in value.items() if _told(one)]
        return ", ".join(parts) or NOTHING
    if isinstance(value, list):
        return "; ".join(map(value_said, value))
    return str(value)


def _told(value: Any) -> bool:
    return value is not False and value not in (None, "")


def _model(kind: str) -> type[Model] | None:
    try:
        return apps.get_model(kind) if kind else None
    except (LookupError, ValueError):  # of a room that is no more
        return None


def _field(model: type[Model] | None, name: str) -> Field | None:
    try:
        found = model._meta.get_field(name) if model is not None else None
    except FieldDoesNotExist:
        return None
    return found if isinstance(found, Field) else None


def _label(field: Field | None, name: str) -> str:
    return str(field.verbose_name) if field is not None else _plain(name)


def _plain(name: str) -> str:
    return name.replace("_", " ")
