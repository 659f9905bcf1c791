"""A template that is rendered as Python says what Django's own rendering of it says."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from django.http import HttpRequest
from django.template import Context, RequestContext, Template, TemplateSyntaxError, engines
from django.template.base import NodeList, VariableDoesNotExist
from django.test import RequestFactory
from django.utils import translation
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy

from keepwell.members.models import Member, Role, Team
from keepwell.site.templating.loader import Loader, Python, as_python

HOSTILE = "<script>\"'&</script>"


class Row:
    """A row as pages have them: with values, methods, and what no page is to call."""

    name, none, safe = HOSTILE, None, mark_safe("<b>safe</b>")
    words = {"items": "a key before a method", "x": 1}  # noqa: RUF012 - read only

    def said(self) -> str:
        """What a page may call."""
        return "said"

    def told(self, of: str) -> str:
        """What a page cannot call."""
        return of

    def drop(self) -> str:
        """What a page must not call."""
        raise AssertionError

    drop.alters_data = True  # type: ignore[attr-defined] # as Django's own are marked

    @property
    def gone(self) -> str:
        """What a row that is no longer there says."""
        raise Gone

    def __str__(self) -> str:
        return HOSTILE


class Gone(Exception):
    """A row is not there; pages say nothing of it."""

    silent_variable_failure = True


def _known() -> dict[str, Any]:
    return {
        "row": Row(),
        "rows": [Row(), SimpleNamespace(name="b", said="c")],
        "pairs": [("a", 1), (HOSTILE, 2)],
        "through": (n for n in range(3)),
        "none": None,
        "text": HOSTILE,
        "safe": mark_safe("<i>x</i>"),
        "whole": 1234567,
        "part": 1234.5,
        "decimal": Decimal("12.30"),
        "yes": True,
        "day": date(2026, 1, 2),
        "at": datetime(2026, 12, 31, 23, 30, tzinfo=UTC),
        "lazy": gettext_lazy("Accounts"),
        "role": Role.MEMBER,
        "member": Member(name=HOSTILE, role=Role.VIEWER),
        "team": Team(name="x", kind="gone"),
        "call": lambda: "called",
        "Role": Role,
        "here": "page",
        "found": {"a": {"b": [1, 2]}, 1: "one"},
    }


CASES = """
{{ text }}{{ safe }}{{ none }}{{ nothing }}{{ nothing.more }}{{ row }}{{ lazy }}{{ role }}{{ call }}

{{ whole }} {{ part }} {{ decimal }} {{ yes }} {{ day }} {{ at }} {{ 3 }} {{ 3.5 }} {{ 'a<b' }}
{{ _('Accounts') }}

{{ row.name }}{{ row.none }}{{ row.safe }}{{ row.said }}{{ row.told }}{{ row.drop }}{{ row.gone }}
{{ row.gone.x }}

{{ row.words.items }}{{ row.words.keys }}{{ found.a.b.1 }}{{ found.a.b.7 }}{{ found.1 }}{{ text.0 }}
{{ text.upper }}

{{ Role.MEMBER.label }}{{ row.none.more }}{{ none.more }}{{ found.a.items }}{{ pairs.0.0 }}

{{ none|default:'–' }}{{ nothing|default:text }}{{ nothing|default:_('nobody') }}{{ text|default:safe }}

{{ text|upper }}{{ safe|upper }}{{ text|safe }}{{ text|truncatechars:4 }}{{ rows|length }}
{{ safe|add:text }}

{{ at|date:'DATETIME_FORMAT' }}{{ day|date:'DATE_FORMAT' }}{{ nothing|date:'c' }}{{ whole|add:2 }}
{{ text|linebreaks }}

{% if none %}a{% elif text == 'x' %}b{% elif row.name %}c{% else %}d{% endif %}{% if nothing %}e{% endif %}

{% if nothing == None %}a{% endif %}{% if none is None %}b{% endif %}{% if nothing < 3 %}c{% endif %}

