"""Holding what the product says against what the oracle says, to the last account and cent."""

import os
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

import pyarrow as pa
from hypothesis import Phase

from keepwell.book.engines import Engine
from keepwell.ledger.cycles import FIGURES
from keepwell.ledger.ledger import Ledger
from keepwell.ledger.rows import SCHEMA
from keepwell.lib.days import Grain, Period, from_number, number, periods
from keepwell.lib.money import to_minor
from keepwell.metrics import statement as product
from keepwell.metrics.comparison import Comparison
from keepwell.metrics.registry import all_metrics
from oracle import definitions as meanings
from oracle import histories as h
from oracle import reference
from oracle.irregular import Frozen
from oracle.product import ledger_of
from oracle.to_arrow import agreeing, batch

# HYPOTHESIS_PROFILE=deep runs so many times as many examples, other ones each time.
DEEPER = 20 if os.environ.get("HYPOTHESIS_PROFILE") == "deep" else 1
# Of seeds there is nothing to shrink: another seed is another company.
UNSHRUNK = (Phase.explicit, Phase.reuse, Phase.generate)


@dataclass(frozen=True)
class Company:
    """One history, or many in one, under one set of policies; asked of the oracle and of the product alike."""

    history: h.History
    policies: h.Policies
    frozen: Frozen | None = None

    @classmethod
    def of_seeds(cls, seeds: Sequence[int], policies: h.Policies, kinds: h.Kinds = h.EVERYTHING) -> "Company":
        """Many seeded histories as one company that behaves as each does alone."""
        return cls.of_many([h.seeded_history(seed, kinds) for seed in seeds], policies)

    @classmethod
    def of_many(cls, histories: Sequence[h.History], policies: h.Policies) -> "Company":
        whole, frozen = batch(agreeing(histories), policies)
        return cls(whole, policies, frozen)

    def ledger(self, engine: Engine) -> Ledger:
        figures = None if self.frozen is None else figures_table(self.frozen)
        return ledger_of(self.history, self.policies, engine, figures)

    @cached_property
    def rows(self) -> list[tuple[Any, ...]]:
        return [astuple(row) for row in reference.movements(self.history, self.policies, self.frozen)]

    def statement(self, start: int, end: int, **asked: Any) -> reference.Statement:
        return reference.statement(self.history, self.policies, start, end, frozen=self.frozen, **asked)

    def by_segment(self, start: int, end: int, **asked: Any) -> dict[str, reference.Statement]:
        return reference.by_segment(self.history, self.policies, start, end, frozen=self.frozen, **asked)

    def series(self, spans: list[tuple[int, int]], where: str | None = None) -> list[reference.Statement]:
        return reference.series(self.history, self.policies, spans, where=where, frozen=self.frozen)

    def definitions(self, start: int, end: int) -> dict[str, meanings.Ratio]:
        return meanings.definitions(self.history, self.policies, start, end, self.frozen)

    def shares(self, start: int, end: int) -> dict[str, dict[str, tuple[int, int]]]:
        return meanings.shares(self.history, self.policies, start, end, self.frozen)


def figures_table(frozen: Frozen) -> pa.Table:
    """The oracle's frozen figures as the product keeps them; every segment's are taken to rest on enough gaps."""
    rows = [
        {
            "scope": "segment",
            "segment": segment,
            "quarter": quarter,
            "gaps": 1_000_000,
            "median_fourfold": int(figures.cycle * 4),
            "first_limit": figures.first_limit,
        }
        for (quarter, segment), figures in frozen.rows.items()
    ]
    return pa.Table.from_pylist(rows, schema=FIGURES)


def rows_of(ledger: Ledger) -> list[tuple[Any, ...]]:
    """The ledger's rows as tuples in the order of their columns, by account, currency and day."""
    return sorted_rows(ledger.engine.collect(ledger.rows))


def sorted_rows(table: pa.Table) -> list[tuple[Any, ...]]:
    columns = [table[name].to_pylist() for name in SCHEMA.names]
    return sorted(zip(*columns, strict=True), key=lambda row: row[:3])


def assert_same_rows(found: list[tuple[Any, ...]], expected: list[tuple[Any, ...]]) -> None:
    """As `==`, and where they differ says only how."""
    if found != expected:
        wrong, missing = (
            sorted(set(found) - set(expected), key=str),
            sorted(set(expected) - set(found), key=str),
        )
        raise AssertionError(
            f"{len(found)} rows, {len(expected)} expected ({', '.join(SCHEMA.names)});\n"
            f"  too many: {wrong[:6]}\n  missing: {missing[:6]}"
        )


def span(start: int, end: int) -> Period:
    return Period(from_number(start), from_number(end))


