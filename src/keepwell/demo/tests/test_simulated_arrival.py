"""What comes in to the simulated office gives every screen of arrival something, and says it is simulated."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from keepwell.accounts.models import Account, Contact
from keepwell.conversations.models import Conversation
from keepwell.demo.arriving import bring


@pytest.mark.django_db
def test_a_mail_is_matched_and_a_call_and_a_chat_wait(settings: Any, tmp_path: Path) -> None:
    settings.OFFICE = tmp_path
    account = Account.objects.create(pk="A1", name="Acme")
    Contact.objects.create(pk="k1", account=account, name="Eva Kis", email="eva@acme.example")
    now = datetime(2026, 3, 2, 9, tzinfo=UTC)
    assert bring(now=now) == bring(now=now) == 3
    found = {one.kind: one for one in Conversation.objects.all()}
    assert {kind: one.match for kind, one in found.items()} == {
        "mail": "matched",
        "call": "unmatched",
        "chat": "unmatched",
    }
    assert found["mail"].account == account
    said = " ".join(f"{one} {turn.speaker} {turn.text}" for one in found.values() for turn in one.turns.all())
    assert said.lower().count("simulated") >= 3
