"""What the product is built from is pinned, and what is kept of secrets opens nothing."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import global_settings
from django.db import connection, models
from django.utils import timezone

from keepwell.api.actions import make_token
from keepwell.followups.actions import arranging
from keepwell.members import actions
from keepwell.members.models import Role
from keepwell.site.tests.security.conftest import Side

ROOT = Path(__file__).parents[5]


@pytest.mark.parametrize("name", ["run", "dev", "build"])
def test_every_package_is_of_one_version_and_known_by_its_hash(name: str) -> None:
    text = (ROOT / "requirements" / f"{name}.txt").read_text()
    packages = [one for one in re.split(r"\n(?=\S)", text) if one.strip() and not one.startswith("#")]
    assert packages
    for one in packages:
        assert re.match(r"[A-Za-z0-9._-]+(\[[\w,]+\])?==\S+", one), one.splitlines()[0]
        assert "--hash=sha256:" in one, one.splitlines()[0]
    assert not re.search(r"^\s*(--(extra-)?index-url|--find-links|-e |git\+|https?:)", text, re.M)


def test_packages_are_installed_by_their_hashes() -> None:
    made = (ROOT / "Makefile").read_text()
    installs = [
        line for line in made.splitlines() if re.search(r"pip.*install|^PIP", line) and "-e ." not in line
    ]
    assert all("--require-hashes" in line or "$(PIP)" in line or "echo" in line for line in installs), (
        installs
    )


def test_pages_load_nothing_from_elsewhere() -> None:
    for path in (ROOT / "src" / "keepwell").rglob("templates/**/*.html"):
        said = re.findall(r"""(?:src|href|srcset|action)\s*=\s*["'](?:https?:)?//""", path.read_text())
        assert not said, path


def test_nobody_is_there_to_begin_with_and_nothing_is_for_looking_inside() -> None:
    from keepwell.site import settings as own

    assert own.DEBUG is False
    assert "django.contrib.admin" not in own.INSTALLED_APPS
    assert len(own.SECRET_KEY) >= 50
    assert own.SESSION_COOKIE_HTTPONLY
    assert not (own.SESSION_COOKIE_AGE > 24 * 3600)
    assert "PBKDF2" in getattr(own, "PASSWORD_HASHERS", global_settings.PASSWORD_HASHERS)[0]


@pytest.mark.django_db
def test_no_secret_that_opens_something_lies_in_the_database(ours: Side) -> None:
    now = timezone.now()
    secrets = {
        "token": make_token(member=ours.member, name="t", scope="read", lasts=timedelta(days=1), now=now)[1],
        "feed": arranging.open_feed(member=ours.member, now=now),
        "invitation": actions.invite(role=Role.MEMBER, now=now, email="x@x.example"),
        "password": "a sentence nobody guesses",
    }
    found: dict[str, list[Any]] = {}
    for model in apps.get_models():
        if model._meta.managed and not isinstance(model, models.Manager):
            found[model._meta.label] = list(model._default_manager.values())
    everything = repr(found)
    for what, secret in secrets.items():
        assert secret not in everything, what
    with connection.cursor() as cursor:
        assert "members_member" in connection.introspection.table_names(cursor)
