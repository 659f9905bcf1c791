"""Subscriptions: stretches of days on which an account pays a monthly amount."""

from keepwell.book.tables import Column, Stage, Table

TABLE = Table(
    name="subscriptions",
    key=("subscription_id",),
    help="Half-open stretches of days on which an account pays a monthly amount.",
    occurred="started_on",
    stages=(
        Stage("started_on"),
        Stage("cancelled_on", reveals=("cancelled_on",)),
        Stage("ended_on", reveals=("ended_on", "end_reason")),
    ),
    last=("status",),
    ends_after=(("started_on", "ended_on"),),
    columns=(
        Column(
            "subscription_id",
            required=True,
            help="Permanent id of the subscription.",
            also=("subscription", "contract_id", "id", "sub_id"),
        ),
        Column(
            "account_id",
            required=True,
            refers="accounts",
            help="Who pays.",
            also=("account", "customer_id", "customer", "client_id"),
        ),
        Column("product", also=("plan", "plan_name", "product_name", "offer"), help="What is paid for."),
        Column(
            "started_on",
            "day",
            required=True,
            help="First day that is paid for.",
            also=(
                "start",
                "start_date",
                "started_at",
                "started",
                "from",
                "valid_from",
                "begin",
                "current_period_start",
            ),
        ),
        Column(
            "ended_on",
            "day",
            help="First day that is no longer paid for; empty while it runs.",
            also=("end", "end_date", "ended_at", "ended", "to", "valid_to", "until", "expires_on"),
        ),
        Column(
            "mrr",
            "money",
            required=True,
            negative=False,
            help="What is paid in a month.",
            also=(
                "monthly_amount",
                "monthly_recurring_revenue",
                "monthly_price",
                "monthly_fee",
                "monthly_charges",
            ),
        ),
        Column(
            "currency",
            required=True,
            refers="currencies",
            help="ISO code of the money.",
            also=("currency_code", "ccy"),
        ),
        Column("quantity", "decimal", also=("qty", "seats", "units"), help="How many of it."),
        Column(
            "renewal_on",
            "day",
            also=("renewal", "renewal_date", "renews_on"),
            help="Day on which it comes up for renewal.",
        ),
        Column(
            "cancelled_on",
            "day",
            help="Day on which notice was given.",
            also=("cancelled_at", "canceled_at", "canceled_on", "cancel_date", "notice_on"),
        ),
        Column("status", also=("state",), help="What the source says of it."),
        Column(
            "end_reason", also=("cancellation_reason", "cancel_reason", "churn_reason"), help="Why it ended."
        ),
    ),
    inputs=(
        Column(
            "amount",
            "money",
            negative=False,
            help="What is paid in an interval, where there is no monthly amount.",
            also=("price", "fee", "value", "total", "unit_amount"),
        ),
        Column(
            "interval",
            "choice",
            choices=("day", "week", "month", "quarter", "half-year", "year"),
            help="What the amount is paid for: day, week, month, quarter, half-year, year.",
            also=("billing_interval", "billing_period", "period", "billing_cycle", "frequency"),
        ),
    ),
)
