"""`python -m bench.meaning`: how good search by meaning is, on the labelled texts that ship with the rules.

Four questions a theme, two in English and two in Chinese, are asked of the open half of the English and Chinese texts
(`listening/labelled/*.open.jsonl`), which somebody else wrote for the rules. A text is right where it speaks of the
question's theme, denied or not, for meaning does not tell a denial; texts that only look like it ("none" in the
labels) are wrong, and so are those of a theme that is near it (somebody who changes to another supplier is in
"leaving", not in "competitor"). What is counted is how many of the ten nearest texts are right, beside how many of
ten would be that are taken by chance.
"""

import argparse
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import mean
from typing import Any

import numpy as np
from numpy.typing import NDArray

from keepwell.listening import meaning

PAGE = Path(__file__).parents[1] / "docs" / "meaning-figures.md"
LABELLED = Path(__file__).parents[1] / "src" / "keepwell" / "listening" / "labelled"
NEAREST = 10
QUESTIONS = {
    "leaving": (
        "they want to end the contract",
        "we will not renew with you",
        "客户想终止合作",
        "我们不打算续约了",
    ),
    "competitor": (
        "they are switching to another supplier",
        "a competitor made us a better offer",
        "他们要换别的供应商",
        "竞争对手给了更好的条件",
    ),
    "price": (
        "it is too expensive for us",
        "the price has to come down",
        "对我们来说太贵了",
        "价格必须降下来",
    ),
    "complaint": (
        "they are angry about bad service",
        "nobody answers our tickets",
        "他们对服务很不满",
        "没人回复我们的工单",
    ),
    "no results": (
        "it has brought us nothing so far",
        "we see no benefit from it",
        "到现在没有看到任何效果",
        "看不到什么好处",
    ),
    "decision maker gone": (
        "our manager has left the company",
        "the person in charge is somebody else now",
        "我们的负责人离职了",
        "现在换了别人负责",
    ),
    "praise": (
        "we are very happy with your work",
        "thank you, great support",
        "我们对你们的工作非常满意",
        "谢谢，服务非常好",
    ),
}


@dataclass(frozen=True)
class Asked:
    """What a question found: which texts are right, in the order of their likeness, and how like each is."""

    theme: str
    words: str
    language: str
    right: NDArray[np.bool_]
    languages: NDArray[np.str_]
    likeness: NDArray[np.float64]

    def share(self, among: str = "") -> tuple[float, float]:
        """Of the ten nearest the share that is right, and of all: of one language, or of both."""
        right = self.right[self.languages == among] if among else self.right
        return float(right[:NEAREST].mean()), float(right.mean())

    @property
    def other(self) -> str:
        """The language it was not asked in."""
        return "zh" if self.language == "en" else "en"


def main(arguments: Sequence[str] | None = None) -> None:
    """Ask, and write the page."""
    ask = argparse.ArgumentParser(prog="python -m bench.meaning", description=__doc__)
    ask.add_argument("--page", type=Path, default=PAGE)
    said = ask.parse_args(arguments)
    texts = [
        json.loads(line)
        for code in meaning.LANGUAGES
        for line in (LABELLED / f"{code}.open.jsonl").read_text("utf-8").splitlines()
    ]
    said.page.write_text("\n".join(_page(texts, list(asked(texts)))) + "\n")


def asked(texts: Sequence[dict[str, Any]]) -> Iterator[Asked]:
    """Every question, of texts cut and read as the office does."""
    places = [meaning.stretches(text["text"]) for text in texts]
    own = np.repeat(np.arange(len(texts)), [len(one) for one in places])
    read = meaning.encoder().vectors(
        [text["text"][a:b] for text, one in zip(texts, places, strict=True) for a, b in one]
    )
    languages = np.array([text["lang"] for text in texts])
    for theme, questions in QUESTIONS.items():
        right = np.array([text["theme"] == theme and text["verdict"] != "none" for text in texts])
        for at, words in enumerate(questions):
            like = np.full(len(texts), -1.0)
            np.maximum.at(like, own, read @ meaning.encoder().vectors([words])[0])
            order = np.argsort(-like, kind="stable")
            language = meaning.LANGUAGES[at // 2]
            yield Asked(theme, words, language, right[order], languages[order], like[order])


def _page(texts: Sequence[dict[str, Any]], found: Sequence[Asked]) -> list[str]:
    about = " ".join((__doc__ or "").split("\n\n", 1)[1].split())
    both = mean(one.share()[0] for one in found)
    chance = mean(one.share()[1] for one in found)
    same = mean(one.share(one.language)[0] for one in found)
    across = mean(one.share(one.other)[0] for one in found)
    return [
        "# How good search by meaning is",
        "",
        f"`python -m bench.meaning`: {len(found)} questions, {len(texts)} texts. {about}",
        "",
        f"**Of the ten nearest texts {both:.0%} are right** (by chance {chance:.0%}): of texts in the question's own "
        f"language {same:.0%}, of those in the other one {across:.0%}. So it is a way to come upon what nobody "
        "thought of a word for, to be read by a person; not a count, and never a rule.",
        "",
        "What the office calls near and very near was set on these same texts:",
        "",
        *_by_likeness(found),
        "",
        "| theme | question | right of ten | own language | the other | by chance |",
        "|---|---|--:|--:|--:|--:|",
        *(
            f"| {one.theme} | {one.words} | {one.share()[0] * 10:.0f} | {one.share(one.language)[0] * 10:.0f} | "
            f"{one.share(one.other)[0] * 10:.0f} | {one.share()[1] * 10:.1f} |"
            for one in found
        ),
    ]


def _by_likeness(found: Sequence[Asked]) -> list[str]:
    """How many of what the office calls very near, near and neither are right."""
    near, very = meaning.NEAR, meaning.VERY_NEAR
    lines = ["| the office says | likeness | texts a question | right |", "|---|---|--:|--:|"]
    for name, low, high in (("very near", very, 2.0), ("near", near, very), ("nothing", -2.0, near)):
        inside = [one.right[(one.likeness >= low) & (one.likeness < high)] for one in found]
        every = np.concatenate(inside)
        said = f"from {low}" if high > 1 else f"{low} to {high}" if low > -1 else f"below {high}"
        lines.append(f"| {name} | {said} | {len(every) / len(found):.1f} | {every.mean():.0%} |")
    return lines


if __name__ == "__main__":
    main()