{% if 'a' in none or yes %}a{% endif %}{% if not nothing and rows|length > 1 %}b{% endif %}
{% if not text in rows %}c{% endif %}

{% if row.said %}{{ row.said }}{% for row in rows %}{{ row.said }}{% endfor %}{{ row.said }}{% endif %}
{% if found.a %}{{ found.a.b.0 }}{% with found=rows %}{{ found.a }}{{ found.0.name }}{% endwith %}{% endif %}
{% if text %}{% translate 'Today' as text %}{{ text }}{% endif %}{{ text }}

{% if row.words.x == 1 and none is not None %}a{% else %}b{% endif %}{% if nothing %}{% else %}c{% endif %}

{% for one in rows %}{{ forloop.counter }}{{ forloop.last }}{{ forloop.revcounter0 }}{{ one.name }}{{ one }}
{% empty %}none{% endfor %}

{% for a, b in pairs %}{{ a }}{{ b }}{% if not forloop.first %},{% endif %}{% endfor %}{{ a }}

{% for one in through %}{{ one }}{% for two in rows reversed %}{{ forloop.parentloop.counter }}
{{ two.name }}{{ one }}{% endfor %}{% endfor %}

{% for one in nothing %}a{% empty %}{{ text }}{% endfor %}{% for one in none %}a{% endfor %}
{% for one in text|slice:':2' %}{{ one }}{% endfor %}

{% for one in rows %}{% cycle 'a' 'b' %}{% ifchanged one.name %}{{ one.name }}{% endifchanged %}{% endfor %}

{% for call in rows %}{{ call.name }}{% endfor %}{{ call }}{{ forloop.counter }}{{ forloop.nothing }}

{% with a=text b=nothing c=rows.0 %}{{ a }}{{ b }}{{ c.name }}{{ text }}{% with a=1 %}{{ a }}{% endwith %}
{% endwith %}{{ a }}

{% translate 'Accounts' %}{% translate 'All' context 'accounts' %}{% translate 'Accounts' as said %}
{{ said }}

{% for said in rows %}{% translate 'Today' as said %}{{ said }}{% endfor %}{{ said }}

{% blocktranslate %}Held back{% endblocktranslate %}
{% blocktranslate with until=day %}Held back until {{ until }}{% endblocktranslate %}

{% blocktranslate count n=rows|length %}{{ n }} alert{% plural %}{{ n }} alerts{% endblocktranslate %}

{% blocktranslate count n=0 %}{{ n }} alert 100%{% plural %}{{ n }} alerts 100% {{ text }}
{% endblocktranslate %}

{% for row in rows %}{% blocktranslate %}See {{ row }} {{ nothing }}{% endblocktranslate %}{% endfor %}

{% blocktranslate with a=text asvar said %}x {{ a }}{% endblocktranslate %}{{ said }}

{% url 'today' %}{% url 'accounts:list' as at %}{{ at }}{% url 'alerts:alert' 7 %}
{% url 'alerts:alert' whole %}

{% static 'keepwell/keepwell.css' %}{% now 'Y' %}{% filter upper %}{{ text }}{% endfilter %}{% comment %}x
{% endcomment %}

{{ member.get_role_display }}{{ team.get_kind_display }}{{ row.get_kind_display }}{{ none.get_role_display }}
{% if member.get_role_display %}{{ member.get_role_display|upper }}{{ member }}{% endif %}

{{ row.words.all }}{{ found.all }}{{ none.all }}{{ nothing.all.x }}{% for one in row.all %}a{% endfor %}

{% autoescape off %}{{ text }}{% for one in rows %}{{ one.name }}{% endfor %}{% endautoescape %}{{ text }}

{% querystring page=2 as='x' %}{% querystring page=None as back %}{{ back }}{% firstof none text %}

{% for one in rows %}{% include 'accounts/spark.html' %}{% include 'reach/next.html' with next=one %}
{% endfor %}

{% include 'site/pager.html' %}{% include 'accounts/found.html' with words='abc' %}
{% include 'members/count.html' only %}

