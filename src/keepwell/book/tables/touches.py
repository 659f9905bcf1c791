"""Touches: each contact of ours with them, or theirs with us."""

from keepwell.book.tables import Column, Table

TABLE = Table(
    name="touches",
    key=("touch_id",),
    help="Each contact of ours with them, or of theirs with us.",
    occurred="occurred_at",
    columns=(
        Column(
            "touch_id", required=True, help="Permanent id of the touch.", also=("touch", "activity_id", "id")
        ),
        Column(
            "account_id",
            required=True,
            refers="accounts",
            help="With whom.",
            also=("account", "customer_id", "company_id"),
        ),
        Column(
            "contact_id",
            refers="contacts",
            help="With which person; kept as a surrogate.",
            also=("contact", "person_id"),
        ),
        Column(
            "occurred_at",
            "instant",
            required=True,
            help="When.",
            also=("date", "timestamp", "occurred_on", "sent_at", "time"),
        ),
        Column("channel", also=("medium", "type"), help="Call, mail, meeting, chat, letter."),
        Column(
            "direction",
            "choice",
            choices=("in", "out"),
            same=(("inbound", "in"), ("incoming", "in"), ("outbound", "out"), ("outgoing", "out")),
            help="From them (in) or from us (out).",
        ),
        Column("team", also=("department",), help="Which of our teams."),
        Column("topic", personal=True, also=("purpose", "reason", "campaign"), help="What about."),
    ),
)
