"""Contacts: persons at an account."""

from keepwell.book.tables import Column, Table

TABLE = Table(
    name="contacts",
    key=("contact_id",),
    help="Persons at an account. Names, addresses and phones lie apart and can be erased for good.",
    keyless=False,
    extras_personal=True,
    columns=(
        Column(
            "contact_id",
            required=True,
            help="Permanent id of the person; kept as a surrogate.",
            refers="contacts",
            also=("contact", "person_id", "user_id", "id"),
        ),
        Column(
            "account_id",
            required=True,
            refers="accounts",
            help="The account.",
            also=("account", "customer_id", "company_id"),
        ),
        Column("name", personal=True, also=("full_name", "contact_name"), help="The person's name."),
        Column("email", personal=True, also=("email_address", "mail", "e_mail"), help="Mail address."),
        Column("phone", personal=True, also=("telephone", "mobile", "phone_number"), help="Phone number."),
        Column("role", also=("title", "job_title", "position"), help="What the person does there."),
        Column(
            "seniority",
            "choice",
            choices=("executive", "manager", "staff"),
            also=("level",),
            help="How far up the person decides.",
        ),
        Column("language", also=("locale", "lang"), help="The language the person is spoken to in."),
        Column("preferred_channel", also=("channel",), help="How the person likes to be reached."),
        Column(
            "opted_out",
            "flag",
            also=("unsubscribed", "opt_out", "do_not_contact"),
            help="Whether to leave them alone.",
        ),
        Column("left_on", "day", also=("left", "left_at"), help="Day the person left the account."),
    ),
)
