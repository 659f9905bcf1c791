# ruff: noqa: DTZ001 - instants are naive UTC
"""Everything asked of an engine, on each of them."""

import threading
from datetime import date, datetime

import duckdb
import narwhals as nw
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.fs as pafs
import pyarrow.parquet as pq
import pytest

from keepwell.book.engines import engine_named
from keepwell.book.engines.following import Stored, whole_groups
from keepwell.lib.errors import KeepwellError

SCHEMA = pa.schema(
    [
        ("id", pa.string()),
        ("day", pa.date32()),
        ("at", pa.timestamp("us")),
        ("cents", pa.int64()),
        ("share", pa.float64()),
        ("flag", pa.bool_()),
    ]
)
ROWS = [
    {
        "id": "ä",
        "day": date(1970, 1, 2),
        "at": datetime(2026, 1, 1, 0, 0, 0, 1),
        "cents": 2**53 + 1,
        "share": 0.5,
        "flag": True,
    },
    {"id": "b", "day": date(1969, 12, 31), "at": None, "cents": None, "share": None, "flag": False},
    {"id": None, "day": None, "at": datetime(1970, 1, 1), "cents": -1, "share": -0.25, "flag": None},
]
# What a frame holds: the same, but days are numbers.
SEEN = [{**row, "day": None if row["day"] is None else (row["day"] - date(1970, 1, 1)).days} for row in ROWS]


@pytest.fixture
def table():
    return pa.Table.from_pylist(ROWS, schema=SCHEMA)


def seen(engine, frame):
    rows = engine.collect(frame).to_pylist()
    return sorted(rows, key=lambda row: str(row.get("id")))


def expected(rows=SEEN):
    return sorted(rows, key=lambda row: str(row.get("id")))


def test_files_are_scanned_with_days_as_numbers(engine, table, tmp_path):
    pq.write_table(table.slice(0, 1), tmp_path / "1.parquet")
    pq.write_table(table.slice(1), tmp_path / "2.parquet")
    frame = engine.scan([str(tmp_path / "1.parquet"), str(tmp_path / "2.parquet")], SCHEMA)
    assert seen(engine, frame) == expected()
    assert frame.collect_schema()["day"] == nw.Int64


def test_a_column_that_a_file_lacks_is_missing_there(engine, table, tmp_path):
    pq.write_table(table.slice(0, 1).drop_columns(["cents", "day"]), tmp_path / "1.parquet")
    pq.write_table(table.slice(1).drop_columns(["share"]), tmp_path / "2.parquet")
    wider = pa.schema([*SCHEMA, pa.field("never", pa.date32()), pa.field("either", pa.string())])
    frame = engine.scan([str(tmp_path / "1.parquet"), str(tmp_path / "2.parquet")], wider)
    first, *rest = SEEN
    rows = [{**first, "cents": None, "day": None}, *({**row, "share": None} for row in rest)]
    assert seen(engine, frame) == expected([{**row, "never": None, "either": None} for row in rows])
    assert frame.collect_schema()["never"] == nw.Int64


def test_columns_that_were_not_asked_for_stay_away(engine, table, tmp_path):
    pq.write_table(table, tmp_path / "1.parquet")
    schema = pa.schema([SCHEMA.field("id")])
    assert engine.scan([str(tmp_path / "1.parquet")], schema).collect_schema().names() == ["id"]


def test_no_files_at_all_give_an_empty_frame(engine):
    frame = engine.scan([], SCHEMA)
    assert engine.collect(frame).num_rows == 0
    assert frame.collect_schema().names() == SCHEMA.names
    assert frame.collect_schema()["day"] == nw.Int64


def test_files_of_an_arrow_file_system_are_scanned(engine, table, tmp_path):
    pq.write_table(table, tmp_path / "1.parquet")
    place = pafs.SubTreeFileSystem(str(tmp_path), pafs.LocalFileSystem())
    assert seen(engine, engine.scan(["1.parquet"], SCHEMA, at=place)) == expected()


@pytest.mark.parametrize("held", ["arrow", "polars", "polars lazy", "pandas", "duckdb", "narwhals"])
def test_whatever_a_person_holds_becomes_a_frame(engine, table, held):
    connection = duckdb.connect()
    given = {
        "arrow": lambda: table,
        "polars": lambda: pl.from_arrow(table),
        "polars lazy": lambda: pl.from_arrow(table).lazy(),
        "pandas": lambda: table.to_pandas(types_mapper=pd.ArrowDtype),
        "duckdb": lambda: connection.from_arrow(table),
        "narwhals": lambda: nw.from_native(table),
    }[held]()
    assert seen(engine, engine.frame(given)) == expected()


