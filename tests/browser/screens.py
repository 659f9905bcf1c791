"""Every screen of the office: its address, and what it is for.

`{account}` and the like in an address are the parts that `browser.company` tells of what it made.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Screen:
    """A screen: what its picture is called, where it is, what one sees or does there, who sees it."""

    name: str
    address: str
    meant: str
    signed: bool = True  # False: before one has signed in
    status: int = 200


SCREENS = (
    # --- the day ---
    Screen("today", "/", "whom to contact first, and why"),
    Screen("accounts", "/accounts/", "every paying account, by worth, risk, price or name"),
    Screen(
        "account",
        "/accounts/{account}",
        "one account: how it stood, its risk and why, what happened, who is there",
    ),
    Screen("account-nights", "/accounts/nights/{account}", "how one account stood, night by night"),
    Screen("contact", "/accounts/contacts/{contact}", "one person: take their data out, or erase it"),
    Screen("search", "/search?words=an", "accounts, people and follow-ups by name, address or number"),
    # --- retention ---
    Screen("retention", "/retention/", "the statement of any period, from opening to closing"),
    Screen("retention-by-segment", "/retention/?by=segment", "the same statement, cut by segment"),
    Screen("retention-accounts", "/retention/accounts?line=churned", "the accounts behind a figure"),
    Screen("retention-over-time", "/retention/over-time", "the rates of period after period"),
    Screen("retention-cohorts", "/retention/cohorts", "of those who joined together, how many are left"),
    Screen("retention-survival", "/retention/survival", "how long accounts stay, with its uncertainty"),
    Screen("retention-definitions", "/retention/definitions", "churn by each definition, side by side"),
    Screen(
        "retention-cycles", "/retention/cycles", "contracts that came to their end, and what became of them"
    ),
    Screen("retention-segments", "/retention/segments", "segments by name, with live counts"),
    # --- alerts ---
    Screen("alerts", "/alerts/", "what changed at an account and wants attention"),
    Screen("alert", "/alerts/{alert}", "one alert: what was seen then, how it stands now, how to answer"),
    Screen("alerts-thresholds", "/alerts/thresholds", "what raises an alert, and for whom otherwise"),
    Screen(
        "alerts-threshold",
        "/alerts/thresholds/risk_high",
        "one threshold, tried on the past before it is saved",
    ),
    Screen("alerts-telling", "/alerts/telling", "how one is told, when not, and where else"),
    Screen("alerts-scores", "/alerts/scores", "which alerts led to action, and which were right"),
    # --- conversations ---
    Screen("conversations", "/conversations/", "calls, meetings, mails, chats, tickets and comments"),
    Screen(
        "conversation",
        "/conversations/{conversation}",
        "the words beside the sound, what was heard in them, and how the talk was shared",
    ),
    Screen(
        "conversation-correct",
        "/conversations/{conversation}/turns/2/correct",
        "words put right by hand, with what stood there before",
    ),
    Screen(
        "conversations-search",
        "/conversations/search?words=expensive",
        "what was said, found in any inflection",
    ),
    Screen("brief", "/conversations/brief/{account}", "what to know before the next call, with its sources"),
    Screen("conversations-topics", "/conversations/topics", "what customers speak of more than before"),
    Screen(
        "conversations-coaching", "/conversations/coaching", "how members hold conversations, side by side"
    ),
    Screen(
        "conversations-coached", "/conversations/coaching/{person}", "one member's measures beside the team's"
    ),
    Screen("clips", "/conversations/clips/", "moments to learn from, to be heard in place"),
    Screen("clip", "/conversations/clips/{clip}", "one moment, why it is kept, and in which collections"),
    Screen("clip-change", "/conversations/clips/{clip}/change", "what is said of a clip, and where it ends"),
    Screen("clips-templates", "/conversations/clips/templates", "how it is said well, by theme and person"),
    Screen("clips-collection", "/conversations/collections/{collection}", "clips put together"),
    Screen(
        "clips-collection-change", "/conversations/collections/{collection}/change", "a collection's name"
    ),
    Screen("clips-collection-new", "/conversations/collections/new", "a new collection"),
    Screen("conversations-rules", "/conversations/rules/", "what is listened for, and how often it is right"),
    Screen(
        "conversations-rule-new",
        "/conversations/rules/new?phrase=cancel+the+contract&language=en",
        "a rule written by typing a phrase: the forms it hears, and what to add to it",
    ),
    Screen(
        "conversations-rule", "/conversations/rules/{heard_rule}", "one rule: what it heard, its versions"
    ),
    Screen("conversations-rule-change", "/conversations/rules/{heard_rule}/edit", "change what a rule hears"),
    Screen("conversations-rules-bring", "/conversations/rules/bring", "bring rules in from a file"),
    Screen("conversations-words", "/conversations/rules/words/en", "words that say the same"),
    Screen("conversations-hits", "/conversations/hits/?judged=all", "what rules heard, judged by one key"),
    Screen(
        "conversations-queue", "/conversations/queue", "conversations of which nobody knows whose they are"
    ),
    Screen("conversations-match", "/conversations/{waiting}/match", "say whose a conversation is"),
    Screen("conversations-add", "/conversations/add", "bring recordings, transcripts and mail in"),
    Screen(
        "conversations-incoming", "/conversations/incoming", "the files that came in, and how far each is"
    ),
    Screen("conversations-sources", "/conversations/sources", "mailboxes and folders that are looked into"),
    Screen("conversations-mailbox-add", "/conversations/sources/mailboxes/add", "add a mailbox"),
    Screen("conversations-mailbox", "/conversations/sources/mailboxes/{mailbox}", "one mailbox"),
    Screen("conversations-folder-add", "/conversations/sources/folders/add", "add a folder"),
    Screen("conversations-folder", "/conversations/sources/folders/{folder}", "one folder"),
    Screen(
        "conversations-policies", "/conversations/policies", "what may be recorded and kept, by whose consent"
    ),
    Screen("conversations-policy-add", "/conversations/policies/add", "add a recording policy"),
    Screen("conversations-policy", "/conversations/policies/{policy}", "one recording policy"),
    # --- follow-ups and playbooks ---
    Screen("follow-ups", "/followups/?whose=team", "what is to be done, the most worth first"),
    Screen("follow-ups-board", "/followups/board?whose=team", "the same by when it is due"),
    Screen("follow-up", "/followups/{follow_up}", "one follow-up: what to say and why, and what came of it"),
    Screen("follow-up-new", "/followups/new/{account}", "make a follow-up"),
    Screen("follow-up-change", "/followups/{follow_up}/change", "change what is to be done"),
    Screen("cadence", "/followups/cadence?whose=team", "accounts nobody has spoken to for too long"),
    Screen("cadence-standards", "/followups/standards", "how often accounts are to be spoken to"),
    Screen(
        "playbooks", "/followups/playbooks", "follow-ups that belong together, and how often each was started"
    ),
    Screen("playbook", "/followups/playbooks/{playbook}", "one playbook: steps, for whom, and what it did"),
    Screen("playbook-new", "/followups/playbooks/new", "set a playbook down"),
    Screen("playbook-change", "/followups/playbooks/{playbook}/change", "set its next version down"),
    Screen("calendar", "/followups/calendar", "one's follow-ups in one's own calendar"),
    # --- contact budget ---
    Screen(
        "contact-budget", "/reach/?show=reserved&whose=team", "who is held back, and which days are reserved"
    ),
    Screen("contact-log", "/reach/log/{account}", "log a contact"),
    Screen("contact-reserve", "/reach/reserve/{account}", "reserve a day to contact an account"),
    Screen("contact-rules", "/reach/rules", "how often anyone of ours may reach a contact or account"),
    Screen("contact-rule", "/reach/rules/{rule}", "one rule of the contact budget"),
    # --- running it ---
    Screen("settings", "/settings/", "all that an administrator sets"),
    Screen("night", "/settings/night", "the night's work, step by step, and when it begins"),
    Screen("health", "/settings/health", "sources, loads, rows put aside, jobs, disk, versions"),
    Screen("members", "/members/", "who is here, who is invited, and invite somebody"),
    Screen("member", "/members/{person}", "one member: role, teams, signing in"),
    Screen("teams", "/members/teams", "teams, and what they look after"),
    Screen("team", "/members/teams/{team}", "one team"),
    Screen("portfolios", "/members/portfolios", "which accounts belong together, and to which team"),
    Screen("portfolio", "/members/portfolios/{portfolio}", "one portfolio"),
    Screen("trail", "/members/trail", "who did what, and when"),
    # --- oneself ---
    Screen("you", "/members/profile", "one's name, language, time zone and look"),
    Screen("you-second-step", "/sign/2fa/", "a second step, passkeys and recovery codes"),
    Screen("you-authenticator", "/sign/2fa/totp/activate/", "set up an authenticator app"),
    Screen("you-passkey", "/sign/2fa/webauthn/add/", "add a passkey"),
    Screen("you-passkeys", "/sign/2fa/webauthn/", "one's passkeys"),
    Screen("you-password", "/sign/password/change/", "change the password"),
    Screen("you-again", "/sign/reauthenticate/", "say the password again before something delicate"),
    Screen("you-sessions", "/sign/sessions/", "where one is signed in"),
    Screen("you-sign-out", "/sign/logout/", "sign out"),
    Screen("api", "/api/", "what programs can read and do"),
    Screen("api-tokens", "/api/tokens", "tokens for programs"),
    # --- at the door ---
    Screen("sign-in", "/sign/login/", "sign in by password, passkey or the company's own way", signed=False),
    Screen("join", "/members/join/{invitation}", "join by an invitation", signed=False),
    Screen(
        "join-expired",
        "/members/join/no-such",
        "an invitation that no longer works",
        signed=False,
        status=410,
    ),
    Screen("password-forgotten", "/sign/password/reset/", "ask for a new password", signed=False),
    Screen("password-on-its-way", "/sign/password/reset/done/", "a link is on its way", signed=False),
    Screen(
        "password-link", "/sign/password/reset/key/1-no-such/", "a link that no longer works", signed=False
    ),
    Screen("password-set", "/sign/password/reset/key/done/", "the new password is set", signed=False),
    Screen("sign-in-refused", "/sign/inactive/", "somebody who may not sign in", signed=False),
    Screen("not-found", "/accounts/no-such", "an address that leads nowhere", status=404),
)

# What an administrator can open that is no page: why not.
NO_SCREENS = {
    "alive": "a word for whoever watches the server",
    "metrics": "numbers for Prometheus",
    "night-progress": "part of the night's page",
    "night-now": "part of Today",
    "members:count": "part of the portfolios",
    "members:trail_csv": "a file",
    "accounts:contact_export": "a file",
    "retention:chart": "a picture",
    "followups:feed": "a calendar",
    "api:openapi": "a description for programs",
    "conversations:export_rules": "a file",
    "conversations:brief_pdf": "a file",
}
