"""Rates: what a currency is worth in the reporting currency, from a day on."""

from keepwell.book.tables import Column, Table

TABLE = Table(
    name="rates",
    key=("currency", "valid_from"),
    help="What one unit of a currency is worth in the reporting currency, from a day on.",
    occurred="valid_from",
    keyless=False,
    columns=(
        Column(
            "currency", required=True, refers="currencies", help="ISO code.", also=("currency_code", "ccy")
        ),
        Column(
            "valid_from",
            "day",
            required=True,
            help="First day of the rate.",
            also=("date", "day", "from", "valid_on"),
        ),
        Column(
            "rate",
            "decimal",
            required=True,
            negative=False,
            also=("exchange_rate", "value", "fx_rate"),
            help="How much of the reporting currency one unit buys.",
        ),
    ),
)