def test_whole_numbers_with_one_missing_come_through(engine):
    frame = engine.frame(pa.table({"id": ["a", "b"], "n": pa.array([1, None], pa.int64())}))
    assert seen(engine, frame) == [{"id": "a", "n": 1}, {"id": "b", "n": None}]


def test_what_is_persisted_is_worked_out_once_and_outlives_its_files(engine, table, tmp_path):
    pq.write_table(table, tmp_path / "1.parquet")
    kept = engine.persist(engine.scan([str(tmp_path / "1.parquet")], SCHEMA).filter(nw.col("flag")))
    assert seen(engine, kept) == [SEEN[0]]
    assert seen(engine, kept.select("id")) == [{"id": "ä"}]


def test_rows_come_in_batches(engine):
    frame = engine.frame(pa.table({"n": list(range(250_000))}))
    batches = list(engine.batches(frame))
    assert len(batches) > 1
    assert max(batch.num_rows for batch in batches) < 250_000
    assert sorted(n for batch in batches for n in batch.column(0).to_pylist()) == list(range(250_000))


def test_rows_are_written_as_files_that_can_be_scanned(engine, table, tmp_path):
    frame = engine.frame(table)
    files = engine.write(frame, tmp_path / "out", sort=["cents"])
    schema = pq.read_schema(files[0])
    assert schema.field("day").type == pa.int64()
    written = pa.concat_tables(pq.read_table(file) for file in files)
    assert sorted(written.to_pylist(), key=lambda row: str(row["id"])) == expected()
    assert written["cents"].to_pylist() in ([None, -1, 2**53 + 1], [-1, 2**53 + 1, None])


NAMES = pa.schema([("id", pa.string()), ("rows", pa.int64()), ("name", pa.string())])
SEEN_DAYS = pa.schema([("day", pa.int64())])


def counted(table):
    """How many rows each id has, told by a dictionary, and on which days."""
    ids, days = table["id"].to_pylist(), table["day"].to_pylist()
    assert list(zip(ids, days, strict=True)) == sorted(zip(ids, days, strict=True))
    found = sorted(set(ids))
    names = pa.array(["one" if ids.count(id_) == 1 else "many" for id_ in found]).dictionary_encode()
    rows = pa.array([ids.count(id_) for id_ in found], pa.int64())
    return {
        "names": pa.table([found, rows, names], names=NAMES.names),
        "days": pa.table([days[:1]], schema=SEEN_DAYS),
        "none": SEEN_DAYS.empty_table(),
    }


def test_rows_are_followed_in_order_with_all_of_one_key_together(engine):
    ids = [f"{n * n % 7919:05}" for n in range(5000)]
    frame = engine.frame(pa.table({"id": ids, "day": list(range(5000))}))
    outputs = {"names": NAMES, "days": SEEN_DAYS, "none": SEEN_DAYS}
    files = engine.follow(frame, counted, outputs, sort=["id", "day"])
    rows = engine.collect(engine.scan([str(file) for file in files["names"]], NAMES)).to_pylist()
    expected = {id_: ids.count(id_) for id_ in ids}
    assert {row["id"]: row["rows"] for row in rows} == expected
    assert len(rows) == len(expected)
    assert all((row["name"] == "one") == (row["rows"] == 1) for row in rows)
    assert engine.collect(engine.scan([str(file) for file in files["days"]], SEEN_DAYS)).num_rows
    assert not engine.collect(engine.scan([str(file) for file in files["none"]], SEEN_DAYS)).num_rows


