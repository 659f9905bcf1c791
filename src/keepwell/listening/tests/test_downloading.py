"""A model fetched from a hub that really answers: whole, the right one, from where it broke off, or not at all."""

import hashlib
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from keepwell.lib.errors import BadInput, KeepwellError
from keepwell.listening.downloading import MODELS, Model, download, model_named, whole
from keepwell.listening.tests.speech_model import SHA256, model

REVISION = "0123456789abcdef0123456789abcdef01234567"


class Hub:
    """The files of one model at one revision, served as the hub serves them.

    `breaks`: bytes after which it hangs up; with `dies` it answers nothing but hanging up from then on.
    """

    def __init__(self, folder: Path) -> None:
        self.folder, self.breaks, self.dies, self.dead = folder, 0, False, False
        self.asked: list[tuple[str, str]] = []

    @contextmanager
    def served(self) -> Iterator[str]:
        hub = self

        class Answers(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                file = hub.folder / self.path.rpartition("/")[2]
                hub.asked.append((self.path, self.headers.get("Range", "")))
                if hub.dead and file.name == "model.bin":
                    self.close_connection = True
                    return
                if f"/resolve/{REVISION}/" not in self.path or not file.is_file():
                    self.send_response(404)
                    self.send_header("Content-Length", "0")
                    self.end_headers()
                    return
                said = file.read_bytes()
                begin = int((re.match(r"bytes=(\d+)-", self.headers.get("Range", "")) or ["", "0"])[1])
                self.send_response(206 if begin else 200)
                if begin:
                    self.send_header("Content-Range", f"bytes {begin}-{len(said) - 1}/{len(said)}")
                self.send_header("Content-Length", str(len(said) - begin))
                self.send_header("Accept-Ranges", "bytes")
                self.end_headers()
                if hub.breaks and len(said) - begin > hub.breaks:
                    self.wfile.write(said[begin : begin + hub.breaks])
                    self.close_connection = True
                    hub.dead = hub.dies
                else:
                    self.wfile.write(said[begin:])

            def log_message(self, *_said: Any) -> None:
                """Tests are quiet."""

        server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            server.server_close()
            thread.join()


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """A hub with a model of a few bytes."""
    folder = tmp_path / "published"
    folder.mkdir()
    for name in MODELS["base"].others:
        (folder / name).write_text(json.dumps({"file": name}))
    (folder / "model.bin").write_bytes(bytes(range(256)) * 4000)
    one = Hub(folder)
    with one.served() as address:
        monkeypatch.setenv("HF_ENDPOINT", address)
        yield one


def of(folder: Path) -> Model:
    """The model that lies in a folder, as it would be known here."""
    said = (folder / "model.bin").read_bytes()
    others = tuple(sorted(one.name for one in folder.iterdir() if one.name != "model.bin"))
    return Model("tests", "tests/whisper", REVISION, len(said), hashlib.sha256(said).hexdigest(), others)


def test_a_model_comes_whole_and_asks_for_nothing_the_second_time(hub: Hub, tmp_path: Path) -> None:
    one, to = of(hub.folder), tmp_path / "models" / "tests"
    assert download(one, to) == to
    assert {file.name: file.read_bytes() for file in to.iterdir()} == {
        file.name: file.read_bytes() for file in hub.folder.iterdir()
    }
    assert all(f"/{one.at}/resolve/{REVISION}/" in path for path, _range in hub.asked)
    hub.asked.clear()
    assert whole(one, to)
    assert download(one, to) == to
    assert hub.asked == []


def test_what_was_broken_off_goes_on_where_it_was(hub: Hub, tmp_path: Path) -> None:
    one, to = of(hub.folder), tmp_path / "to"
    hub.breaks, hub.dies = 300_000, True
    with pytest.raises(KeepwellError, match="broke off") as wrong:
        download(one, to)
    assert "it goes on where it was" in wrong.value.ways[0]
    assert not (to / "model.bin").exists()
    hub.asked, hub.breaks, hub.dead = [], 0, False
    assert whole(one, download(one, to))
    assert [asked for path, asked in hub.asked if path.endswith("model.bin")] == ["bytes=300000-"]


def test_a_connection_that_breaks_again_and_again_is_taken_up_as_long_as_something_comes(
    hub: Hub, tmp_path: Path
) -> None:
    one, hub.breaks = of(hub.folder), 300_000
    assert whole(one, download(one, tmp_path / "to"))
    assert len([path for path, _range in hub.asked if path.endswith("model.bin")]) == 4


def test_other_bytes_than_those_published_are_not_kept(hub: Hub, tmp_path: Path) -> None:
    one = of(hub.folder)
    (hub.folder / "model.bin").write_bytes(b"x" * one.bytes)
    with pytest.raises(KeepwellError, match="is not the model") as wrong:
        download(one, tmp_path / "to")
    assert "its bytes are others" in str(wrong.value.seen)
    assert not (tmp_path / "to" / "model.bin").exists()


def test_a_model_that_the_hub_has_not_says_so(hub: Hub, tmp_path: Path) -> None:
    with pytest.raises(KeepwellError, match="does not give the model") as wrong:
        download(replace(of(hub.folder), revision="f" * 40), tmp_path / "to")
    assert "404" in str(wrong.value.seen)


def test_without_the_net_it_says_so_and_what_can_be_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")  # where nothing listens
    with pytest.raises(KeepwellError, match="cannot be reached") as wrong:
        download(MODELS["tiny"], tmp_path / "to")
    assert any("copy the folder here" in way for way in wrong.value.ways)


def test_a_name_that_is_none_is_answered_with_near_ones() -> None:
    with pytest.raises(BadInput, match="no speech model") as wrong:
        model_named("smal")
    assert wrong.value.ways[0] == "small"


@pytest.mark.slow
def test_a_real_model_that_was_fetched_listens(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    np = pytest.importorskip("numpy")
    pytest.importorskip("faster_whisper")
    from keepwell.listening.transcribing import Whisper

    one = of(model())
    assert one.sha256 == SHA256
    with Hub(model()).served() as address:
        monkeypatch.setenv("HF_ENDPOINT", address)
        folder = download(one, tmp_path / "to")
    assert Whisper(folder).language(np.zeros(16_000, dtype=np.float32), ["en", "hu"]) in ("en", "hu")
