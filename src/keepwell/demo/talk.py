"""Conversations: what is said in calls, meetings, mails and chats follows from what the account feels."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from keepwell.demo import company
from keepwell.demo.clock import Floats, Ints
from keepwell.demo.colleagues import address_of
from keepwell.demo.columns import instants, keys
from keepwell.demo.history import History
from keepwell.demo.people import People
from keepwell.demo.speech import Dice, Voice
from keepwell.demo.streams import Random
from keepwell.demo.touches import CHANNELS, TEAMS, Touches
from keepwell.demo.traces import Scene, Tickets
from keepwell.demo.truth import account_ids

SHARE = 0.30  # of talks with customer success and sales that are recorded or kept

# Theme and stance of every kind of thing a customer says. The weights below are in this order.
SAID = (
    ("leaving", "statement"), ("leaving", "denied"), ("leaving", "question"), ("leaving", "reported"),
    ("leaving", "condition"), ("competitor", "statement"), ("competitor", "denied"), ("competitor", "reported"),
    ("price", "statement"), ("price", "question"), ("price", "condition"), ("complaint", "statement"),
    ("complaint", "question"), ("no_results", "statement"), ("no_results", "denied"), ("champion_gone", "statement"),
    ("champion_gone", "reported"), ("champion_gone", "question"), ("merger", "statement"), ("payment", "statement"),
    ("praise", "statement"), ("neutral", "statement"), ("neutral", "question"),
)  # fmt: skip
_WE = ("Anna", "Tom", "Zsófia", "Marek", "Claire", "Eva", "Wei", "Piotr")
_LIVELY = {CHANNELS.index("call"), CHANNELS.index("meeting"), CHANNELS.index("chat")}


@dataclass(frozen=True)
class Talks:
    """The columns of conversations and turns, and the true theme and stance of each turn."""

    conversations: dict[str, pa.Array]
    turns: dict[str, pa.Array]
    labels: dict[str, pa.Array]


def weights(history: History, step: Ints, account: Ints) -> Floats:
    """How much each of SAID is on the mind of an account at a step: a row each, adding up to 1."""
    resolve, squeeze, burden, value, strain = (
        np.asarray(x[step, account], dtype=np.float64)
        for x in (history.resolve, history.squeeze, history.burden, history.value, history.strain)
    )
    up, pressed, badly = np.clip(resolve, 0, 2.5), np.clip(squeeze, 0, 2), np.clip(burden, 0, 2.5)
    poor, gone, one = np.clip(-value, 0, 2), (history.champion[step, account] == 0) * 1.0, np.ones(len(step))
    content = np.exp(-np.clip(strain, -1.5, 2))
    by = {
        ("leaving", "statement"): 0.55 * np.clip(resolve - 0.35, 0, 2),
        ("leaving", "denied"): 0.06 * one + 0.05 * content,
        ("leaving", "question"): 0.03 * one + 0.12 * up,
        ("leaving", "reported"): 0.02 * one + 0.10 * up,
        ("leaving", "condition"): 0.01 * one + 0.20 * up * (badly + pressed),
        ("competitor", "statement"): 0.03 * one + 0.35 * pressed,
        ("competitor", "denied"): 0.04 * content,
        ("competitor", "reported"): 0.03 * one + 0.12 * pressed,
        ("price", "statement"): 0.04 * one + 0.55 * pressed,
        ("price", "question"): 0.06 * one + 0.35 * pressed,
        ("price", "condition"): 0.02 * one + 0.20 * pressed,
        ("complaint", "statement"): 0.04 * one + 0.60 * badly,
        ("complaint", "question"): 0.04 * one + 0.35 * badly,
        ("no_results", "statement"): 0.03 * one + 0.70 * poor,
        ("no_results", "denied"): 0.03 * content,
        ("champion_gone", "statement"): 0.70 * gone,
        ("champion_gone", "reported"): 0.02 * one + 0.05 * gone,
        ("champion_gone", "question"): 0.35 * gone,
        ("merger", "statement"): 1.6 * history.merging[step, account],
        ("payment", "statement"): 1.4 * history.failing[step, account],
        ("praise", "statement"): 0.45 * content,
        ("neutral", "statement"): 0.70 * one,
        ("neutral", "question"): 0.55 * one,
    }
    rows = [by[said] for said in SAID]
    stacked = np.stack(rows, axis=1)
    return np.asarray(stacked / stacked.sum(axis=1, keepdims=True))


class _Book:
    """Turns as they are spoken."""

    def __init__(self) -> None:
        self.conversation: list[int] = []
        self.number: list[int] = []
        self.us: list[bool] = []
        self.speaker: list[str] = []
        self.starts: list[float] = []
        self.ends: list[float] = []
        self.text: list[str] = []
        self.said: list[int] = []  # place in SAID, -1 for ours and for courtesies
        self._clock = 0.0
        self._number = 0

    def begin(self) -> None:
        self._clock, self._number = 0.0, 0

    def add(self, *, conversation: int, us: bool, speaker: str, text: str, said: int, pause: float) -> None:
        self._number += 1
        starts = self._clock + pause
        ends = starts + 0.8 + len(text.encode()) / 18
        self._clock = ends
        self.conversation.append(conversation)
        self.number.append(self._number)
        self.us.append(us)
        self.speaker.append(speaker)
        self.starts.append(round(starts, 2))
        self.ends.append(round(ends, 2))
        self.text.append(text)
        self.said.append(said)


def conversations(scene: Scene, seen: Touches, chosen: Random, spoken: Random) -> Talks:
    """Conversations of a share of the calls, meetings, mails and chats, with all that was said."""
    history, people = scene.history, scene.people
    team_ok = np.isin(seen.team, [TEAMS.index("customer success"), TEAMS.index("sales")])
    at = np.flatnonzero(team_ok & (chosen.random(len(seen.rows)) < SHARE))
    rows = seen.rows
    step, account, contact = rows.step[at], rows.account[at], rows.contact[at]
    mind = np.cumsum(weights(history, step, account), axis=1)
    dice, book = Dice(spoken), _Book()
    languages = [company.LANGUAGES[k] for k in people.language[contact].tolist()]
    who = [people.person[k].name for k in contact.tolist()]
    ours = []
    for k in range(len(at)):
        we = _WE[dice.below(len(_WE))]
        ours.append(we)
        _speak(
            book,
            k,
            Voice(languages[k], dice, we),
            them=who[k],
            mind=mind[k],
            lively=int(seen.channel[at[k]]) in _LIVELY,
        )
    ids = keys("C", np.arange(1, len(at) + 1), 7)
    which = ids.take(pa.array(book.conversation, pa.int64()))
    columns = {
        "conversation_id": ids,
        "account_id": account_ids(history.live.shape[1]).take(pa.array(account)),
        "occurred_at": instants(rows.day[at], rows.second[at]).cast(pa.timestamp("s")),
        "channel": pa.array(CHANNELS).take(pa.array(seen.channel[at])),
        "language": pa.array(languages, pa.string()),
        "participants": pa.array(
            [f"{we} <{address_of(we)}>; {them}" for we, them in zip(ours, who, strict=True)], pa.string()
        ),
    }
    turns = {
        "conversation_id": which, "turn_no": pa.array(book.number, pa.int64()),
        "side": pa.array(["us" if x else "them" for x in book.us], pa.string()),
        "speaker": pa.array(book.speaker, pa.string()), "starts_s": pa.array(book.starts, pa.float64()),
        "ends_s": pa.array(book.ends, pa.float64()), "text": pa.array(book.text, pa.string()),
        "known_at": columns["occurred_at"].take(pa.array(book.conversation, pa.int64())),
    }  # fmt: skip
    labels = {
        "conversation_id": which, "turn_no": turns["turn_no"],
        "theme": pa.array([SAID[k][0] if k >= 0 else None for k in book.said], pa.string()),
        "stance": pa.array([SAID[k][1] if k >= 0 else None for k in book.said], pa.string()),
    }  # fmt: skip
    return Talks(columns, turns, labels)


def _speak(book: _Book, k: int, voice: Voice, *, them: str, mind: Floats, lively: bool) -> None:
    """One conversation: courtesies, one to three things on their mind, our answers, goodbye."""
    dice, we = voice.dice, voice.given["we"]
    book.begin()

    def us(rule: str) -> None:
        book.add(
            conversation=k,
            us=True,
            speaker=we,
            text=voice.say(f"us_{rule}"),
            said=-1,
            pause=0.2 + dice.roll(),
        )

    def they(text: str, said: int) -> None:
        pause = 0.2 + 1.2 * dice.roll()
        book.add(conversation=k, us=False, speaker=them, text=text, said=said, pause=pause)

    if lively:
        us("greeting")
        they(voice.say("them_greeting"), -1)
    things = 1 + dice.below(3) if lively else 1
    spoken: set[str] = set()
    for thing in range(things):
        said = int(np.searchsorted(mind, dice.roll()))
        theme, stance = SAID[min(said, len(SAID) - 1)]
        if theme in spoken:
            continue
        spoken.add(theme)
        if lively and (thing == 0 or dice.roll() < 0.5):
            us("ask")
        text = voice.say(f"them_{theme}_{stance}")
        if theme == "neutral" and dice.roll() < 0.5:
            text = _joined(text, voice.say("them_neutral_statement"))
        they(text, min(said, len(SAID) - 1))
        us("neutral" if stance == "denied" else theme)
    if lively:
        us("goodbye")
        they(voice.say("them_goodbye"), -1)


def _joined(first: str, second: str) -> str:
    if first == second:
        return first
    return first + ("" if first[-1] in "。？" else " ") + second


# What a ticket's text says beside its headline, by kind.
_TICKET_TEXTS = (
    "neutral_question",
    "complaint_question",
    "price_statement",
    "complaint_statement",
    "complaint_statement",
)


def ticket_texts(asked: Tickets, people: People, stream: Random) -> tuple[list[str], list[str]]:
    """A headline and a text for every ticket, in its contact's language."""
    dice = Dice(stream)
    subjects, texts = [], []
    kinds = ("question", "problem", "objection", "complaint", "claim")
    for kind, contact in zip(asked.kind.tolist(), asked.rows.contact.tolist(), strict=True):
        voice = Voice(company.LANGUAGES[people.language[contact]], dice, "")
        subjects.append(voice.say(f"ticket_{kinds[kind]}"))
        texts.append(voice.say(f"them_{_TICKET_TEXTS[kind]}"))
    return subjects, texts


def comments(scene: Scene, step: Ints, account: Ints, contact: Ints, stream: Random) -> list[str]:
    """A sentence for each answer of a survey: the praise or trouble that is on the mind."""
    dice, out = Dice(stream), []
    mind = np.cumsum(weights(scene.history, step, account), axis=1)
    for row, who in enumerate(contact.tolist()):
        theme, stance = SAID[min(int(np.searchsorted(mind[row], dice.roll())), len(SAID) - 1)]
        out.append(
            Voice(company.LANGUAGES[scene.people.language[who]], dice, "").say(f"them_{theme}_{stance}")
        )
    return out
