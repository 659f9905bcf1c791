"""Where the files of a book lie: a folder, or a place in an object store."""

import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlparse

import obstore
import pyarrow.fs as pafs
from obstore.exceptions import AlreadyExistsError, BaseError, PreconditionError
from obstore.exceptions import NotFoundError as ObjectNotFound
from obstore.store import LocalStore, ObjectStore, from_url

from keepwell.lib.errors import BadBook
from keepwell.lib.text import gettext as _

_FULL = ("no space left", "file too large", "disk quota", "failed to offload data block")


@dataclass(frozen=True)
class Entry:
    """A file of the book: its path below the home, its bytes, when it was last written."""

    path: str
    size: int
    modified: datetime


class Store:
    """The files below one home, local or remote; paths are relative to it, with forward slashes.

    A remote home is an object-store URL such as s3://bucket/book; how to reach it is taken from the usual
    environment variables (AWS_ENDPOINT_URL, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION).
    """

    def __init__(self, home: str | Path) -> None:
        text = str(home)
        self.remote = "://" in text and not text.startswith("file://")
        self.home = text.rstrip("/") if self.remote else str(Path(text.removeprefix("file://")).absolute())
        self.local = None if self.remote else Path(self.home)

    @cached_property
    def options(self) -> dict[str, str]:
        """How to reach a remote home, as object stores are told."""
        if not self.remote:
            return {}
        names = ("ENDPOINT_URL", "ACCESS_KEY_ID", "SECRET_ACCESS_KEY", "SESSION_TOKEN", "REGION")
        options = {f"aws_{n.lower()}": os.environ[f"AWS_{n}"] for n in names if os.environ.get(f"AWS_{n}")}
        options.setdefault("aws_region", os.environ.get("AWS_DEFAULT_REGION", "us-east-1"))
        if options.get("aws_endpoint_url", "").startswith("http://"):
            options["allow_http"] = "true"
        return options

    @cached_property
    def objects(self) -> ObjectStore:
        """The bytes, by path."""
        if not self.remote:
            return LocalStore(prefix=self.home)
        options = {k: v for k, v in self.options.items() if k != "allow_http"}
        http = {"allow_http": True} if "allow_http" in self.options else {}
        place: Any = from_url  # typed for literal keys of one kind of store only
        store: ObjectStore = place(self.home, config=options, client_options=http)
        return store

    @cached_property
    def arrow_files(self) -> pafs.FileSystem:
        """The same place as Arrow reads it; paths there are what `uri` gives."""
        if not self.remote:
            return pafs.LocalFileSystem()
        if not self.home.startswith("s3://"):
            found, _path = pafs.FileSystem.from_uri(self.home)
            return found
        options = self.options
        endpoint = options.get("aws_endpoint_url")
        return pafs.S3FileSystem(
            access_key=options.get("aws_access_key_id"),
            secret_key=options.get("aws_secret_access_key"),
            session_token=options.get("aws_session_token"),
            region=options["aws_region"],
            endpoint_override=urlparse(endpoint).netloc if endpoint else None,
            scheme="http" if "allow_http" in options else "https",
        )

    def uri(self, path: str) -> str:
        """The whole address of a file: a path, or a URL."""
        return f"{self.home}/{path}"

    def arrow_path(self, path: str) -> str:
        """A file as `arrow_files` names it."""
        return self.uri(path).split("://", 1)[-1] if self.remote else self.uri(path)

    def read(self, path: str) -> bytes | None:
        """All bytes of a small file, or None where there is none."""
        with telling(self.home):
            try:
                return bytes(obstore.get(self.objects, path).bytes())
            except (ObjectNotFound, FileNotFoundError):
                return None

    def create(self, path: str, content: bytes) -> bool:
        """Write a file that must not exist yet; whether it was ours to write.

        This is the one step on which all-or-nothing rests: of several who try, exactly one succeeds.
        """
        with telling(self.home):
            try:
                obstore.put(self.objects, path, content, mode="create", use_multipart=False)
            except (AlreadyExistsError, FileExistsError):
                return False
            return True

    def tag(self, path: str) -> str | None:
        """What changes whenever a remote file is written; None where there is none."""
        with telling(self.home):
            try:
                return obstore.head(self.objects, path)["e_tag"]
            except (ObjectNotFound, FileNotFoundError):
                return None

    def replace(self, path: str, content: bytes, tag: str | None) -> bool:
        """Write over a remote file that must still be the one with that tag; whether it was."""
        with telling(self.home):
            try:
                obstore.put(self.objects, path, content, mode={"e_tag": tag}, use_multipart=False)
            except PreconditionError:
                return False
            return True

    def list(self, folder: str) -> Iterator[Entry]:
        """Every file below a folder, however deep, debris of interrupted writes included."""
        if self.local is not None:
            root = self.local / folder
            for path in sorted(root.rglob("*")) if root.is_dir() else ():
                if path.is_file():
                    stat = path.stat()
                    at = datetime.fromtimestamp(stat.st_mtime).astimezone()
                    yield Entry(path.relative_to(self.local).as_posix(), stat.st_size, at)
            return
        with telling(self.home):
            for batch in obstore.list(self.objects, prefix=folder):
                for found in batch:
                    yield Entry(found["path"], found["size"], found["last_modified"])

    def names(self, folder: str) -> Iterator[str]:
        """The names of the files right in a folder, which a folder of this machine tells without looking at each."""
        if self.local is None:
            yield from (entry.path.removeprefix(f"{folder}/") for entry in self.list(folder))
            return
        with suppress(FileNotFoundError, NotADirectoryError), os.scandir(self.local / folder) as there:
            yield from (entry.name for entry in there if entry.is_file())

    def delete(self, paths: Iterable[str]) -> None:
        """Remove files for good; one that is gone already is no error."""
        with telling(self.home):
            for path in paths:
                if self.local is not None:
                    (self.local / path).unlink(missing_ok=True)
                else:
                    obstore.delete(self.objects, path)

    def fetch(self, path: str, target: Path) -> None:
        """Copy a remote file here."""
        target.parent.mkdir(parents=True, exist_ok=True)
        partial = target.with_suffix(".partial")
        with telling(self.home), partial.open("wb") as out:
            for chunk in obstore.get(self.objects, path).stream(min_chunk_size=8 * 2**20):
                out.write(chunk)
        partial.rename(target)

    def send(self, source: Path, path: str) -> None:
        """Copy a file of ours to the remote home."""
        with telling(self.home):
            obstore.put(self.objects, path, source)


