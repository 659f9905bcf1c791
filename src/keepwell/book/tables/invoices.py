"""Invoices: what was billed, and whether it was paid."""

from keepwell.book.tables import Column, Stage, Table

TABLE = Table(
    name="invoices",
    key=("invoice_id",),
    help="What was billed, when it was due and when it was paid.",
    occurred="issued_on",
    stages=(Stage("issued_on"), Stage("paid_on", reveals=("paid_on",))),
    last=("status",),
    ends_after=(("issued_on", "due_on"),),
    columns=(
        Column(
            "invoice_id",
            required=True,
            help="Permanent id of the invoice.",
            also=("invoice", "invoice_no", "invoice_number", "id"),
        ),
        Column(
            "account_id",
            required=True,
            refers="accounts",
            help="Who owes.",
            also=("account", "customer_id", "customer", "client_id"),
        ),
        Column(
            "issued_on",
            "day",
            required=True,
            help="Day of issue.",
            also=("date", "invoice_date", "issued_at", "created"),
        ),
        Column("due_on", "day", also=("due", "due_date"), help="Day it is due."),
        Column(
            "paid_on",
            "day",
            also=("paid", "paid_at", "payment_date"),
            help="Day it was paid; empty while it is not.",
        ),
        Column("amount", "money", required=True, help="For how much.", also=("total", "amount_due", "value")),
        Column(
            "currency",
            required=True,
            refers="currencies",
            help="ISO code of the money.",
            also=("currency_code", "ccy"),
        ),
        Column("status", also=("state",), help="What the source says of it."),
    ),
)
