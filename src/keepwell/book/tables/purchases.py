"""Purchases: single dated buys, and returns."""

from keepwell.book.tables import Column, Table

TABLE = Table(
    name="purchases",
    key=("purchase_id",),
    help="Single dated buys; a negative amount is a return.",
    occurred="occurred_at",
    columns=(
        Column(
            "purchase_id",
            required=True,
            help="Permanent id of the line.",
            also=("purchase", "order_id", "transaction_id", "id", "line_id"),
        ),
        Column(
            "account_id",
            required=True,
            refers="accounts",
            help="Who bought.",
            also=("account", "customer_id", "customer", "client_id"),
        ),
        Column(
            "occurred_at",
            "instant",
            required=True,
            help="When.",
            also=(
                "date",
                "purchased_at",
                "purchase_date",
                "order_date",
                "invoice_date",
                "ordered_at",
                "occurred_on",
                "timestamp",
            ),
        ),
        Column(
            "amount",
            "money",
            required=True,
            help="For how much.",
            also=("total", "price", "value", "revenue", "net_amount"),
        ),
        Column(
            "currency",
            required=True,
            refers="currencies",
            help="ISO code of the money.",
            also=("currency_code", "ccy"),
        ),
        Column(
            "product",
            also=("product_name", "sku", "item", "stock_code", "description"),
            help="What was bought.",
        ),
        Column("quantity", "decimal", also=("qty", "units", "count"), help="How many."),
    ),
)
