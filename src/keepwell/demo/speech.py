"""Sentences out of word lists: each language's rules lie in words/, one file a language."""

import re
import tomllib
from functools import cache
from importlib.resources import files

from keepwell.demo.streams import Random

_SLOT = re.compile(r"\{(\w+)\}")
_FILES = {"en": "en", "zh-Hans": "zh-Hans", "zh-Hant": "zh-Hant", "hu": "hu", "pl": "pl"}
RIVALS = ("Stayline", "Clientra", "Holdwise", "Northbeam")
PRODUCTS = ("Core", "Analytics", "Connect", "Care")

# Polish declines a name: as it is named, and whose it is.
_POLISH = (
    ("pan Nowak", "pana Nowaka"), ("pan Wójcik", "pana Wójcika"), ("pan Mazur", "pana Mazura"),
    ("pan Król", "pana Króla"), ("pan Zając", "pana Zająca"), ("pan Pawlak", "pana Pawlaka"),
)  # fmt: skip
_COLLEAGUES = {
    "en": ("Ms Baker", "Mr Collins", "Oliver", "our plant manager", "Ms Fischer", "Hannah from purchasing"),
    "hu": ("Kovács úr", "Nagy Katalin", "a kollégám", "Szabó úr", "Varga Eszter", "az üzemvezető"),
    "zh-Hans": ("王经理", "李总", "张工", "陈主任", "采购部的小刘", "赵姐"),
    "zh-Hant": ("陳經理", "林副總", "黃工程師", "張主任", "採購部的小吳", "蔡小姐"),
}  # fmt: skip

Rules = dict[str, tuple[tuple[str, ...], ...]]


@cache
def grammar(language: str) -> Rules:
    """A language's rules: for each name the ways to say it, each cut into text and slots in turn."""
    text = (files("keepwell.demo") / "words" / f"{_FILES[language]}.toml").read_text("utf-8")
    found = tomllib.loads(text)
    rules: Rules = {}
    for name, value in found.items():
        inner = {f"{name}_{k}": v for k, v in value.items()} if isinstance(value, dict) else {name: value}
        rules.update({k: tuple(tuple(_SLOT.split(way)) for way in ways) for k, ways in inner.items()})
    return rules


class Dice:
    """Random choices in plain Python, out of one numpy stream, drawn in blocks because that is fast."""

    def __init__(self, stream: Random) -> None:
        self._stream = stream
        self._block: list[float] = []

    def roll(self) -> float:
        """A number from 0 to 1."""
        if not self._block:
            self._block = self._stream.random(4096).tolist()
        return self._block.pop()

    def below(self, n: int) -> int:
        """A whole number from 0 to n - 1."""
        return int(self.roll() * n)


class Voice:
    """One conversation's way of speaking: its language, and the names and numbers that stay the same in it."""

    def __init__(self, language: str, dice: Dice, we: str) -> None:
        self.rules = grammar(language)
        self.dice = dice
        if language == "pl":
            colleague, colleague_of = _POLISH[dice.below(len(_POLISH))]
        else:
            names = _COLLEAGUES[language]
            colleague = colleague_of = names[dice.below(len(names))]
        self.given = {
            "we": we, "colleague": colleague, "colleague_of": colleague_of,
            "rival": RIVALS[dice.below(len(RIVALS))], "product": PRODUCTS[dice.below(len(PRODUCTS))],
        }  # fmt: skip

    def say(self, rule: str) -> str:
        """One way to say it, beginning with a capital."""
        text = self._fill(rule)
        return text[0].upper() + text[1:]

    def _fill(self, rule: str) -> str:
        ways = self.rules[rule]
        parts = ways[self.dice.below(len(ways))]
        return "".join(self._slot(part) if k % 2 else part for k, part in enumerate(parts))

    def _slot(self, name: str) -> str:
        if name in self.given:
            return self.given[name]
        if name == "n":
            return str(
                5 + self.dice.below(15)
            )  # five or more: one form of the counted word in every language
        if name == "percent":
            return str((6, 8, 10, 12, 15, 20)[self.dice.below(6)])
        return self._fill(name)
