"""For whom merged and excluded accounts count."""

from itertools import pairwise

from oracle import histories as h
from oracle.agreement import Company, assert_same_rows, rows_of
from oracle.companies import JAN, company, d, sub


def rows(duck, history):
    asked = Company(history, h.Policies())
    found = rows_of(asked.ledger(duck))
    assert_same_rows(found, asked.rows)
    return {(row[0], row[2], row[5], row[6], row[7]) for row in found}


def test_what_came_to_an_excluded_account_stays_with_it(duck):
    history = company(
        h.Account("customer", merged_into="test", merged_on=JAN),
        h.Account("test", merged_into="last", merged_on=JAN, excluded="test"),
        h.Account("last"),
        sub("customer", "2025-06-01"),
        sub("last", "2025-06-01", None, 500),
    )
    since = d("2025-06-01")
    assert rows(duck, history) == {
        ("customer", since, 0, 1000, "new"),
        ("customer", JAN, 1000, 0, "churn"),
        ("last", since, 0, 500, "new"),
    }


def test_a_chain_of_mergers_hands_on_to_its_end(duck):
    names = [f"m{n}" for n in range(7)]
    history = company(
        *[h.Account(a, merged_into=b, merged_on=JAN + n) for n, (a, b) in enumerate(pairwise(names))],
        h.Account(names[-1]),
        *[sub(name, "2025-06-01", None, 100) for name in names],
    )
    found = rows(duck, history)
    assert ("m6", JAN + 5, 100, 700, "expansion") in found
    assert {row[0] for row in found if row[4] == "churn"} == set(names[:-1])
