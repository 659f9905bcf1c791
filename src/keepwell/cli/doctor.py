"""`keepwell doctor`: what is missing, for what, and how to get it."""

import importlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import typer

from keepwell.cli.helping import examples
from keepwell.cli.out import Answer, Column, Sheet
from keepwell.cli.session import session_of
from keepwell.lib.errors import KeepwellError
from keepwell.lib.text import gettext as _

OLDEST_PYTHON = (3, 11)
OLDEST_JAVA = 17
LITTLE_SPACE = 1 << 30

# Families with every Chinese glyph; a chart drawn without one shows empty boxes and raises nothing.
CJK_FONTS = re.compile(
    r"cjk|sourcehan|wqy|droidsansfallback|uming|ukai|pingfang|heiti|songti|msyh|simsun|mingliu", re.I
)
FONT_FOLDERS = (
    "/usr/share/fonts",
    "/usr/local/share/fonts",
    "~/.fonts",
    "~/.local/share/fonts",
    "/System/Library/Fonts",
    "/Library/Fonts",
    "~/Library/Fonts",
    "C:/Windows/Fonts",
)

# What the base needs, and what for.
PACKAGES = {
    "pyarrow": _("tables in memory and Parquet files"),
    "narwhals": _("one language for every engine"),
    "deltalake": _("the book's tables"),
    "obstore": _("the book's manifests, in folders and object stores"),
    "python_calamine": _("import of XLSX files"),
    "altair": _("charts"),
    "vl_convert": _("pages and pictures with charts"),
    "sklearn": _("models of leaving"),
    "platformdirs": _("the folder where your data lives by default"),
}


@dataclass(frozen=True)
class Check:
    """One thing looked at: `state` is "ok", "missing" (something is out of reach) or "broken" (all is)."""

    name: str
    needed_for: str
    state: str
    seen: str
    way: str = ""
    exit_code: int = 0


def add_to(app: typer.Typer) -> None:
    """Add `keepwell doctor`."""
    app.command(
        "doctor",
        help=_("Tell what is missing for what on this machine, and how to get it."),
        epilog=examples("keepwell doctor", "keepwell --home ./book --format json doctor"),
    )(doctor)


def doctor(context: typer.Context) -> None:
    """Look at everything and answer; the exit code is 0 when the base works."""
    session = session_of(context)
    checks = list(examine(session.place))
    ok = not any(check.exit_code for check in checks)
    words = {"ok": _("ok"), "missing": _("missing"), "broken": _("broken")}
    sheet = Sheet(
        [
            Column("name", _("What")),
            Column("state", _("State")),
            Column("seen", _("Seen")),
            Column("needed_for", _("Needed for")),
        ],
        [(c.name, words[c.state], c.seen, c.needed_for) for c in checks],
    )
    ways = [f"{c.name}: {c.way}" for c in checks if c.way]
    last = _("The base works.") if ok else _("The base does not work yet: put right what is broken.")
    session.show(
        Answer(
            {"ok": ok, "home": session.place, "checks": [_public(c) for c in checks]},
            [sheet],
            [*([_("How to get what is missing:")] if ways else []), *[f"  → {way}" for way in ways], last],
            csv=Sheet(
                [Column(n) for n in ("name", "state", "seen", "needed_for", "way")],
                [(c.name, c.state, c.seen, c.needed_for, c.way) for c in checks],
            ),
        )
    )
    raise typer.Exit(max((c.exit_code for c in checks), default=0))


def _public(check: Check) -> dict[str, str]:
    return {name: value for name, value in asdict(check).items() if name != "exit_code"}


def examine(home: str) -> Iterator[Check]:
    """Every check, the base first."""
    yield _python()
    for package, use in PACKAGES.items():
        yield _package(package, use)
    yield _duckdb()
    yield from _the_home(home)
    yield _spark()
    yield _java()
    yield _fonts()
    yield _libgomp()
    yield _speech()
    yield _speech_model(home)
    yield Check(
        _("browser"),
        _("reading the pages that --html writes, on any machine; none is needed on this one"),
        "ok",
        _("not looked for"),
    )


def _python() -> Check:
    seen = ".".join(map(str, sys.version_info[:3]))
    good = sys.version_info >= OLDEST_PYTHON
    return Check(
        "Python",
        _("everything"),
        "ok" if good else "broken",
        seen,
        "" if good else _("Install Python 3.11 or newer."),
        0 if good else 1,
    )


def _package(package: str, use: str) -> Check:
    return _tried(
        package, use, lambda: getattr(importlib.import_module(package), "__version__", _("installed"))
    )


def _duckdb() -> Check:
    def compute() -> str:
        import pyarrow as pa

        from keepwell.book.engines import engine_named

        engine = engine_named("duckdb")
        try:
            answer = engine.collect(engine.frame(pa.table({"x": [1, 2, 3]})))
        finally:
            engine.close()
        return _("it computes") if answer.num_rows == 3 else _("it computes wrongly")

    return _tried("DuckDB", _("every figure, on this machine"), compute)


def _tried(name: str, use: str, attempt: Callable[[], str]) -> Check:
    """A check of the base that holds when `attempt` gets through."""
    try:
        return Check(name, use, "ok", str(attempt()))
    except Exception as error:  # whatever keeps it from working is the finding
        way = _("Install Keepwell again with all it needs: pip install keepwell")
        return Check(name, use, "broken", f"{type(error).__name__}: {error}".splitlines()[0], way, 1)


def _the_home(home: str) -> Iterator[Check]:
    if "://" not in home:
        yield _writable(home)
        yield _space(home)
    yield _the_book(home)


def _existing(home: str) -> Path:
    """The folder itself, or the nearest one above it that exists."""
    folder = Path(home).expanduser().absolute()
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return folder


