"""Answers turn into dataframes: Arrow always, Polars and pandas where they are installed."""

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from keepwell.lib.money import exponent, to_decimal

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl


class Tabular:
    """An answer that is a table too."""

    def to_arrow(self) -> pa.Table:
        """The answer as an Arrow table."""
        raise NotImplementedError

    def to_polars(self) -> "pl.DataFrame":
        """`to_arrow` as a Polars frame. Raises ModuleNotFoundError where Polars is not installed."""
        import narwhals as nw

        frame: pl.DataFrame = nw.from_native(self.to_arrow(), eager_only=True).to_polars()
        return frame

    def to_pandas(self) -> "pd.DataFrame":
        """`to_arrow` as a pandas frame. Raises ModuleNotFoundError where pandas is not installed."""
        frame: pd.DataFrame = self.to_arrow().to_pandas()
        return frame


def money_column(amounts: "list[int | None]", currency: str) -> pa.Array:
    """Minor units as decimals of the currency."""
    said: list[Decimal | None] = [None if a is None else to_decimal(a, currency) for a in amounts]
    return pa.array(said, pa.decimal128(38, exponent(currency)))


def table_of(rows: list[dict[str, Any]], kinds: dict[str, pa.DataType]) -> pa.Table:
    """Rows as a table with these columns, typed also where there are no rows."""
    return pa.table({name: pa.array([row[name] for row in rows], kind) for name, kind in kinds.items()})
