"""Calls about the words that say the same: the shipped lists, and what the company adds to them or takes out."""

from datetime import datetime
from typing import Annotated, Any

from django.http import Http404, HttpRequest
from django.utils import timezone
from ninja import Router, Schema
from pydantic import Field

from keepwell.api.door import asks, member_of
from keepwell.api.marks import unchanged
from keepwell.conversations.actions import ruling
from keepwell.conversations.api.bringing import Theme
from keepwell.conversations.models import Words
from keepwell.conversations.rules.wording import LONGEST, LONGEST_IDEA, MOST, lists_of, own_words
from keepwell.conversations.rules.writing import language_codes
from keepwell.members.rights import Right

router = Router(tags=["rules"])
Language = Annotated[str, Field(max_length=10)]
Idea = Annotated[str, Field(min_length=1, max_length=LONGEST_IDEA)]
Said = Annotated[
    str, Field(max_length=LONGEST, description="with commas between; one with a minus is taken out")
]


class IdeaShape(Schema):
    """An idea: the shipped words that say it, and the company's own."""

    idea: str
    shipped: str
    own: str


class ThemeShape(Schema):
    """The ideas of a theme."""

    theme: str
    ideas: list[IdeaShape]


class WordsShape(Schema):
    """The words of a language. `by` and `at` say who changed the company's own last."""

    language: str
    themes: list[ThemeShape]
    by: int | None
    at: datetime | None


class LanguageShape(Schema):
    """A language that is heard."""

    language: str
    label: str


class LanguageList(Schema):
    """The languages that are heard."""

    items: list[LanguageShape]


class WordsSaid(Schema):
    """All of the company's own words of a language, by theme and idea: those left out are its own no more."""

    own: Annotated[
        dict[Theme, Annotated[dict[Idea, Said], Field(max_length=MOST)]], Field(default_factory=dict)
    ]


@router.get("/words", response=LanguageList, auth=asks(Right.SEE), summary="Languages that are heard")
def word_languages(request: HttpRequest) -> Any:  # noqa: ARG001 - the API calls it so
    """Each has a list of words."""
    return LanguageList(items=[LanguageShape(language=code, label=label) for code, label in language_codes()])


@router.get("/words/{language}", response=WordsShape, auth=asks(Right.SEE), summary="Words that say the same")
def words_of(request: HttpRequest, language: Language) -> Any:  # noqa: ARG001 - the API calls it so
    """By theme (leaving, competitor, price, …) and idea."""
    return _shape(_known(language))


@router.put(
    "/words/{language}", response=WordsShape, auth=asks(Right.MANAGE), summary="Set the company's own words"
)
def set_words(request: HttpRequest, language: Language, said: WordsSaid) -> Any:
    """Rules hear with them from now on, and everything that was said before is heard anew."""
    Words.objects.select_for_update().filter(pk=_known(language)).first()
    unchanged(request, _shape(language))
    own = own_words(
        (theme, idea, words) for theme, ideas in said.own.items() for idea, words in ideas.items()
    )
    ruling.set_words(language=language, data=own, by=member_of(request), now=timezone.now())
    return _shape(language)


def _known(language: str) -> str:
    if language not in dict(language_codes()):
        raise Http404
    return language


def _shape(language: str) -> WordsShape:
    row = Words.objects.filter(pk=language).first()
    return WordsShape(
        language=language,
        themes=[
            ThemeShape(
                theme=one.theme,
                ideas=[IdeaShape(idea=idea.idea, shipped=idea.shipped, own=idea.own) for idea in one.ideas],
            )
            for one in lists_of(language, row.data if row else {})
        ],
        by=row.by_id if row else None,
        at=row.at if row else None,
    )
