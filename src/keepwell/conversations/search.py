"""What was said and written, found from anywhere."""

from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import gettext_lazy

from keepwell.accounts.rooms import Found, Search
from keepwell.conversations.index.searching import Asked, search
from keepwell.members.models import Member

SHORT = 120  # letters that are shown of what was said


def _find(member: Member, words: str, most: int) -> list[Found]:
    found = []
    for row in search(member, Asked(words), size=most).rows:
        said = "".join(bit.text for bit in row.excerpt)
        day = formats.date_format(timezone.localtime(row.conversation.at), "DATE_FORMAT")
        url = reverse("conversations:conversation", args=[row.conversation.pk])
        who = row.conversation.account or row.conversation.get_match_display()
        found.append(Found(said[:SHORT], f"{who} · {day}", f"{url}?turn={row.turn.no}"))
    return found


SEARCHES = (Search("conversations", gettext_lazy("Said and written"), _find, place=20),)
