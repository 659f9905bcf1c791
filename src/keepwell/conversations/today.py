"""What the room adds to Today."""

from keepwell.accounts.rooms import Aside
from keepwell.conversations.today_rules import rules_aside

TODAY = [Aside("rules", 40, "conversations/rules_aside.html", rules_aside)]
