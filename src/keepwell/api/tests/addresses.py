"""Calls that test_rooms and test_persons open as everybody: with what a plain walk does not send."""

_CALLS = (
    "touches log budget alerts alert acknowledge snooze close undo follow_ups make follow_up change hand_over do "
    "change_me member place_member sign_member_out forget_second_step "
    "invitations invite invite_again withdraw_invitation "
    "make_team team change_team drop_team "
    "portfolios make_portfolio count_accounts portfolio change_portfolio move_portfolio_up drop_portfolio trail "
    "triggers thresholds set_threshold drop_threshold ask_preview preview telling change_telling company_telling "
    "change_company_telling channels add_channel remove_channel try_channel scores "
    "segments save_segment remove_segment night begin_night night_hour set_night_hour health "
    "comments comment calendar open_calendar close_calendar "
    "drop figure accounts_behind chart retention everything erase erasing "
    "reservations reserve give_back "
    "budget_rules make_budget_rule budget_rule change_budget_rule drop_budget_rule held reserved passed "
    "cadence standards set_standard standard change_standard drop_standard "
    "playbooks make_playbook playbook use_playbook make_version startable start_playbook runs playbook_effect"
)
ADDRESSES = dict.fromkeys([f"calls:{name}" for name in _CALLS.split()], None)
