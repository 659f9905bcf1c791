"""`keepwell conversations add|list|transcribe|index`: bring in what customers said, transcribe it, find it."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from keepwell.cli.helping import examples
from keepwell.cli.out import Answer, Column, Sheet
from keepwell.cli.progress import working
from keepwell.cli.session import session_of
from keepwell.lib.errors import BadInput, KeepwellError
from keepwell.lib.text import gettext as _

if TYPE_CHECKING:
    from keepwell.conversations.models import Incoming

KINDS = ("call", "meeting", "mail", "chat", "ticket", "survey")


def add_to(app: typer.Typer) -> None:
    """Add `keepwell conversations` and its subcommands."""
    group = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
    group.command(
        "add",
        help=_("Bring in recordings, transcripts and mail: files, an mbox, a Maildir or a folder of them."),
        epilog=examples(
            "keepwell conversations add calls/*.wav --language hu --account A-17",
            "keepwell conversations add support.mbox",
            'keepwell conversations add meeting.vtt --kind meeting --ours "Ann Smith"',
        ),
    )(add)
    group.command(
        "list",
        help=_("List conversations, the latest first."),
        epilog=examples(
            "keepwell conversations list",
            "keepwell --format csv conversations list --state waiting --limit 1000",
        ),
    )(list_)
    group.command(
        "transcribe",
        help=_(
            "Transcribe the recordings that wait, at the lowest priority. Any number may run side by side; what is "
            "interrupted goes on where it was."
        ),
        epilog=examples(
            "keepwell conversations transcribe --model ~/models/whisper-base",
            "KEEPWELL_SPEECH_MODEL=~/models/whisper-base keepwell conversations transcribe --stay",
        ),
    )(transcribe)
    group.command(
        "index",
        help=_("Put into the search what is not in it, and leave nothing of what was deleted in its file."),
        epilog=examples("keepwell conversations index", "keepwell conversations index --anew"),
    )(index_)
    app.add_typer(group, name="conversations", help=_("Bring in, list and transcribe what customers said."))


def add(
    context: typer.Context,
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help=_("Files or folders."))],
    *,
    account: Annotated[str, typer.Option("--account", help=_("Whose it is, where that is known."))] = "",
    kind: Annotated[
        str, typer.Option("--kind", help=_("What it is: {kinds}.").format(kinds=", ".join(KINDS)))
    ] = "call",
    language: Annotated[
        str, typer.Option("--language", metavar="CODE", help=_("The language spoken: en, zh, hu, pl."))
    ] = "",
    ours: Annotated[
        str,
        typer.Option("--ours", help=_("Our speakers by name, comma between; of two channels ours: 0 or 1.")),
    ] = "",
) -> None:
    """Read everything now, and say what became of each file."""
    from keepwell.site import running

    session = session_of(context)
    running.ready(session.place)
    running.prepare()
    said = {"account": _known(account), "kind": _kind(kind), "language": language, "ours": ours}
    found = [_brought(file, {name: value for name, value in said.items() if value}) for file in _all(files)]
    columns = [
        Column("file", _("File")),
        Column("state", _("State")),
        Column("conversation", _("Conversation"), number=True),
        Column("account", _("Account")),
        Column("remark", _("Remark")),
    ]
    rows = [_row(one) for one in found]
    data = {"files": [dict(zip((column.name for column in columns), row, strict=True)) for row in rows]}
    session.show(Answer(data, [Sheet(columns, rows)], csv=Sheet(columns, rows)))
    if any(one.doing == "transcribing" for one in found):
        session.say([_("Recordings wait for their transcript: keepwell conversations transcribe")])


def _known(account: str) -> str:
    from keepwell.accounts.models import Account

    if account and not Account.objects.filter(pk=account, gone=False).exists():
        raise BadInput(
            _("There is no account {account}.").format(account=account),
            ways=[
                _("Use the id that the book has. New ones are known from the next night on: keepwell night")
            ],
        )
    return account


def _kind(kind: str) -> str:
    if kind not in KINDS:
        raise KeepwellError(_("There is no kind “{kind}”.").format(kind=kind), ways=[", ".join(KINDS)])
    return kind


def _all(files: list[Path]) -> Iterator[Path]:
    """Files, and what lies in folders; of a Maildir every mail."""
    from keepwell.conversations.arriving.kinds import READ

    for file in files:
        if file.is_dir():
            inside = sorted(one for one in file.rglob("*") if one.is_file() and not one.name.startswith("."))
            yield from (
                one for one in inside if one.suffix.lower() in READ or one.parent.name in ("cur", "new")
            )
        elif file.is_file():
            yield file
        else:
            raise BadInput(_("“{name}” is not there.").format(name=file))


def _brought(file: Path, said: dict[str, Any]) -> "Incoming":
    from datetime import UTC, datetime

    from keepwell.conversations.actions.receiving import PIECE, receive
    from keepwell.conversations.arriving.kinds import READ
    from keepwell.conversations.jobs import read_in

    name = file.name if file.suffix.lower() in READ or file.parent.name not in ("cur", "new") else "mail.eml"
    with file.open("rb") as opened:
        one = receive(
            chunks=iter(lambda: opened.read(PIECE), b""),
            name=name,
            source="upload",
            now=datetime.now(UTC),
            said=said,
            ask=False,
        )
    if not one.wrong:
        read_in(one.pk)
        one.refresh_from_db()
    return one


def _row(one: "Incoming") -> list[Any]:
    found = one.conversation
    if found is None:
        return [one.name, str(one.get_state_display()), None, "", one.wrong_said]
    return [
        one.name,
        str(found.get_state_display()),
        found.pk,
        str(found.account or found.get_match_display()),
        found.remark_said,
    ]


def list_(
    context: typer.Context,
    *,
    account: Annotated[str, typer.Option("--account", help=_("Only this account's."))] = "",
    state: Annotated[str, typer.Option("--state", help=_("Only in this state: ready, waiting…"))] = "",
    limit: Annotated[int, typer.Option("--limit", min=1, help=_("How many at most."))] = 20,
) -> None:
    """One a line."""
    from keepwell.site import running

    session = session_of(context)
    running.ready(session.place)
    running.prepare()
    from keepwell.conversations.models import Conversation

    rows = Conversation.objects.select_related("account").order_by("-at", "-pk")
    rows = rows.filter(account=account) if account else rows
    rows = rows.filter(state=state) if state else rows
    columns = [
        Column("conversation", _("Conversation"), number=True),
        Column("at", _("When (UTC)")),
        Column("kind", _("Kind")),
        Column("account", _("Account")),
        Column("title", _("Title")),
        Column("state", _("State")),
        Column("remark", _("Remark")),
    ]
    lines = [
        [
            one.pk,
            f"{one.at:%Y-%m-%d %H:%M}",
            str(one.get_kind_display()),
            str(one.account or one.get_match_display()),
            one.title,
            str(one.get_state_display()),
            one.remark_said,
        ]
        for one in rows[:limit]
    ]
    data = {
        "conversations": [dict(zip((column.name for column in columns), line, strict=True)) for line in lines]
    }
    session.show(Answer(data, [Sheet(columns, lines)], csv=Sheet(columns, lines)))


def transcribe(
    context: typer.Context,
    *,
    model: Annotated[
        Path | None,
        typer.Option(
            "--model", envvar="KEEPWELL_SPEECH_MODEL", help=_("The folder of a faster-whisper model.")
        ),
    ] = None,
    stay: Annotated[bool, typer.Option("--stay", help=_("Wait for what comes next, until stopped."))] = False,
    threads: Annotated[int, typer.Option("--threads", min=1, help=_("Threads that the model uses."))] = 1,
) -> None:
    """Every file, with how much slower or faster than its sound it was."""
    from keepwell.site import running

    session = session_of(context)
    running.ready(session.place)
    from keepwell.conversations.actions.transcribing import be_modest, elsewhere, model_folder, work

    if not running.end_with_parent():
        running.prepare()
    folder = model or model_folder()
    if folder is None:
        raise KeepwellError(
            _("No speech model is named."),
            ways=[
                _("Fetch one: keepwell speech download base"),
                _("Name the folder of a faster-whisper model: --model FOLDER"),
                _("Install what listens, where that is missing: pip install 'keepwell[speech]'"),
            ],
        )
    from keepwell.listening.transcribing import Whisper

    be_modest()
    ear, count = Whisper(folder.expanduser(), threads=threads), 0
    with working(_("Transcribing")) as report:
        for done in work(ear=ear, stay=stay, watch=lambda one, at, of: report(at, of, one.name)):
            count += 1
            if done.wrong:
                typer.echo(f"{done.one.name}: {done.wrong}")
            elif done.real_time is None:
                typer.echo(_("{name}: nothing to hear anew").format(name=done.one.name))
            else:
                typer.echo(
                    _("{name}: {factor:.2f} of real time").format(name=done.one.name, factor=done.real_time)
                )
    if not count and elsewhere(now=datetime.now(UTC)):
        typer.echo(
            _(
                "Another process is transcribing; should it have died, its recording can be taken up in a minute."
            )
        )
    elif not count:
        typer.echo(_("Nothing waits to be transcribed."))


def index_(
    context: typer.Context,
    *,
    anew: Annotated[bool, typer.Option("--anew", help=_("Make the whole index anew."))] = False,
) -> None:
    """How many conversations were indexed."""
    from keepwell.site import running

    running.ready(session_of(context).place)
    running.prepare()
    from keepwell.conversations import index
    from keepwell.conversations.index import meanings
    from keepwell.listening import meaning

    with working(_("Indexing")):
        count = index.renew(now=datetime.now(UTC), anew=anew)
        index.tidy()
    typer.echo(_("{n} conversations indexed.").format(n=count))
    if not meaning.here():
        typer.echo(_("To search by meaning too: pip install 'keepwell[meaning]'"))
        return
    if anew:
        meanings.anew(meaning.mark())
    with working(_("Reading for meaning")) as report:
        read = meanings.read(tell=report)
    typer.echo(_("{n} conversations read for their meaning.").format(n=read.conversations))
    if read.waiting:
        typer.echo(_("{n} more are being read by the office's worker.").format(n=read.waiting))
