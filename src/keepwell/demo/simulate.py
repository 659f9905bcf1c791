"""Simulate a company: the files that can be imported, and the truth about it, kept apart."""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa

from keepwell.demo import accounts as fixed
from keepwell.demo import answers, company, goals, paperwork, people, talk, touches, traces, truth
from keepwell.demo.clock import Flags, Ints, clock
from keepwell.demo.columns import instants, keys
from keepwell.demo.dirt import spoil
from keepwell.demo.forces import P
from keepwell.demo.life import Life
from keepwell.demo.streams import Random, streams
from keepwell.demo.writing import LARGE, write_csv, write_parquet
from keepwell.lib.days import from_number
from keepwell.lib.errors import KeepwellError
from keepwell.lib.text import gettext as _

UNTIL = date(2026, 10, 1)
Columns = dict[str, pa.Array]
Progress = Callable[[int, int, str], None]  # steps done, steps in all, what is being done


@dataclass(frozen=True)
class Simulated:
    """What was written: `folder` with the files to import, `truth` (a folder in it) with what is true.

    `rows` counts the rows of each file as written, bad ones included; `dirt` counts those that quarantine is
    expected to take, by table and reason. `until` is the day up to which every file is complete, not included.
    """

    folder: Path
    truth: Path
    until: date
    seed: int
    rows: dict[str, int]
    files: dict[str, Path]
    dirt: dict[str, dict[str, int]] = field(default_factory=dict)


def simulate(
    folder: Path | str,
    *,
    seed: int = 1,
    accounts: int = 600,
    years: int = 4,
    until: date = UNTIL,
    texts: bool = True,
    dirt: bool = True,
    progress: Progress | None = None,
) -> Simulated:
    """Write a simulated company of `accounts` accounts over `years` years up to the first of `until`'s month.

    The same arguments give the same files. Without `texts` there are no conversations, comments and ticket
    texts; without `dirt` every row is good. Raises KeepwellError for sizes that make no company.
    """
    if accounts < 1 or years < 1:
        raise KeepwellError(
            _("A simulated company needs at least one account and one year."),
            seen=_("{accounts} accounts, {years} years").format(accounts=accounts, years=years),
        )
    tell = progress or (lambda _done, _all, _what: None)
    chance, time = streams(seed), clock(years, until)
    tell(0, 4, _("living"))
    life = Life(fixed.draw(accounts, time, chance), time, chance)
    life.run()
    tell(1, 4, _("leaving traces"))
    tables, use, labels = _tables(life, chance, texts)
    bad: dict[str, dict[str, int]] = {}
    extra: dict[str, list[dict[str, str]]] = {}
    if dirt:
        extra, bad = spoil(tables, chance["dirt"])
    tell(2, 4, _("working out what is true"))
    folder = Path(folder)
    apart = folder / "truth"
    apart.mkdir(parents=True, exist_ok=True)
    files, rows = {}, {}
    for name, columns in tables.items():
        table = pa.table(columns)
        rows[name] = table.num_rows + len(extra.get(name, ()))
        write = write_parquet if name in LARGE else write_csv
        files[name] = write(folder, name, table, extra.get(name, []))
    tell(3, 4, _("writing the truth"))
    _write_truth(apart, life, use, labels, {"seed": seed, "accounts": accounts, "years": years})
    tell(4, 4, _("writing the truth"))
    return Simulated(folder, apart, from_number(time.end), seed, rows, files, bad)


def _tables(
    life: Life, chance: dict[str, Random], texts: bool
) -> tuple[dict[str, Columns], truth.Use, Columns | None]:
    """Every file's columns, in the order in which they are to be imported."""
    a, h, time = life.a, life.history, life.clock
    ids = truth.account_ids(len(a))
    accounts, domains = paperwork.accounts(life, chance["names"])
    contacts = people.draw(a, h, time, chance["contacts"], chance["names"])
    contact_ids = keys("K", np.arange(1, len(contacts.account) + 1), 7)
    scene = traces.Scene(a, h, contacts, time)
    use = traces.use(a, h, chance["use"])
    asked = traces.tickets(scene, chance["tickets"])
    given = life.history.treatments
    done = given["treated"] > 0
    treated = (given["account"][done], given["day"][done], given["action"][done])
    touched = touches.touches(scene, asked, treated, chance["touches"])
    goal_columns, readings = goals.table(life, chance["goals"])
    tables = {
        "rates": paperwork.rates(time, chance["rates"]),
        "accounts": accounts,
        "contacts": people.table(contacts, contact_ids, ids, domains, chance["contacts"]),
        "subscriptions": paperwork.subscriptions(life),
        "purchases": paperwork.purchases(life, chance["amounts"]),
        "invoices": paperwork.invoices(life, chance["invoices"]),
        "events": _events(scene, use, chance["use"]),
        "tickets": _tickets(asked, contacts, ids, time.end, chance["ticket_texts"] if texts else None),
        "touches": _touches(touched, ids),
        "answers": answers.table(scene, asked, chance["answers"], chance["comments"] if texts else None),
        "goals": goal_columns,
        "goal_readings": readings,
        "treatments": paperwork.treatments(life),
        "costs": paperwork.costs(life, asked.rows.step, asked.rows.account, chance["costs"]),
        "reasons": paperwork.reasons(life, chance["reasons"]),
    }
    if not texts:
        return tables, use, None
    talks = talk.conversations(scene, touched, chance["conversations"], chance["turns"])
    return {**tables, "conversations": talks.conversations, "turns": talks.turns}, use, talks.labels


