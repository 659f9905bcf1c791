"""`python -m bench.listening`: how fast turns are analysed and a thousand rules are heard, beside Aho-Corasick.

Real texts of ../shared/data (KEEPWELL_SHARED_DATA) are read where they are and never copied. Rules are pairs of the
2,000 commonest words of the text, drawn with seed 7: nearly every turn shares words with many of them. Speeds are
of one core, bytes of UTF-8 by seconds of processor time, the best of five turns taken in alternation.
"""

import argparse
import collections
import csv
import json
import os
import random
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from time import process_time

from bench.measured import ROOT
from keepwell.lib.errors import KeepwellError
from keepwell.listening.matching.hearing import Ears
from keepwell.listening.matching.phrases import patterns_of

DATA = Path(os.environ.get("KEEPWELL_SHARED_DATA", ROOT.parent / "shared" / "data"))
PAGE = ROOT / "docs" / "benchmarks-listening.md"
RULES, COMMONEST, AT_ONCE = 1000, 2000, 4000


def _english() -> list[str]:
    paths = [DATA / "en_banking77" / f"{name}.csv" for name in ("train", "test")]
    return [row["text"] for path in paths for row in csv.DictReader(path.read_text("utf-8").splitlines())]


def _chinese() -> list[str]:
    with zipfile.ZipFile(DATA / "zh_crosswoz_dialogues" / "test.json.zip") as file:
        talks = json.loads(file.read("test.json"))
    return [message["content"] for talk in talks.values() for message in talk["messages"]]


def _hungarian() -> list[str]:
    found = []
    for name in ("train", "dev"):
        data = json.loads((DATA / "hu_husst" / f"sst_{name}.json").read_text("utf-8"))
        for row in data if isinstance(data, list) else data["data"]:
            found += [value for value in row.values() if isinstance(value, str) and len(value) > 20][:1]
    return found


CORPORA = {
    "en": ("banking77, questions of bank customers", _english),
    "zh": ("CrossWOZ, dialogues", _chinese),
    "hu": ("HuSST, film sentences", _hungarian),
}


@dataclass
class Speeds:
    """The best speed of each step, in MB a second; and how much was found."""

    steps: dict[str, float] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)

    def take(self, step: str, size: int, work: Callable[[], int]) -> None:
        """Do a step once and keep its speed where it is the best so far."""
        before = process_time()
        self.counts[step] = work()
        self.steps[step] = max(self.steps.get(step, 0.0), size / max(process_time() - before, 1e-9) / 1e6)


def measured(code: str, texts: list[str], turns: int = 5) -> Speeds:
    """Analyse, find, hear and scan the texts of a language in alternation."""
    import ahocorasick_rs

    phrases = _phrases(code, texts)
    ears = Ears(code, phrases)
    size = sum(len(text.encode()) for text in texts)
    parts = [texts[k : k + AT_ONCE] for k in range(0, len(texts), AT_ONCE)]
    batches = [ears.analyse(part) for part in parts]
    plain, lower = ahocorasick_rs.AhoCorasick(phrases), [text.lower() for text in texts]
    few = Ears(code, phrases[:1])
    few.analyse(texts)
    strange = Ears(code, [phrases[0], *(_unseen(code, k) for k in range(RULES))])
    strange.analyse(texts)
    speeds = Speeds(counts={"bytes": size, "texts": len(texts), "rules": len(phrases)})
    for _turn in range(turns):
        speeds.take("analyse", size, lambda: sum(len(ears.analyse(part).ids) for part in parts))
        speeds.take("find", size, lambda: sum(len(ears.finder.find(batch)) for batch in batches))
        speeds.take("hear", size, lambda: sum(len(ears.sift(batch)) for batch in batches))
        speeds.take("scan", size, lambda: sum(len(plain.find_matches_as_indexes(text)) for text in lower))
        speeds.take("one rule", size, lambda: sum(len(few.sift(few.analyse(part))) for part in parts))
        speeds.take(
            "and 1,000 strange", size, lambda: sum(len(strange.sift(strange.analyse(part))) for part in parts)
        )
    return speeds


