"""What of a conversation may be kept, and until when: by its account's policy, else its country's, else for all."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Q
from django.utils.translation import gettext as _

from keepwell.accounts.models import Account
from keepwell.conversations.models import Conversation, Policy


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


def hold_to(one: Conversation, may: Allowed, *, now: datetime, last: datetime | None = None) -> None:
    """Write on a conversation how long it is kept; where its words may not be, that they are none, and why.

    Days count from when it was held, of a thread from its last mail.
    """
    day = max(one.at, last or one.at).date()
    one.keep_until, one.sound_until = may.words_until(day), may.sound_until(day)
    if not may.words:
        _empty(one, now, _("Nothing of it is kept: the recording policy of its account says so."))
    elif one.keep_until is not None and one.keep_until <= now.date():
        _empty(one, now, _("Nothing of it is kept: it is older than words are kept."))
    elif not may.recordings and (one.seconds or one.transcribed_by or one.state == one.State.WAITING):
        one.remark = _("Its sound is not kept: the recording policy of its account says so.")


def _empty(one: Conversation, now: datetime, why: str) -> None:
    one.deleted_at, one.title, one.remark, one.why = now, "", why, {}
    one.measures, one.redacted, one.aside = {}, {}, []
