"""Calls that test_rooms opens as everybody: with bodies, methods and questions that a plain walk does not send."""

_CALLS = (
    "touches log budget alerts alert acknowledge snooze close undo follow_ups make follow_up change hand_over do "
    "drop figure accounts_behind retention"
)
ADDRESSES = dict.fromkeys([f"calls:{name}" for name in _CALLS.split()], None)
