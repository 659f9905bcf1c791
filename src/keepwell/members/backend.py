"""Who a request is from: read with their teams, in one question for every request."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend

from keepwell.members.models import Member


class Backend(AuthenticationBackend):
    """Lets in as allauth does; what a member may see hangs on their teams, so these are read along with them."""

    def get_user(self, user_id: Any) -> Member | None:
        """The member of a session, if they may still sign in."""
        names = [field.attname for field in Member._meta.concrete_fields]
        rows = list(
            Member.objects.filter(pk=user_id)
            .order_by("teams__name")
            .values_list(*names, "teams__kind", "teams__portfolios")
        )
        if not rows:
            return None
        member = Member.from_db(Member.objects.db, names, rows[0][: len(names)])
        member.seen_teams = [(kind, portfolio) for *_fields, kind, portfolio in rows if kind is not None]
        return member if self.user_can_authenticate(member) else None