def _writable(home: str) -> Check:
    folder = _existing(home)
    good = folder.is_dir() and os.access(folder, os.W_OK | os.X_OK)
    return Check(
        _("home folder"),
        _("keeping the book"),
        "ok" if good else "broken",
        _("{folder} is writable").format(folder=folder)
        if good
        else _("{folder} is not writable").format(folder=folder),
        ""
        if good
        else _("Choose another with --home DIR, or make it writable: chmod u+rwx {folder}").format(
            folder=folder
        ),
        0 if good else 4,
    )


def _space(home: str) -> Check:
    free = shutil.disk_usage(_existing(home)).free
    good = free >= LITTLE_SPACE
    return Check(
        _("disk space"),
        _("loading data: about three times the size of the files"),
        "ok" if good else "missing",
        _("{size} GB free").format(size=f"{free / 1e9:,.1f}"),
        "" if good else _("Free some space, or choose another disk with --home DIR."),
    )


def _the_book(home: str) -> Check:
    name, use = _("book"), _("any figure")
    if "://" not in home and not (Path(home).expanduser() / "manifests").exists():
        way = _("Make one: keepwell demo, keepwell init, or the first keepwell import.")
        return Check(name, use, "missing", _("none at {home} yet").format(home=home), way)
    try:
        from keepwell.book.book import Book

        book = Book.open(home)
    except KeepwellError as error:
        return Check(name, use, "broken", error.wrong, " ".join(error.ways), error.exit_code)
    except Exception as error:  # a damaged book is a finding, not a fault of the doctor
        seen = f"{type(error).__name__}: {error}".splitlines()[0]
        return Check(name, use, "broken", seen, _("Put back a backup of the folder."), 4)
    zone = book.settings.time_zone
    return Check(name, use, "ok", _("it opens; time zone {zone}").format(zone=zone))


def _spark() -> Check:
    use = _("--engine spark, for books beyond one machine")
    found = importlib.util.find_spec("pyspark") is not None
    if found:
        from importlib.metadata import version

        return Check("Spark", use, "ok", version("pyspark"))
    return Check(
        "Spark", use, "missing", _("not installed"), _("pip install 'keepwell[spark]' (and Java 17)")
    )


def _java() -> Check:
    use = _("--engine spark")
    way = _(
        "Install Java 17 or newer (Debian, Ubuntu: apt-get install openjdk-17-jre-headless)"
        " and set JAVA_HOME if it is not on the path."
    )
    home = os.environ.get("JAVA_HOME")
    java = str(Path(home, "bin", "java")) if home else shutil.which("java")
    if not java or not Path(java).exists():
        return Check("Java", use, "missing", _("not found"), way)
    try:
        said = subprocess.run(  # noqa: S603 - the very java that Spark would start
            [java, "-version"], capture_output=True, text=True, timeout=20, check=False
        ).stderr
    except (OSError, subprocess.TimeoutExpired) as error:
        return Check("Java", use, "missing", str(error), way)
    number = re.search(r'version "(\d+)', said)
    seen = said.splitlines()[0] if said else _("it says nothing")
    good = number is not None and int(number[1]) >= OLDEST_JAVA
    return Check("Java", use, "ok" if good else "missing", seen, "" if good else way)


def _fonts() -> Check:
    use = _("Chinese in charts as PNG or PDF (pages use the reader's own fonts)")
    for folder in FONT_FOLDERS:
        for path in Path(folder).expanduser().rglob("*.[to]t[fc]"):
            if CJK_FONTS.search(path.name):
                return Check(_("Chinese fonts"), use, "ok", path.name)
    return Check(
        _("Chinese fonts"),
        use,
        "missing",
        _("none found"),
        _("Install Noto Sans CJK (Debian, Ubuntu: apt-get install fonts-noto-cjk)."),
    )


def _libgomp() -> Check:
    from ctypes.util import find_library

    use = _("boosted trees; without it risk is learnt by logistic regression")
    found = find_library("gomp") or (find_library("omp") if sys.platform == "darwin" else None)
    if found or sys.platform == "win32":
        return Check("libgomp", use, "ok", found or _("comes with Windows"))
    return Check("libgomp", use, "missing", _("not found"), _("Debian, Ubuntu: apt-get install libgomp1"))


def _speech() -> Check:
    name, use = _("what listens"), _("transcripts of recordings")
    if all(importlib.util.find_spec(module) for module in ("av", "faster_whisper")):
        from importlib.metadata import version

        return Check(name, use, "ok", f"faster-whisper {version('faster-whisper')}")
    return Check(name, use, "missing", _("not installed"), "pip install 'keepwell[speech]'")


def _speech_model(home: str) -> Check:
    name, use = _("speech model"), _("transcripts of recordings")
    folder = _model_folder(home)
    if folder is None:
        return Check(name, use, "missing", _("none"), _("Fetch one: keepwell speech download base"))
    from keepwell.listening.transcribing import check_model

    try:
        return Check(name, use, "ok", str(check_model(folder)))
    except KeepwellError as error:
        return Check(name, use, "missing", f"{error.wrong} {error.seen}", error.ways[0])


def _model_folder(home: str) -> Path | None:
    """Where the office of a home looks for a model; None where it has none."""
    if named := os.environ.get("KEEPWELL_SPEECH_MODEL", ""):
        return Path(named).expanduser()
    if "://" in home and not os.environ.get("KEEPWELL_OFFICE", ""):
        return None
    office = os.environ.get("KEEPWELL_OFFICE", "") or Path(home).expanduser() / "office"
    own = Path(office).expanduser() / "speech-model"
    return own if own.is_dir() else None