def test_stored_rows_are_followed_as_they_lie(engine, tmp_path):
    parts = (["d"] * 3 + ["e"], ["a", "a", "b", "c", "c"])
    for place, ids in enumerate(parts):
        kinds = pa.array(["x", None, "y", "x", "x"][: len(ids)])
        rows = pa.table({"id": ids, "day": list(range(len(ids))), "kind": kinds, "other": ids})
        pq.write_table(rows, tmp_path / f"{place}.parquet", row_group_size=2)
    schema = pa.schema(
        [("id", pa.string()), ("day", pa.int64()), ("kind", pa.string()), ("other", pa.string())]
    )
    stored = Stored((f"{tmp_path}/0.parquet", f"{tmp_path}/1.parquet"), schema).select("id", "day", "kind")

    def work(table):
        assert table.column_names == ["id", "day", "kind"]
        kinds = table["kind"].cast(pa.string()).to_pylist()
        found = [
            f"{i}{d}{k}"
            for i, d, k in zip(table["id"].to_pylist(), table["day"].to_pylist(), kinds, strict=True)
        ]
        whole = sorted({one[0] for one in found})
        names = pa.array([" ".join(one for one in found if one[0] == id_) for id_ in whole])
        return {"names": pa.table([whole, [1] * len(whole), names], names=NAMES.names)}

    files = engine.follow(stored, work, {"names": NAMES}, sort=["id", "day"])
    rows = engine.collect(engine.scan([str(file) for file in files["names"]], NAMES)).to_pylist()
    assert sorted((row["id"], row["name"]) for row in rows) == [
        ("a", "a0x a1None"),
        ("b", "b2y"),
        ("c", "c3x c4x"),
        ("d", "d0x d1None d2y"),
        ("e", "e3x"),
    ]


def test_what_is_followed_is_written_where_it_is_wanted(engine, tmp_path):
    frame = engine.frame(pa.table({"id": ["a", "b"], "day": [1, 2]}))
    files = engine.follow(
        frame,
        counted,
        {"names": NAMES, "days": SEEN_DAYS, "none": SEEN_DAYS},
        sort=["id", "day"],
        folder=tmp_path / "out",
    )
    assert all(
        file.is_relative_to(tmp_path / "out" / name) for name, found in files.items() for file in found
    )
    assert sum(pq.read_metadata(file).num_rows for file in files["names"]) == 2


def test_nothing_to_follow_gives_no_rows(engine):
    frame = engine.frame(pa.table({"id": pa.array([], pa.string()), "day": pa.array([], pa.int64())}))
    files = engine.follow(
        frame, counted, {"names": NAMES, "days": SEEN_DAYS, "none": SEEN_DAYS}, sort=["id", "day"]
    )
    assert not engine.collect(engine.scan([str(file) for file in files["names"]], NAMES)).num_rows


@pytest.mark.parametrize("at_least", [1, 3, 100])
@pytest.mark.parametrize("size", [1, 2, 5, 100])
def test_no_group_is_parted(size, at_least):
    ids = [letter for letter in "abcdefgh" for _ in range(ord(letter) % 4 + 1)]
    batches = pa.table({"id": ids}).to_batches(max_chunksize=size)
    tables = [table["id"].to_pylist() for table in whole_groups(batches, "id", at_least)]
    assert [id_ for table in tables for id_ in table] == ids
    assert sum(len(set(table)) for table in tables) == 8


def test_a_mistake_while_following_comes_through(engine):
    def mistaken(_table):
        raise ValueError("no such thing")

    frame = engine.frame(pa.table({"id": ["a", "b"], "day": [1, 2]}))
    with pytest.raises(Exception, match="no such thing"):
        engine.follow(frame, mistaken, {"days": SEEN_DAYS}, sort=["id"])


def test_a_forked_engine_works_beside_the_first(engine, table):
    found, frame = [], engine.frame(table)

    def count():
        other = engine.fork()
        for _ in range(5):
            found.append(other.collect(other.frame(table).select(nw.len()))[0][0].as_py())
        other.close()

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [3] * 20
    assert seen(engine, frame) == expected()


def test_duckdb_loads_no_extension_and_keeps_it_so(duck):
    with pytest.raises(duckdb.Error):
        duck.connection.execute("INSTALL httpfs")
    with pytest.raises(duckdb.Error, match="locked"):
        duck.connection.execute("SET autoload_known_extensions = true")


def test_duckdb_stays_within_the_memory_it_was_given():
    engine = engine_named("duckdb", {"memory_limit": "100MiB", "threads": "1"})
    try:
        limit = engine.connection.execute("SELECT current_setting('memory_limit')").fetchone()
        assert limit == ("100.0 MiB",)
    finally:
        engine.close()


def test_an_engine_nobody_knows_is_refused():
    with pytest.raises(KeepwellError, match="duckdb or spark"):
        engine_named("duckbd")
