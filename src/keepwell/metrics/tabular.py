"""Answers turn into dataframes: Arrow always, Polars and pandas where they are installed."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from keepwell.lib.money import exponent
from keepwell.metrics.printing import Rows, printed

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl


class Tabular:
    """An answer that is a table too, and shows itself as one in a plain console."""

    def __repr__(self) -> str:
        return printed(*self._printed())

    def _printed(self) -> tuple[str, Sequence[str], Rows]:
        """What a console shows of it: a title, heads and rows."""
        table = self.to_arrow()
        return type(self).__name__, table.column_names, zip(*table.to_pydict().values(), strict=True)

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


def money_column(minor: "list[int | None] | pa.ChunkedArray", currency: str) -> pa.Array | pa.ChunkedArray:
    """Minor units as decimals of the currency: what a table that people take away holds money in."""
    places = exponent(currency)
    whole = pa.array(minor, pa.int64()) if isinstance(minor, list) else minor
    unit = pa.scalar(Decimal(1).scaleb(-places), pa.decimal128(places + 1, places))
    return pc.multiply(whole.cast(pa.decimal128(19)), unit).cast(pa.decimal128(38, places))


def in_money(table: pa.Table, names: Iterable[str], currency: str) -> pa.Table:
    """The table with these of its columns, of minor units, as decimals of the currency."""
    for name in names:
        place = table.column_names.index(name)
        table = table.set_column(place, name, money_column(table[name], currency))
    return table


def table_of(rows: list[dict[str, Any]], kinds: dict[str, pa.DataType]) -> pa.Table:
    """Rows as a table with these columns, typed also where there are no rows."""
    return pa.table({name: pa.array([row[name] for row in rows], kind) for name, kind in kinds.items()})
