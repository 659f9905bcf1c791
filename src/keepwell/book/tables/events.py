"""Events: dated things at an account, such as the use of a product."""

from keepwell.book.tables import Column, Table

TABLE = Table(
    name="events",
    key=("event_id",),
    help="Dated things at an account, such as the use of a product.",
    occurred="occurred_at",
    columns=(
        Column("event_id", required=True, help="Permanent id of the event.", also=("id",)),
        Column(
            "account_id",
            required=True,
            refers="accounts",
            help="Where.",
            also=("account", "customer_id", "company_id", "tenant_id"),
        ),
        Column(
            "contact_id",
            refers="contacts",
            help="Who; kept as a surrogate.",
            also=("contact", "user_id", "person_id"),
        ),
        Column(
            "occurred_at",
            "instant",
            required=True,
            help="When.",
            also=("timestamp", "time", "date", "event_time", "occurred_on", "created_at"),
        ),
        Column(
            "kind",
            required=True,
            help="What kind of thing.",
            also=("event_name", "event_type", "type", "name", "action"),
        ),
        Column("quantity", "decimal", also=("qty", "count", "value"), help="How much of it."),
    ),
)