{% extends 'site/base.html' %}{% block title %}{{ text }}{% endblock %}{% block main %}{{ block.super }}
{{ row.name }}{% endblock %}
"""


@pytest.mark.parametrize("language", ["en", "hu", "zh-hans"])
@pytest.mark.parametrize("source", CASES.strip().split("\n\n"))
def test_a_template_says_what_it_says_in_django(source: str, language: str) -> None:
    with translation.override(language):
        assert _as_python(source) == _as_django(source)


@pytest.mark.django_db
def test_the_teams_of_members_are_those_that_were_read_with_them() -> None:
    one, other = (
        Member.objects.create_user("a@example.com", "x"),
        Member.objects.create_user("b@example.com", "x"),
    )
    one.teams.add(Team.objects.create(name=HOSTILE), Team.objects.create(name="B"))
    source = "{% for one in members %}{% for team in one.teams.all %}{{ team }},{% empty %}–{% endfor %}{% endfor %}"
    for members in (Member.objects.prefetch_related("teams"), Member.objects.all(), [one, other]):
        said = [render(source).render(Context({"members": members})) for render in (_loaded, _read)]
        assert said[0] == said[1]
        assert "B,–" in said[0]


def test_where_nothing_is_html_nothing_is_escaped() -> None:
    template = _loaded("{{ text }}")
    assert template.render(Context({"text": HOSTILE}, autoescape=False)) == HOSTILE
    assert template.render(Context({"text": HOSTILE})) != HOSTILE


@pytest.mark.parametrize(
    ("source", "wrong"),
    [
        ("{{ none|default:nothing }}", VariableDoesNotExist),
        ("{% for a, b in rows %}{% endfor %}", (ValueError, TypeError)),
        ("{% blocktranslate count n=text %}a{% plural %}b{% endblocktranslate %}", TemplateSyntaxError),
        (
            "{% for one in rows %}{% with a=1 %}{{ text|add:nothing }}{% endwith %}{% endfor %}",
            VariableDoesNotExist,
        ),
    ],
)
def test_what_is_wrong_is_raised_and_leaves_the_context_as_it_was(source: str, wrong: Any) -> None:
    context = Context(_known())
    deep = len(context.dicts)
    with pytest.raises(wrong):
        _loaded(source).render(context)
    assert len(context.dicts) == deep


def test_pages_are_rendered_as_python() -> None:
    engine = _engine()
    assert isinstance(engine.template_loaders[0], Loader)
    page = engine.get_template("accounts/list.html")
    assert all(isinstance(one.nodelist, Python) for one in (page, *page.nodelist[0].blocks.values()))


def _as_python(source: str) -> str:
    return _told(_loaded(source))


def _as_django(source: str) -> str:
    with _djangos_own():
        return _told(_read(source))


def _read(source: str) -> Template:
    first = source[: source.index("%}") + 2] if source.startswith("{% extends") else ""
    template: Template = _engine().from_string(f"{first}{{% load i18n static %}}{source.removeprefix(first)}")
    return template


def _engine() -> Any:
    django: Any = engines["django"]
    return django.engine


def _told(template: Template) -> str:
    """What it says, but for what is drawn anew for each page."""
    return re.sub(r'(?<="x-csrftoken": )"\w+"', "", template.render(_context()))


def _context() -> Context:
    return RequestContext(_request(), _known())


def _request() -> HttpRequest:
    request = RequestFactory().get("/?page=1&kind=a")
    request.META["CSRF_COOKIE"] = "a" * 32
    return request


def _loaded(source: str) -> Template:
    """A template as the loader makes it."""
    return as_python(_read(source))


@contextmanager
def _djangos_own() -> Iterator[None]:
    """Every template rendered node by node, those that are included too."""
    ours, Python.render = Python.render, NodeList.render  # type: ignore[method-assign] # only so do both stand side by side
    try:
        yield
    finally:
        Python.render = ours  # type: ignore[method-assign] # as it was
