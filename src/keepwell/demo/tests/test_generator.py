"""Companies of any size."""

from datetime import date

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
import pytest

from keepwell.demo.generator import Company, generate
from keepwell.lib.errors import BadInput

SIZE = {"accounts": 3000, "purchases": 0.3, "events": 20_000}


def table(company: Company, name: str) -> pa.Table:
    return pa.concat_tables([pq.read_table(f) for f in company.files[name]])


@pytest.fixture(scope="module")
def company(tmp_path_factory):
    return generate(tmp_path_factory.mktemp("company") / "all", **SIZE)


def test_the_same_seed_writes_the_same_bytes_whatever_is_held_in_memory_at_a_time(company, tmp_path):
    again = generate(tmp_path / "again", **SIZE, chunk=701)
    assert {name: [f.name for f in files] for name, files in again.files.items()} == {
        name: [f.name for f in files] for name, files in company.files.items()
    }
    for name, files in company.files.items():
        for one, other in zip(files, again.files[name], strict=True):
            assert one.read_bytes() == other.read_bytes(), one


def test_another_seed_makes_another_company(company, tmp_path):
    other = generate(tmp_path / "other", **SIZE, seed=2)
    assert table(other, "subscriptions") != table(company, "subscriptions")


def test_a_smaller_company_is_the_beginning_of_a_bigger_one(company, tmp_path):
    smaller = generate(tmp_path / "smaller", accounts=500, purchases=0.3)
    ids = table(smaller, "accounts")["account_id"]
    bigger = table(company, "subscriptions")
    assert bigger.filter(pc.is_in(bigger["account_id"], ids)).sort_by("subscription_id") == table(
        smaller, "subscriptions"
    ).sort_by("subscription_id")


def test_there_are_as_many_rows_as_asked_for(company):
    assert company.rows["accounts"] == 3000
    assert company.rows["events"] == 20_000
    buyers = pc.count_distinct(table(company, "purchases")["account_id"]).as_py()
    assert 800 < buyers < 1000
    subscribers = 3000 - buyers
    assert 1.4 < company.rows["subscriptions"] / subscribers < 1.6
    for name, rows in company.rows.items():
        assert table(company, name).num_rows == rows


def test_keys_are_unique_and_columns_are_the_books(company):
    for name, key in (
        ("accounts", "account_id"),
        ("subscriptions", "subscription_id"),
        ("events", "event_id"),
    ):
        keys = table(company, name)[key]
        assert pc.count_distinct(keys).as_py() == len(keys)
    subscriptions = table(company, "subscriptions").schema
    assert subscriptions.field("account_id").type == pa.string()
    assert subscriptions.field("started_on").type == pa.date32()
    assert subscriptions.field("mrr").type == pa.int64()
    assert table(company, "purchases").schema.field("occurred_at").type == pa.timestamp("us")
    assert table(company, "accounts")["account_id"][1].as_py() == "A0000001"


def test_histories_hold_what_makes_counting_hard(company):
    rows = table(company, "subscriptions").to_pandas().sort_values(["account_id", "subscription_id"])
    by_account = rows.groupby("account_id")
    assert (rows["started_on"] == rows["ended_on"]).any()  # pays no day
    assert (rows["mrr"] == 0).any()  # a trial
    assert (by_account["currency"].nunique() > 1).any()
    before = by_account["ended_on"].shift()
    assert (rows["started_on"] == before).any()  # a switch on the same day
    assert (rows["started_on"] < before).any()  # an add-on
    assert (rows["started_on"] > before).any()  # a return
    assert (rows["ended_on"] > date(2026, 1, 1)).any()  # an end that lies ahead
    assert rows["ended_on"].isna().mean() > 0.3
    assert not (rows["started_on"] >= date(2026, 1, 1)).any()
    assert (table(company, "purchases")["amount"].to_numpy() < 0).any()  # a return of goods


def test_a_last_handful_of_accounts_that_buy_nothing_ends_the_work_well(tmp_path):
    made = generate(tmp_path / "one by one", accounts=7, purchases=0.3, chunk=1)
    whole = generate(tmp_path / "at once", accounts=7, purchases=0.3)
    assert made.rows == whole.rows
    assert made.rows["subscriptions"] > 0


def test_an_export_of_it_has_the_same_amounts_as_decimals(tmp_path):
    stored = table(generate(tmp_path / "stored", accounts=400), "subscriptions")
    company = generate(tmp_path / "export", accounts=400, form="csv")
    exported = pa.concat_tables([pacsv.read_csv(f) for f in company.files["subscriptions"]])
    assert exported["account_id"].to_pylist() == stored["account_id"].to_pylist()
    assert [round(100 * x) for x in exported["mrr"].to_pylist()] == stored["mrr"].to_pylist()
    assert exported["started_on"].to_pylist() == stored["started_on"].to_pylist()


def test_a_company_without_accounts_is_refused(tmp_path):
    with pytest.raises(BadInput, match="No company"):
        generate(tmp_path / "none", accounts=0)
