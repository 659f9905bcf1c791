"""Calls that test_rooms and test_persons open as everybody: with what a plain walk does not send."""

_CALLS = (
    "touches log budget alerts alert acknowledge snooze close undo follow_ups make follow_up change hand_over do "
    "drop figure accounts_behind retention everything erase erasing "
    "reservations reserve give_back "
    "budget_rules make_budget_rule budget_rule change_budget_rule drop_budget_rule held reserved passed "
    "cadence standards set_standard standard change_standard drop_standard "
    "playbooks make_playbook playbook use_playbook make_version startable start_playbook runs playbook_effect"
)
ADDRESSES = dict.fromkeys([f"calls:{name}" for name in _CALLS.split()], None)
