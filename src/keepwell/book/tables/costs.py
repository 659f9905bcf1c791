"""Costs: what it costs to serve an account in a month."""

from keepwell.book.tables import Column, Table

TABLE = Table(
    name="costs",
    key=("account_id", "month"),
    help="What it cost to serve an account in a month.",
    occurred="month",
    keyless=False,
    columns=(
        Column(
            "account_id",
            required=True,
            refers="accounts",
            help="Whom.",
            also=("account", "customer_id", "company_id"),
        ),
        Column(
            "month", "day", required=True, help="The month, kept as its first day.", also=("date", "period")
        ),
        Column(
            "cost_to_serve",
            "money",
            required=True,
            help="What it cost.",
            also=("cost", "amount", "cost_to_serve_amount", "total"),
        ),
        Column(
            "currency",
            refers="currencies",
            help="ISO code of the cost; the reporting currency where the file has none.",
        ),
    ),
)
