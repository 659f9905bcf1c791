"""Parquet files: typed already, read as the text of their values."""

import pyarrow as pa
import pyarrow.parquet as pq

from keepwell.book.reading import Source, checked_header, header_only
from keepwell.book.reading.preflight import Looked
from keepwell.lib.errors import BadInput
from keepwell.lib.text import gettext as _


def source(looked: Looked) -> Source:
    """A Parquet file. Raises BadInput where it is damaged or has no rows."""
    try:
        about = pq.ParquetFile(looked.path)
    except (pa.ArrowException, OSError) as error:
        raise damaged(looked.name, error) from error
    if about.metadata.num_rows == 0:
        raise header_only(looked.name)
    columns = checked_header(list(about.schema_arrow.names), looked.name)
    return Source(
        looked.name,
        "parquet",
        (looked.path,),
        columns,
        kind="Parquet",
        lines="row",
        rows=about.metadata.num_rows,
    )


def damaged(name: str, error: Exception) -> BadInput:
    """The error of a Parquet file that cannot be read to its end."""
    return BadInput(
        _("The Parquet file {name} is damaged.").format(name=name),
        seen=str(error).splitlines()[0],
        ways=[_("Copy or export it again; nothing was loaded.")],
    )
