"""Speech models fetched once from where they are published: one revision each, known by its bytes.

Nothing is fetched unless somebody calls `download`; whatever listens takes a model from a folder. What is broken off
goes on where it was, and a folder holds the model's large file only once that is whole and the right one. The hub's
own library would do neither: it begins anew, and takes the bytes as they come.
"""

import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPException, HTTPResponse
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from keepwell.lib.errors import BadInput, KeepwellError
from keepwell.lib.text import gettext as _
from keepwell.lib.text import near
from keepwell.listening.transcribing import check_model

WEIGHTS = "model.bin"
_SMALL = ("config.json", "tokenizer.json", "vocabulary.txt")
_LARGE = ("config.json", "tokenizer.json", "vocabulary.json", "preprocessor_config.json")
_PIECE, _MOST = 1 << 20, 64 << 20  # bytes read at once; of a small file at most
_PATIENCE = 30  # seconds without a byte
Tell = Callable[[int, int], object]


@dataclass(frozen=True)
class Model:
    """A published model: where it is, which revision, and what its large file is known by."""

    name: str
    at: str
    revision: str
    bytes: int
    sha256: str
    others: tuple[str, ...] = _SMALL


MODELS = {
    one.name: one
    for one in (
        Model(
            "tiny",
            "Systran/faster-whisper-tiny",
            "d90ca5fe260221311c53c58e660288d3deb8d356",
            75_538_270,
            "dcb76c6586fc06cbdac6dd21f14cfd129cc4cdd9dce19bf4ffa62e59cbe6e6d1",
        ),
        Model(
            "base",
            "Systran/faster-whisper-base",
            "ebe41f70d5b6dfa9166e2c581c45c9c0cfc57b66",
            145_217_532,
            "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9",
        ),
        Model(
            "small",
            "Systran/faster-whisper-small",
            "536b0662742c02347bc0e980a01041f333bce120",
            483_546_902,
            "3e305921506d8872816023e4c273e75d2419fb89b24da97b4fe7bce14170d671",
        ),
        Model(
            "medium",
            "Systran/faster-whisper-medium",
            "08e178d48790749d25932bbc082711ddcfdfbc4f",
            1_527_906_378,
            "9b45e1009dcc4ab601eff815b61d80e60ce3fd8c74c1a14f4a282258286b51ae",
        ),
        Model(
            "large-v3",
            "Systran/faster-whisper-large-v3",
            "edaa852ec7e145841d8ffdb056a99866b5f0a478",
            3_087_284_237,
            "69f74147e3334731bc3a76048724833325d2ec74642fb52620eda87352e3d4f1",
            _LARGE,
        ),
    )
}


def model_named(name: str) -> Model:
    """A model that can be fetched. Raises BadInput with those there are."""
    if name not in MODELS:
        raise BadInput(
            _("There is no speech model “{name}”.").format(name=name),
            ways=[*near(name, MODELS), _("There are: {names}.").format(names=", ".join(MODELS))],
        )
    return MODELS[name]


def whole(model: Model, folder: Path) -> bool:
    """Whether a folder holds this very model, every file of it."""
    return all((folder / name).is_file() for name in model.others) and _right(model, folder)


def download(model: Model, to: Path, *, tell: Tell = lambda _done, _of: None) -> Path:
    """Fetch a model into a folder, from where it was broken off; returns the folder.

    No account is used, and nothing is told but the request. Raises KeepwellError where the place cannot be reached,
    does not know the model, gives other bytes, or the folder cannot be written.
    """
    if whole(model, to):
        return to
    part = to / f"{WEIGHTS}.part"
    try:
        to.mkdir(parents=True, exist_ok=True)
        _make_room(model, to)
        for name in model.others:
            (to / name).write_bytes(_small(model, name))
        while _here(part) < model.bytes:
            _go_on(model, part, tell)
        if _digest(part) != model.sha256:
            part.unlink()
            raise KeepwellError(
                _("What came is not the model “{name}”.").format(name=model.name),
                seen=_("its bytes are others than those that were published"),
                ways=[_("Fetch it again. If that stays so, something on the way changes it.")],
            )
        part.replace(to / WEIGHTS)
    except OSError as error:
        raise KeepwellError(
            _("The model cannot be written to {folder}.").format(folder=to),
            seen=error.strerror or type(error).__name__,
            ways=[_("Name a folder that can be written: --to FOLDER")],
        ) from error
    return check_model(to)


