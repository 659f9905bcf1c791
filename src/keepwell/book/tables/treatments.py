"""Treatments: what was done to keep an account, or held out to learn from."""

from keepwell.book.tables import Column, Table

TABLE = Table(
    name="treatments",
    key=("treatment_id",),
    help="What was done to keep an account, or held out to learn from.",
    occurred="occurred_at",
    columns=(
        Column(
            "treatment_id", required=True, help="Permanent id of the treatment.", also=("treatment", "id")
        ),
        Column(
            "account_id",
            required=True,
            refers="accounts",
            help="To whom.",
            also=("account", "customer_id", "company_id"),
        ),
        Column(
            "occurred_at",
            "instant",
            required=True,
            help="When.",
            also=("date", "timestamp", "occurred_on", "treated_at"),
        ),
        Column("kind", also=("type", "action", "campaign"), help="What was done."),
        Column(
            "arm",
            "choice",
            choices=("treated", "held out"),
            same=(("treatment", "treated"), ("control", "held out"), ("holdout", "held out")),
            also=("group",),
            help="Treated, or held out.",
        ),
        Column("cost", "money", also=("price", "amount"), help="What it cost us."),
        Column(
            "currency",
            refers="currencies",
            help="ISO code of the cost; the reporting currency where the file has none.",
        ),
    ),
)
