"""The night learns the mood of each language from what the company's customers wrote and its members said."""

from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta

import narwhals as nw
from django.db import transaction

from keepwell.accounts.projecting import Source
from keepwell.conversations.models import Conversation, MoodModel, MoodSaid, Turn
from keepwell.conversations.mood.telling import language_in, model_of, newest, said_by
from keepwell.listening.languages import all_languages
from keepwell.listening.mood.labels import (
    CONTENTS,
    RECOMMENDS,
    Label,
    Mood,
    digest,
    of_five,
    of_recommendation,
    of_satisfaction,
)
from keepwell.listening.mood.learning import MOST, Kind, Learnt, learn
from keepwell.listening.said import Side

OLD = timedelta(days=28)  # after which a model is learnt anew, if labels have changed at all
OTHER = 0.1  # of its labels new or gone, and it is sooner
Labels = dict[str, list[Label]]


def teach(source: Source) -> list[str]:
    """Learn every language anew in which there is reason to; returns those in which the mood is told another way.

    It learns from what is known by now. Repeated, it changes nothing.
    """
    labels, rows, other = labels_of(source), newest(), []
    for language in sorted(all_languages()):
        row, some = rows.get(language), labels.get(language, [])
        mark = digest(some)
        if row is None or _due(row, mark, len(some), source.now):
            made = learn(language, some)
            if _keep(row, made, mark, source):
                other.append(language)
    return other


def _due(row: MoodModel, mark: str, labels: int, now: datetime) -> bool:
    """Whether a language is learnt anew: what stands stays for a while, so that moods can be compared."""
    if row.kind == Kind.OWN and model_of(row) is None:
        return True
    if row.digest == mark:
        return False
    before = sum(row.counts.get(mood, 0) for mood in Mood)
    cheap = Kind.OWN not in row.quality  # nothing was learnt: the labels were only counted
    return cheap or now - row.at >= OLD or abs(labels - before) >= OTHER * before


def _keep(row: MoodModel | None, made: Learnt, mark: str, source: Source) -> bool:
    """Keep what was learnt; whether moods are told another way from here on.

    What tells no mood, or tells it as before, is written over what stood there; all else is a version of its own.
    """
    said = {
        "state": made.state.value,
        "counts": made.counts.plain(),
        "quality": {kind: one.plain() for kind, one in made.tried.items()},
        "digest": mark,
        "known_until": _utc(source.moment.cut.known_until),
        "at": source.now,
    }
    with transaction.atomic():
        if row is not None and row.kind == made.kind and made.kind != Kind.OWN:
            MoodModel.objects.filter(pk=row.pk).update(**said)
            return False
        revisions = MoodModel.objects.order_by("-revision").values_list("revision", flat=True)
        tells = made.kind != Kind.NONE or (row is not None and row.kind != Kind.NONE)
        MoodModel.objects.filter(language=made.language).update(weights=None)
        MoodModel.objects.create(
            language=made.language,
            version=row.version + 1 if row is not None else 1,
            kind=made.kind.value,
            weights=made.model.stored() if made.model is not None else None,
            revision=(revisions.first() or 0) + tells,
            **said,
        )
    return tells


def _utc(moment: datetime) -> datetime:
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def labels_of(source: Source) -> Labels:
    """What there is to learn from, by language: turns that members labelled, and survey comments with their score.

    Comments are read as the office keeps them: what was redacted, corrected or deleted teaches nothing.
    """
    found: Labels = defaultdict(list)
    theirs = MoodSaid.objects.filter(turn__side=Side.THEM)  # what is known to be ours by now teaches nothing
    hand = {one.turn_id: one for one in theirs.select_related("turn__conversation")}
    for said in hand.values():
        turn = said.turn
        _add(found, turn, Mood(said.mood), by_hand=True)
    scores = _scores(source)
    if not scores:
        return found
    rows = Turn.objects.filter(
        conversation__source=Conversation.Source.BOOK,
        conversation__kind=Conversation.Kind.SURVEY,
        conversation__deleted_at=None,
        conversation__account__isnull=False,
        side=Side.THEM,
    ).exclude(text="")
    full: Counter[tuple[str, Mood]] = Counter()
    newest_first = rows.select_related("conversation").defer("words").order_by("-conversation__at", "-pk")
    for turn in newest_first.iterator(2000):
        mood = scores.get(turn.conversation.key)
        if mood is not None and turn.pk not in hand:
            _add(found, turn, mood, full=full)
    return found


def _add(
    found: Labels,
    turn: Turn,
    mood: Mood,
    *,
    by_hand: bool = False,
    full: Counter[tuple[str, Mood]] | None = None,
) -> None:
    talk, text = turn.conversation, said_by(turn)
    language = language_in(talk.language, text)
    if not language or not text or talk.deleted_at is not None:
        return
    if full is not None:
        full[language, mood] += 1
        if full[language, mood] > MOST:
            return
    account = talk.account_id or f"conversation {talk.pk}"
    found[language].append(Label(f"turn {turn.pk}", account, text, mood, by_hand))


def _scores(source: Source) -> dict[str, Mood]:
    """The moods that answers speak for, by what the office calls the answer.

    Those of whether they recommend us do, and of how content they are where a survey's answers go from 1 to 5.

    Other surveys are left out: the book does not tell their scale, nor which end of it is the good one.
    """
    if not source.moment.has("answers"):
        return {}
    frame = source.moment.frame("answers").filter(~nw.col("score").is_null(), ~nw.col("survey").is_null())
    found: dict[str, Mood] = {}
    content: dict[str, dict[str, float]] = defaultdict(dict)  # scores by answer, of each survey that asks it
    for row in source.rows(frame.select("answer_id", "survey", "score")):
        name, score = f"survey-{row['answer_id']}"[:250], float(row["score"])
        if RECOMMENDS.search(row["survey"]):
            _put(found, name, of_recommendation(score))
        elif CONTENTS.search(row["survey"]):
            content[row["survey"]][name] = score
    for scores in content.values():
        if of_five(scores.values()):
            for name, score in scores.items():
                _put(found, name, of_satisfaction(score))
    return found


def _put(found: dict[str, Mood], name: str, mood: Mood | None) -> None:
    if mood is not None:
        found[name] = mood
