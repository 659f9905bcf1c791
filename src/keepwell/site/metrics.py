"""Figures for Prometheus, in its text format: https://prometheus.io/docs/instrumenting/exposition_formats/"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from keepwell.accounts.models import Outgoing
from keepwell.site.health import (
    book_examined,
    coming_examined,
    disks_examined,
    jobs_examined,
    last_night,
    versions,
)
from keepwell.site.models import Run
from keepwell.site.speed import COUNTS

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

Sample = tuple[Mapping[str, str], float]
Family = tuple[str, str, str, Sequence[Sample]]  # name, kind, what it says, its samples


def told(*, now: datetime) -> str:
    """Everything, as text."""
    lines = []
    for name, kind, said, samples in _families(now):
        lines += [f"# HELP keepwell_{name} {said}", f"# TYPE keepwell_{name} {kind}"]
        lines += [f"keepwell_{name}{_labels(labels)} {value:.15g}" for labels, value in samples]
    return "\n".join(lines) + "\n"


def _labels(labels: Mapping[str, str]) -> str:
    if not labels:
        return ""
    return "{" + ",".join(f'{name}="{_escaped(value)}"' for name, value in labels.items()) + "}"


def _escaped(value: str) -> str:
    return value.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")


def _families(now: datetime) -> Iterator[Family]:
    yield from _of_site()
    yield from _of_book(now)
    yield from _of_work(now)


def _of_site() -> Iterator[Family]:
    build = {"version": versions()["keepwell"]}
    yield "build_info", "gauge", "The version that runs.", [(build, 1)]
    requests = [({"status": status}, float(n)) for status, n in sorted(COUNTS.requests.items())]
    yield "requests_total", "counter", "Requests answered by this process.", requests
    yield "request_seconds_total", "counter", "Seconds that answering them took.", [({}, COUNTS.seconds)]
    free = [({"of": disk.what}, float(disk.free)) for disk in disks_examined()]
    yield "disk_free_bytes", "gauge", "Bytes free beside book and office.", free


def _of_book(now: datetime) -> Iterator[Family]:
    book = book_examined(now=now)
    yield "book_up", "gauge", "Whether the book can be read.", [({}, float(not book.wrong))]
    if book.wrong:
        return
    behind = [({"table": one.table, "source": one.source}, float(one.behind)) for one in book.covered]
    yield "source_days_behind", "gauge", "Days since a source was complete.", behind
    rows: dict[str, int] = {}
    for table, _reason, count in book.quarantine:
        rows[table] = rows.get(table, 0) + count
    waiting = [({"table": table}, float(count)) for table, count in sorted(rows.items())]
    yield "quarantined_rows", "gauge", "Rows that could not be taken in.", waiting


def _of_work(now: datetime) -> Iterator[Family]:
    jobs = jobs_examined(now=now)
    yield "jobs", "gauge", "Jobs in the queue.", [
        ({"state": "waiting"}, float(jobs.waiting)),
        ({"state": "running"}, float(jobs.running)),
        ({"state": "late"}, float(jobs.late)),
    ]  # fmt: skip
    yield "worker_up", "gauge", "Whether a worker runs on this machine.", [({}, float(jobs.worker))]
    coming = coming_examined(now=now)
    yield "incoming_files", "gauge", "Files that came in and are under way.", [
        ({"state": "reading"}, float(coming.reading)),
        ({"state": "transcribing"}, float(coming.to_hear)),
        ({"state": "late"}, float(coming.late)),
        ({"state": "given_up"}, float(len(coming.failed))),
    ]  # fmt: skip
    yield (
        "sources_broken",
        "gauge",
        "Mailboxes and folders that cannot be read.",
        [({}, float(len(coming.broken)))],
    )
    yield "unmatched_conversations", "gauge", "Conversations that wait for an account.", [
        ({}, float(coming.unmatched))
    ]  # fmt: skip
    outgoing = float(Outgoing.objects.filter(load=None).count())
    yield "outgoing_rows", "gauge", "Rows on their way to the book.", [({}, outgoing)]
    run, newest = last_night(), Run.objects.first()
    failed = newest is not None and newest.state == Run.State.FAILED
    yield "night_failed", "gauge", "Whether the newest night failed.", [({}, float(failed))]
    if run is not None and run.ended_at is not None:
        yield "night_done_timestamp_seconds", "gauge", "When a night was last done.", [
            ({}, run.ended_at.timestamp())
        ]  # fmt: skip
        seconds = (run.ended_at - run.began_at).total_seconds()
        yield "night_seconds", "gauge", "How long it took.", [({}, seconds)]