def _dated(rows: traces.Dated, ids: pa.Array, key: str, letter: str, when: str) -> Columns:
    return {
        key: keys(letter, np.arange(1, len(rows) + 1), 8),
        "account_id": ids.take(pa.array(rows.account)),
        "contact_id": keys("K", rows.contact + 1, 7),
        when: instants(rows.day, rows.second).cast(pa.timestamp("s")),
    }


def _events(scene: traces.Scene, use: truth.Use, r: Random) -> Columns:
    rows, kind, quantity = traces.events(scene, use, r)
    steps, step_kind = traces.onboarding(scene, r)
    both = traces.join([rows, steps])
    order = np.lexsort((both.second, both.day))
    both = traces.Dated(*(v[order] for v in vars(both).values()))
    names = (*company.EVENT_KINDS, *company.ONBOARDING)
    return {
        **_dated(both, truth.account_ids(len(scene.accounts)), "event_id", "E", "occurred_at"),
        "kind": paperwork.pick(names, np.concatenate([kind, step_kind])[order]),
        "quantity": pa.array(np.concatenate([quantity, np.ones(len(steps), dtype=np.int64)])[order]),
    }


def _tickets(
    asked: traces.Tickets, contacts: people.People, ids: pa.Array, end: int, words: Random | None
) -> Columns:
    rows = asked.rows

    def after(minutes: Ints) -> tuple[pa.Array, Flags]:
        seconds = rows.second + 60 * minutes
        known = rows.day + seconds // 86_400 < end
        moment = instants(rows.day, seconds).cast(pa.timestamp("s"))
        return pa.array(moment.to_numpy(zero_copy_only=False), pa.timestamp("s"), mask=~known), known

    response, _responded = after(asked.response)
    resolved, known = after(asked.resolution)
    columns = {
        **_dated(rows, ids, "ticket_id", "T", "opened_at"),
        "first_response_at": response,
        "resolved_at": resolved,
        "kind": paperwork.pick(traces.TICKET_KINDS, asked.kind),
        "severity": paperwork.pick(traces.SEVERITIES, asked.severity),
        "csat": pa.array(asked.csat, mask=~((asked.csat > 0) & known)),
    }
    if words is not None:
        subjects, texts = talk.ticket_texts(asked, contacts, words)
        columns |= {"subject": pa.array(subjects, pa.string()), "text": pa.array(texts, pa.string())}
    return columns


def _touches(seen: touches.Touches, ids: pa.Array) -> Columns:
    return {
        **_dated(seen.rows, ids, "touch_id", "U", "occurred_at"),
        "channel": paperwork.pick(touches.CHANNELS, seen.channel),
        "direction": paperwork.pick(("out", "in"), seen.inward.astype(np.int64)),
        "team": paperwork.pick(touches.TEAMS, seen.team),
        "topic": paperwork.pick(touches.TOPICS, seen.topic),
    }


def _write_truth(
    apart: Path, life: Life, use: truth.Use, labels: Columns | None, made_of: dict[str, int]
) -> None:
    chances, states, actions = truth.chances(life, use)
    kept = {
        "chances": chances, "states": states, "actions": actions, "departures": truth.stories(life),
        "treatments": truth.treated(life), "accounts": truth.fixed(life.a),
    }  # fmt: skip
    if labels is not None:
        kept["turns"] = pa.table(labels)
    for name, table in kept.items():
        write_parquet(apart, name, table, [])
    note = {"simulated": True, **made_of, "parameters": asdict(P)}
    (apart / "simulation.json").write_text(json.dumps(note, indent=1) + "\n", "utf-8")