def spans_of(grain: Grain, start: int, end: int) -> list[tuple[int, int]]:
    return [(number(p.start), number(p.end)) for p in periods(grain, from_number(start), from_number(end))]


def assert_statement(found: product.Statement, expected: reference.Statement) -> None:
    """Every line in accounts and money, kinds, lists beside, and every rate."""
    for line in (*reference.LINES, *reference.LISTS):
        assert getattr(found.accounts, line) == expected.count(line), line
    for line in reference.LINES:
        assert getattr(found.mrr, line) == expected.mrr[line], line
    assert found.mrr.leaving == expected.leaving_mrr
    by_kind = {kind: len(who) for kind, who in expected.churned_by_kind.items()}
    assert dict(found.accounts.churned_by_kind) == by_kind
    assert dict(found.mrr.churned_by_kind) == expected.churned_mrr_by_kind
    assert found.finished == expected.finished
    rates = expected.rates
    assert {name: found.ratio(name).value for name in all_metrics()} == rates


def assert_adds_up(found: product.Statement) -> None:
    """The statement's own identities, and its parts summing to the whole."""
    n, m = found.accounts, found.mrr
    assert n.opening + n.new + n.reactivated - n.churned == n.closing
    assert m.opening + m.new + m.reactivated + m.expansion - m.contraction - m.churned == m.closing
    assert sum(n.churned_by_kind.values()) == n.churned
    assert sum(m.churned_by_kind.values()) == m.churned
    if found.parts:
        for line in (*reference.LINES, *reference.LISTS):
            assert sum(getattr(part.accounts, line) for part in found.parts) == getattr(n, line), line
        for line in reference.LINES:
            assert sum(getattr(part.mrr, line) for part in found.parts) == getattr(m, line), line
    for part in found.parts:
        assert_adds_up(part)


def assert_by_segment(found: product.Statement, expected: dict[str, reference.Statement]) -> None:
    """Every part that has anybody in it, and none but those."""
    assert_adds_up(found)
    inhabited = {name: part for name, part in expected.items() if any(part.accounts.values())}
    parts = {part.segment: part for part in found.parts}
    assert parts.keys() == inhabited.keys()
    for name, part in parts.items():
        assert_statement(part, inhabited[name])


def assert_lists(found: product.Statement, expected: reference.Statement) -> None:
    """The accounts behind every line, each with what it paid at both ends."""
    for line in (*reference.LINES, *reference.LISTS):
        rows = found.list(line).to_pylist()
        assert sorted(row["account_id"] for row in rows) == sorted(expected.accounts[line]), line
        if line == "churned":
            kinds = {row["account_id"]: row["leaving_kind"] for row in rows}
            assert kinds == {a: kind for kind, who in expected.churned_by_kind.items() for a in who}
        for column in ("opening", "closing"):
            if line == column:
                paid = sum((row[column] for row in rows), Decimal())
                assert to_minor(paid, found.currency) == expected.mrr[line]


def assert_series(found: Sequence[product.Statement], expected: Sequence[reference.Statement]) -> None:
    assert len(found) == len(expected)
    for place, (now, then) in enumerate(zip(found, expected, strict=True)):
        assert_statement(now, then)
        assert_adds_up(now)
        if place:
            assert now.restated == then.restated


def assert_moved(found: product.Statement, expected: reference.Statement) -> None:
    assert (found.restated, found.moved_mrr) == (expected.restated, expected.moved)
    assert found.moved_accounts == len(expected.moved_in) - len(expected.moved_out)


def assert_definitions(
    found: Comparison, ratios: dict[str, meanings.Ratio], shares: dict[str, dict[str, tuple[int, int]]]
) -> None:
    """Numerator, denominator, rate, and the accounts that count otherwise than in ours."""
    assert {m.definition.name for m in found.meanings} == ratios.keys()
    ours = shares["opening_set"]
    for meaning in found.meanings:
        name = meaning.definition.name
        of, over, rate = ratios[name]
        if name == "chartmogul_daily":
            assert_near(None if found.refused else rate, meaning.rate)
            continue
        assert (meaning.numerator, meaning.denominator) == (of, over), name
        assert meaning.rate == (None if found.refused else rate), name
        apart = {a: share for a, share in shares.get(name, {}).items() if share != ours[a]}
        told = {r["account_id"]: (r["of"], r["over"]) for r in meaning.apart.to_pylist()}
        assert told == apart, name


def assert_near(expected: Any, found: Any) -> None:
    """A sum of many quotients is a float, and so only as good as one."""
    assert (expected is None) == (found is None)
    if expected is not None:
        assert abs(float(expected) - float(found)) <= 1e-9 * max(1.0, abs(float(expected)))
