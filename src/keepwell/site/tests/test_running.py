"""The site as it is started: one for a home, refused clearly, stopped with nothing left behind."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from urllib.request import urlopen

import pytest

from keepwell.site.tests.conftest import make_book
from keepwell.site.tests.office_kit import READY, free_port, keepwell, of_its_own, run

pytestmark = pytest.mark.slow
READS = "keepwell.site.jobs.zone_of_book"  # a job that reads the book: what was forked wrongly hangs over it


def processes_of(home: Path) -> list[int]:
    """The processes that have this home in their command line, and those that they began, which have it from them."""
    found = []
    for one in Path("/proc").glob("[0-9]*"):
        try:
            words = (one / "cmdline").read_bytes().split(b"\0")
            inherited = (one / "environ").read_bytes().split(b"\0")
        except OSError:
            continue
        ours = str(home).encode() in words and b"keepwell.cli" in words
        if ours or f"KEEPWELL_HOME={home}".encode() in inherited:
            found.append(int(one.name))
    return found


def until(true: Callable[[], bool], *, within: float = 120) -> bool:
    end = time.monotonic() + within
    while time.monotonic() < end:
        if true():
            return True
        time.sleep(0.2)
    return False


def answers(port: int) -> bool:
    try:
        with urlopen(f"http://127.0.0.1:{port}/alive", timeout=2) as found:
            return bool(found.status == 200)
    except OSError:
        return False


def metrics(port: int) -> str:
    with urlopen(f"http://127.0.0.1:{port}/metrics", timeout=20) as found:
        return str(found.read().decode())


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="looks at processes as Linux shows them")
def test_a_site_is_started_once_serves_works_and_leaves_nothing_behind(tmp_path: Path) -> None:
    home, port = tmp_path / "home", free_port()
    make_book(home)
    with of_its_own():
        try:
            said = keepwell("--home", home, "serve", "--port", port, "--detach")
            assert f"http://localhost:{port}/members/join/" in said
            assert f"keepwell --home {home} stop" in said
            with urlopen(f"http://127.0.0.1:{port}/static/keepwell/keepwell.css") as found:
                assert found.headers["Content-Type"].startswith("text/css")
            told = keepwell("--home", home, "serve", "--port", free_port(), fails=2)
            assert "runs already" in told
            assert f"keepwell --home {home} stop" in " ".join(told.split())
            address = "ada@example.com"
            made = f"from keepwell.members.models import Member; Member.objects.create_user('{address}', name='Ada')"
            run(home, READY + made)
            link = f"http://localhost:{port}/sign/password/reset/key/"
            assert link in keepwell("--home", home, "password", address)
            # The worker does what is asked of it, and another takes its place when it is killed.
            run(home, READY + f"from django_q.tasks import async_task; async_task('{READS}')")
            done = (
                READY
                + f"from django_q.models import Task; print(Task.objects.filter(func='{READS}').count())"
            )
            assert until(lambda: run(home, done).strip() == "1")
            # The lock is empty for as long as whoever has taken it has not said who it is.
            lock = home / "office" / "worker.lock"
            worker = lock.read_text().split()[0]
            os.kill(int(worker), signal.SIGKILL)
            assert until(lambda: lock.read_text().split()[:1] not in ([], [worker]))
        finally:
            assert keepwell("--home", home, "stop").strip() == "Stopped."
        assert until(lambda: not processes_of(home))
        assert keepwell("--home", home, "stop").strip() == "Nothing was running."


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="looks at processes as Linux shows them")
def test_a_site_ends_cleanly_with_ctrl_c_and_whole_when_it_is_killed(tmp_path: Path) -> None:
    home = tmp_path / "home"
    make_book(home)
    with of_its_own():
        for how in (signal.SIGINT, signal.SIGKILL):
            port = free_port()
            order = [sys.executable, "-m", "keepwell.cli", "--home", str(home), "serve", "--port", str(port)]
            with subprocess.Popen(order, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as site:
                try:
                    assert until(lambda port=port: answers(port))
                    for _each in range(4):  # what began the site has read the book, and so does what answers
                        assert "keepwell_book_up 1" in metrics(port)
                    site.send_signal(how)
                    site.wait(60)
                finally:
                    site.kill()
                assert until(lambda: not processes_of(home))
                assert site.stdout is not None
                said = site.stdout.read()
            assert "Traceback" not in said
            assert "nanobind" not in said
            assert site.returncode == (0 if how == signal.SIGINT else -9)


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="looks at processes as Linux shows them")
def test_a_worker_by_itself_reads_the_book_and_ends_with_all_it_began(tmp_path: Path) -> None:
    home = tmp_path / "home"
    make_book(home)
    asked = f"running.prepare(); from django_q.tasks import async_task; async_task('{READS}')"
    done = (
        f"from django_q.models import Task; print(Task.objects.filter(func='{READS}', success=True).count())"
    )
    with of_its_own():
        run(home, READY + asked)
        order = [sys.executable, "-m", "keepwell.cli", "--home", str(home), "worker"]
        with subprocess.Popen(order, start_new_session=True) as worker:
            try:
                assert until(lambda: run(home, READY + done).strip() == "1")
                for _each in range(2):
                    os.killpg(worker.pid, signal.SIGTERM)  # as who looks after services tells all of one
                assert worker.wait(60) == 0
            finally:
                worker.kill()
        assert until(lambda: not processes_of(home))


def test_a_port_in_use_and_a_home_that_is_none_are_said_so(tmp_path: Path) -> None:
    with of_its_own(), socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        (tmp_path / "home").mkdir()
        said = keepwell("--home", tmp_path / "home", "serve", "--port", port, fails=2)
        assert f"Port {port} of 127.0.0.1 cannot be listened on." in said
        assert "There is no folder" in keepwell("--home", tmp_path / "nowhere", "serve", fails=4)
        assert not (tmp_path / "nowhere").exists()
        (tmp_path / "file").write_text("")
        assert "There is no folder" in keepwell("--home", tmp_path / "file", "night", fails=4)


def test_whoever_computes_and_then_opens_the_office_ends_in_silence(tmp_path: Path) -> None:
    computed = """
import duckdb
found = duckdb.connect().sql("SELECT 1 AS a, 'x' AS b")
found.fetchall(), found.types
"""
    with of_its_own():
        assert run(tmp_path, computed + READY + "sys.exit(3)", code=3) == ""  # what it says of errors