@contextmanager
def telling(home: str) -> Iterator[None]:
    """Turn what goes wrong with files into words a person can act on."""
    try:
        yield
    except (OSError, BaseError) as error:
        raise bad_book(home, error) from error


def bad_book(home: str, error: Exception) -> BadBook:
    """What went wrong with the files of a book, said so that a person can act on it."""
    if full := full_disk(home, error):
        return full
    seen, words = _seen(error), str(error).lower()
    if isinstance(error, PermissionError) or "permission denied" in words or "read-only file" in words:
        return BadBook(
            _("The book at {home} cannot be written or read by this user.").format(home=home),
            seen=seen,
            ways=[_("Change the folder's permissions, or choose another with --home.")],
        )
    ways = [_("Check that its disk is connected, and the path given with --home or KEEPWELL_HOME.")]
    if "://" in home:
        ways = [
            _("Check the address, the name of the bucket, and the network."),
            _(
                "Say how to reach it: AWS_ENDPOINT_URL, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_REGION."
            ),
        ]
    return BadBook(_("The book at {home} cannot be reached.").format(home=home), seen=seen, ways=ways)


def full_disk(home: str, error: Exception) -> BadBook | None:
    """What to say where a disk is full, whoever found it so; None where that is not what went wrong."""
    if not any(words in str(error).lower() for words in _FULL):
        return None
    # What is computed with lies among the temporary files, which may be on another disk than the book.
    temporary = tempfile.gettempdir()
    where = temporary if temporary in str(error) and home not in str(error) else home
    way = _("Free some space on the disk of {home} and try again; the book is as before.").format(home=where)
    return BadBook(_("The disk is full."), seen=_seen(error), ways=[way])


def _seen(error: Exception) -> str:
    return str(error).splitlines()[0] if str(error) else type(error).__name__
