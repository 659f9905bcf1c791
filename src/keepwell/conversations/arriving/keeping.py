"""What of a conversation may be kept, and until when: by its account's policy, else its country's, else for all."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Q

from keepwell.accounts.models import Account
from keepwell.conversations.models import Conversation, Policy
from keepwell.lib.text import gettext as _
from keepwell.lib.text import remembering_messages

GRACE = timedelta(days=14)  # that what another country forbids is kept after an account's country changed


@dataclass(frozen=True)
class Allowed:
    """What may be kept of a conversation; without a day it is kept for as long as the office stands."""

    recordings: bool = True
    words: bool = True
    sound_days: int | None = None
    word_days: int | None = None
    consent: str = ""

    def words_until(self, day: date) -> date | None:
        """The day on which words of a conversation held on `day` are deleted."""
        return day + timedelta(days=self.word_days) if self.word_days is not None else None

    def sound_until(self, day: date) -> date | None:
        """The day on which its sound is deleted: with the words at the latest."""
        days = [one for one in (self.sound_days, self.word_days) if one is not None]
        return day + timedelta(days=min(days)) if days else None


def allowed(account: Account | None) -> Allowed:
    """What may be kept of conversations with an account; of one that is nobody's yet what holds for all."""
    asked = Q(account=None, country="")
    if account is not None:
        asked |= Q(account=account)
        if account.country:
            asked |= Q(account=None, country__iexact=account.country)
    found = list(Policy.objects.filter(asked))
    if not found:
        return Allowed()
    nearest = min(found, key=lambda one: (one.account_id is None, one.country == ""))
    return Allowed(nearest.recordings, nearest.words, nearest.sound_days, nearest.word_days, nearest.consent)


@remembering_messages()
def hold_to(one: Conversation, may: Allowed, *, now: datetime, last: datetime | None = None) -> None:
    """Write on a conversation how long it is kept; where its words may not be, that they are none, and why.

    Days count from when it was held, of a thread from its last mail.
    """
    day = _day(one, last)
    one.keep_until, one.sound_until = may.words_until(day), may.sound_until(day)
    if not may.words:
        _empty(one, now, _("Nothing of it is kept: the recording policy of its account says so."))
    elif one.keep_until is not None and one.keep_until <= now.date():
        _empty(one, now, _("Nothing of it is kept: it is older than words are kept."))
    elif not may.recordings and (one.seconds or one.transcribed_by or one.state == one.State.WAITING):
        one.remarks(_("Its sound is not kept: the recording policy of its account says so."))


def hold_grown(one: Conversation, may: Allowed, *, now: datetime, last: datetime | None = None) -> None:
    """The same of one that is there and has grown: what its account's move has given a day keeps it."""
    words, sound, today = one.keep_until, one.sound_until, now.date()
    due = may.words_until(_day(one, last)) if may.words else today
    if words is not None and words > today and due is not None and due <= today:
        return
    hold_to(one, may, now=now, last=last)
    if one.sound and not may.recordings:
        one.sound_until = sound or today


def hold_gently(one: Conversation, may: Allowed, *, today: date, last: datetime | None = None) -> bool:
    """Write on a conversation whose account has moved how long it is kept; whether that is otherwise than before.

    Nobody was asked, and a load may have been wrong: what has to go sooner than before goes after days of GRACE.
    """
    before, day = (one.keep_until, one.sound_until), _day(one, last)
    words = may.words_until(day) if may.words else today
    forbidden = one.sound and not (may.recordings and may.words)
    sound = today if forbidden else may.sound_until(day)
    one.keep_until = _soonest(words, before[0], today)
    one.sound_until = _soonest(sound, before[1], today)
    return (one.keep_until, one.sound_until) != before


def _soonest(due: date | None, before: date | None, today: date) -> date | None:
    graced = today + GRACE
    if due is None or due >= graced:
        return due
    return max(due, min(before or graced, graced))


def _day(one: Conversation, last: datetime | None) -> date:
    return max(one.at, last or one.at).date()


def _empty(one: Conversation, now: datetime, why: str) -> None:
    one.deleted_at, one.title, one.why = now, "", {}
    one.remarks(why)
    one.measures, one.redacted, one.aside = {}, {}, []
