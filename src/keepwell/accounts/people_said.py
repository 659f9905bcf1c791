"""A person as calls tell them."""

from datetime import date

from keepwell.accounts.models import Contact
from keepwell.api.shapes import Answer


class ContactShape(Answer):
    """A person at an account."""

    id: str
    name: str
    email: str
    phone: str
    role: str
    seniority: str
    language: str
    channel: str
    opted_out: bool
    left_on: date | None


def contact_shape(one: Contact) -> ContactShape:
    """A person, field by field."""
    return ContactShape(
        id=one.pk,
        name=one.name,
        email=one.email,
        phone=one.phone,
        role=one.role,
        seniority=one.seniority,
        language=one.language,
        channel=one.channel,
        opted_out=one.opted_out,
        left_on=one.left_on,
    )