def _phrases(code: str, texts: list[str]) -> list[str]:
    if code == "zh":
        pairs = (text[k : k + 2] for text in texts for k in range(len(text) - 1))
        words = collections.Counter(pair for pair in pairs if re.fullmatch("[\u4e00-\u9fff]{2}", pair))
    else:
        words = collections.Counter(word for text in texts for word in re.findall(r"[^\W\d_]+", text.lower()))
    common = [word for word, _count in words.most_common(COMMONEST)]
    dice, lexicon, found = random.Random(7), Ears(code, []).lexicon, []  # noqa: S311 - a draw that can be repeated
    while len(found) < RULES:
        phrase = ("" if code == "zh" else " ").join(dice.sample(common, 2))
        try:
            patterns_of(phrase, lexicon)
        except KeepwellError:  # two words that say nothing by themselves, such as "of the"
            continue
        found.append(phrase)
    return found


def _unseen(code: str, k: int) -> str:
    """A phrase of which no text holds a word."""
    if code == "zh":
        return chr(0x3400 + k) + chr(0x3400 + k + 1000)
    return f"qx{k}wz vj{k}kq"


_HEAD = """# How fast rules are heard

Made by `python -m bench.listening` on one core. Rules are pairs of the 2,000 commonest words of the very text, drawn
with seed 7, so nearly every turn shares words with many of them; a real company's rules share words with few turns.
Speeds are bytes of UTF-8 by processor time, the best of five runs in alternation.

| text | MB | rules | analyse, MB/s | find, MB/s | and read denials | heard | Aho-Corasick, MB/s | its finds |
|---|---:|---:|---:|---:|---:|---:|---:|---:|
"""
_TAIL = """
*Find* tells which words stand near one another within a clause, in any inflection and order (of phrases with a denial
in them only in sentences that deny something); *and read denials* tells of each, too, if it is denied, which costs
most where a text denies much and where hits are dense. Aho-Corasick (ahocorasick_rs) finds phrases as they are
written, side by side: it knows no inflection, order, gap or denial, and finds accordingly little.

Rules that share no word with a turn cost it nothing: analysing and hearing together, with one rule, and with a
thousand more of which the text holds no word:

| text | one rule, MB/s | and 1,000 strange ones, MB/s |
|---|---:|---:|
"""


def page(found: dict[str, Speeds]) -> str:
    """The figures as a page."""
    rows = []
    for code, one in found.items():
        counts, name = one.counts, CORPORA[code][0]
        speeds = [f"{one.steps[step]:.1f}" for step in ("analyse", "find", "hear", "scan")]
        cells = [f"{code}: {name}", f"{counts['bytes'] / 1e6:.2f}", f"{counts['rules']:,}", *speeds[:3]]
        cells += [f"{counts['hear']:,}", speeds[3], f"{counts['scan']:,}"]
        rows.append(f"| {' | '.join(cells)} |\n")
    strange = [
        f"| {code} | {one.steps['one rule']:.1f} | {one.steps['and 1,000 strange']:.1f} |\n"
        for code, one in found.items()
    ]
    return _HEAD + "".join(rows) + _TAIL + "".join(strange)


def main() -> int:
    """Measure the languages of which there are texts, and write the page."""
    parser = argparse.ArgumentParser(prog="python -m bench.listening", description=main.__doc__)
    parser.add_argument("--page", type=Path, default=PAGE)
    asked = parser.parse_args()
    found = {}
    for code, (_name, texts) in CORPORA.items():
        try:
            found[code] = measured(code, texts())
        except FileNotFoundError as error:
            print(f"Left out: {code}, for {error.filename} is not there.")  # noqa: T201 - a benchmark talks
    if not found:
        return 1
    asked.page.write_text(page(found), "utf-8")
    print(page(found))  # noqa: T201 - a benchmark talks
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
