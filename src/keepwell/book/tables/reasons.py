"""Reasons: why an account left."""

from keepwell.book.tables import Column, Table

TABLE = Table(
    name="reasons",
    key=("account_id", "left_on"),
    help="Why an account left.",
    occurred="left_on",
    keyless=False,
    columns=(
        Column(
            "account_id",
            required=True,
            refers="accounts",
            help="Who left.",
            also=("account", "customer_id", "company_id"),
        ),
        Column(
            "left_on",
            "day",
            required=True,
            help="Day of leaving.",
            also=("date", "churned_on", "left_at", "churn_date"),
        ),
        Column("code", required=True, also=("reason", "reason_code"), help="The reason, as a code."),
        Column("code_version", also=("version",), help="Which version of the list of codes."),
        Column("stated_by", also=("source", "said_by"), help="Who said so."),
    ),
)
