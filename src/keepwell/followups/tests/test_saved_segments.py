"""Saved segments wherever accounts are chosen: the list, playbooks, thresholds."""

import pytest

from keepwell.accounts.conditions import checked, in_saved
from keepwell.accounts.models import Account, Projection
from keepwell.alerts.actions.setting import set_bounds
from keepwell.alerts.bounds import Bounds, Rules
from keepwell.alerts.jobs import accounts_in
from keepwell.alerts.triggers import all_triggers
from keepwell.followups.actions import playing
from keepwell.followups.conditions import eligible
from keepwell.followups.models import Playbook
from keepwell.lib.errors import KeepwellError
from keepwell.reach.tests.office import Office
from keepwell.retention.actions import name_segment
from keepwell.retention.models import Segment

pytestmark = pytest.mark.django_db
STEPS = [{"day": 0, "team": "", "channel": "call", "what": "Ask", "review": False}]


@pytest.fixture
def office(office: Office) -> Office:
    """Two accounts of a company whose file has a column of its own: region."""
    Projection.objects.create(name="accounts", said={"columns": ["region"]})
    for account, region in ((office.account, "North"), (office.other, "")):
        account.attributes = {"region": region}
        account.save()
    name_segment(name="Boss's", where="region = North and segment = Enterprise", by=office.manager)
    return office


def ids(found: object) -> set[str]:
    return {one.pk for one in found}


def test_a_saved_segment_is_a_filter_of_the_list(office: Office) -> None:
    client = office.client(office.administrator)
    page = client.get("/accounts/?saved=Boss%27s").content.decode()
    assert "Arden" in page
    assert "Bolt" not in page
    assert "1 paying account" in page
    assert "There is no segment" in client.get("/accounts/?saved=None").content.decode()


def test_columns_of_the_companys_own_can_be_asked_and_denied(office: Office) -> None:
    name_segment(name="Rest", where="region != North", by=office.manager)
    assert ids(in_saved(Account.objects.all(), "Rest")) == {"B2"}
    with pytest.raises(KeepwellError, match="regoin"):
        checked("regoin = North")
    with pytest.raises(KeepwellError, match="no segment"):
        checked("saved = 'Nobody knows'")


@pytest.mark.parametrize("where", ["saved = 'Old'", 'region = North and saved != "Boss\'s"'])
def test_a_segment_from_before_that_is_made_of_another_is_asked_nothing(where: str, office: Office) -> None:
    Segment.objects.create(name="Old", where=where)
    for ask in (lambda: in_saved(Account.objects.all(), "Old"), lambda: checked("saved = Old")):
        with pytest.raises(KeepwellError, match="cannot be made of another"):
            ask()
    page = office.client(office.manager).get("/accounts/?saved=Old").content.decode()
    assert "cannot be made of another" in page


def test_a_playbook_is_for_a_saved_segment_as_it_is_now(office: Office) -> None:
    form = {
        "name": "Rescue",
        "saved": "Boss's",
        "condition": "health = poor",
        "held_out": "0",
        "step-TOTAL_FORMS": "1",
        "step-INITIAL_FORMS": "0",
        "step-0-day": "0",
        "step-0-what": "Call",
        "step-0-channel": "call",
    }
    client = office.client(office.manager)
    answer = client.post("/followups/playbooks/new", form)
    assert answer.status_code == 302, answer.content.decode()
    playbook = Playbook.objects.get()
    version = playbook.newest
    assert version is not None
    assert ids(eligible(Account.objects.all(), version)) == {"A/1"}
    again = client.get(f"/followups/playbooks/{playbook.pk}/change").context["form"].initial
    assert (again["saved"], again["condition"]) == ("Boss's", "health = 'poor'")
    name_segment(name="Boss's", where="region = South", by=office.manager)
    assert not eligible(Account.objects.all(), version)


def test_a_threshold_holds_for_the_accounts_of_a_saved_segment(office: Office) -> None:
    trigger = all_triggers()["silence"]
    bounds = Bounds(threshold=200.0, near=150.0)
    set_bounds(trigger=trigger, whom="saved:Boss's", bounds=bounds, by=office.manager)
    rules = Rules.stored()
    assert rules.bounds(trigger, office.account).threshold == 200.0
    assert rules.bounds(trigger, office.other) == Bounds.usual(trigger)
    assert accounts_in("saved:Boss's", office.administrator) == {"A/1"}
    page = office.client(office.manager).get("/alerts/thresholds").content.decode()
    assert "A saved segment: Boss&#x27;s" in page


def test_a_playbook_whose_segment_has_gone_says_so(office: Office) -> None:
    made = playing.set_down(by=office.manager, name="R", steps=STEPS, condition='saved = "Boss\'s"')
    office.manager.segments.all().delete()
    answer = office.client(office.mate).get(f"/followups/playbooks/{made.playbook_id}")
    assert answer.status_code == 200
    assert "There is no segment" in answer.content.decode()
