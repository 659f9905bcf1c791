"""A mail is answered in seconds though every worker of long jobs is at one: real workers, a thousand rules."""

import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from keepwell.site.tests import empty_office
from keepwell.site.tests.conftest import make_book
from keepwell.site.tests.office_kit import READY, keepwell, of_its_own, run

pytestmark = pytest.mark.slow

FILLED = """
from datetime import UTC, datetime
running.prepare()
from django_q.tasks import async_task
from keepwell.accounts.models import Account, Contact, Standing
from keepwell.conversations.actions.ruling import bring
from keepwell.members.models import Member, Role
from keepwell.site.tests.test_arrival import rules
ada = Member.objects.create_user("ada@example.com", name="Ada", role=Role.ADMINISTRATOR)
acme = Account.objects.create(pk="A1", name="Acme", owner=ada, domain="acme.com")
Contact.objects.create(pk="k1", account=acme, name="Eva", email="eva@acme.com")
Standing.objects.create(account=acme, day=datetime.now(UTC).date(), kept_by="contract", risk=0.3, mrr=100_000)
bring(rules=rules(1000), by=ada, now=datetime.now(UTC))
for _each in range(5):
    async_task("time.sleep", 500)
"""
# Two are being done, one lies ready and one is in the hand of who hands them out: the fifth finds nobody.
BUSY = """
import time
from django.utils import timezone
from django_q.models import OrmQ
def seen():
    long = [one.lock > timezone.now() for one in OrmQ.objects.all() if one.func() == "time.sleep"]
    return long.count(True), long.count(False)
until = time.monotonic() + {within}
while seen() != (4, 1) and time.monotonic() < until:
    time.sleep(0.2)
print(*seen())
"""
ARRIVES = """
import time
from datetime import UTC, datetime
from django_q.models import OrmQ
from django_q.tasks import async_task
from keepwell.alerts.models import Alert
from keepwell.conversations.actions.receiving import receive
from keepwell.site.arrival import ARRIVED
mail = b'''From: Eva <eva@acme.com>
To: ada@example.com
Subject: Contract
Message-ID: <one@acme.com>

After all we will be cancelling our contract.
'''
def heard():
    return Alert.objects.filter(account="A1").exists()
def jobs():
    return any(one.func().endswith(".hear_and_raise") for one in OrmQ.objects.all())
async_task(ARRIVED, 0)  # nothing to hear: workers that do such have begun once it is done
while jobs():
    time.sleep(0.05)
begun = time.perf_counter()
receive(chunks=[mail], name="mail.eml", source="api", now=datetime.now(UTC))
while not heard() and time.perf_counter() - begun < 100:
    time.sleep(0.05)
print(time.perf_counter() - begun if heard() else "never")
"""


@contextmanager
def worker_of(home: Path) -> Iterator[None]:
    """A worker that runs by itself, until the block ends."""
    import subprocess

    order = [sys.executable, "-m", "keepwell.cli", "--home", str(home), "worker"]
    with subprocess.Popen(order) as one:
        try:
            yield
        finally:
            one.kill()


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_mail_raises_its_alert_in_seconds_though_all_workers_of_long_jobs_are_at_one(
    kind: str, tmp_path: Path
) -> None:
    home = empty_office.placed(tmp_path / "home")
    with ExitStack() as stack:
        database = stack.enter_context(empty_office.on_postgresql("busy"))[0] if kind == "postgresql" else ""
        stack.enter_context(of_its_own(database))
        make_book(home)  # which a worker that runs by itself reads too
        run(home, READY + FILLED)
        stack.enter_context(worker_of(home))
        assert run(home, READY + BUSY.format(within=200)).split() == ["4", "1"]
        took = float(run(home, READY + ARRIVES))
        assert run(home, READY + BUSY.format(within=0)).split()[1] == "1", (
            "what is long still waits for a worker"
        )
        sys.stderr.write(f"\n{kind}: from arrival to the stored alert, workers busy: {took:.2f} s\n")
        assert took < 5 * slowness()
        assert "conversation" in keepwell("--home", home, "conversations", "list").lower()


def slowness() -> float:
    """How much slower than a quiet one this machine is now: by what share of a processor this process is given."""
    begun, used = time.perf_counter(), time.process_time()
    while time.process_time() - used < 0.5:
        pass
    return max((time.perf_counter() - begun) / 0.5, 1.0)