def place() -> str:
    """The address that models are fetched from: the hub's, or what HF_ENDPOINT names in its place."""
    return os.environ.get("HF_ENDPOINT", "https://huggingface.co").rstrip("/")


def _make_room(model: Model, to: Path) -> None:
    wanted = (model.bytes - _here(to / f"{WEIGHTS}.part")) * 1.1
    if shutil.disk_usage(to).free < wanted:
        raise KeepwellError(
            _("There is no room for the model in {folder}.").format(folder=to),
            seen=_("{size:,.0f} MB are needed").format(size=wanted / 1e6),
            ways=[_("Name a folder on another disk: --to FOLDER")],
        )


def _small(model: Model, name: str) -> bytes:
    with _asked(model, name) as answer:
        try:
            return bytes(answer.read(_MOST))
        except (OSError, HTTPException) as error:
            raise _unreachable(error) from error


def _go_on(model: Model, part: Path, tell: Tell) -> None:
    """Fetch what is not here yet of the large file. One that breaks off with something new is to be called again."""
    before = _here(part)
    with _asked(model, WEIGHTS, begin=before) as answer:
        if answer.status != HTTPStatus.PARTIAL_CONTENT:  # whoever answers cannot begin in the middle
            before = 0
        with part.open("ab" if before else "wb") as out:
            here, wrong = before, None
            while here < model.bytes:
                try:
                    piece = answer.read(_PIECE)
                except (OSError, HTTPException) as error:
                    piece, wrong = b"", error
                if not piece:
                    break
                here += out.write(piece)
                tell(here, model.bytes)
    if here == before:
        raise _unreachable(wrong or ConnectionError(_("nothing came")))


@contextmanager
def _asked(model: Model, name: str, begin: int = 0) -> Iterator[HTTPResponse]:
    """The answer of the place to a request for a file of a model, from a byte on."""
    headers = {"User-Agent": "keepwell", **({"Range": f"bytes={begin}-"} if begin else {})}
    address = f"{place()}/{model.at}/resolve/{model.revision}/{name}"
    if urlsplit(address).scheme not in ("http", "https"):
        raise _unreachable(ValueError(_("HF_ENDPOINT is no address")))
    try:
        answer = urlopen(Request(address, headers=headers), timeout=_PATIENCE)  # noqa: S310 - its scheme is looked at
    except HTTPError as error:
        raise KeepwellError(
            _("{place} does not give the model “{name}”.").format(place=place(), name=model.name),
            seen=_("{file}: answer {code}").format(file=name, code=error.code),
            ways=[
                _("Copy the folder of a faster-whisper model from another machine: {names}.").format(
                    names=", ".join((*model.others, WEIGHTS))
                )
            ],
        ) from error
    except (OSError, HTTPException) as error:
        raise _unreachable(error) from error
    with answer:
        yield answer


def _unreachable(error: BaseException) -> KeepwellError:
    return KeepwellError(
        _("{place} cannot be reached, or broke off.").format(place=place()),
        seen=str(getattr(error, "reason", "") or error or type(error).__name__).splitlines()[0][:200],
        ways=[
            _("Try again: it goes on where it was."),
            _("Behind a proxy: set HTTPS_PROXY. From a mirror: set HF_ENDPOINT."),
            _("Without the net: fetch it on another machine, and copy the folder here."),
        ],
    )


def _right(model: Model, folder: Path) -> bool:
    return _here(folder / WEIGHTS) == model.bytes and _digest(folder / WEIGHTS) == model.sha256


def _here(file: Path) -> int:
    return file.stat().st_size if file.is_file() else 0


def _digest(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
