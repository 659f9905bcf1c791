"""What the site adds to Today: how far the night's work is, while it runs."""

from typing import Any

from keepwell.accounts.rooms import Aside
from keepwell.members.models import Member
from keepwell.site.alone import holder
from keepwell.site.nightly import NIGHT
from keepwell.site.progress import progress


def _running(_member: Member) -> dict[str, Any] | None:
    if holder(NIGHT) is None:  # as it is nearly always: the database is not asked
        return None
    found = progress()
    return {"night": found} if found.going else None


TODAY = (Aside("night", 5, "site/night_aside.html", _running),)
