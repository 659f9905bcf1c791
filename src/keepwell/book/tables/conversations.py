"""Conversations: calls, meetings, mail threads and chats."""

from keepwell.book.tables import Column, Table

TABLE = Table(
    name="conversations",
    key=("conversation_id",),
    help="Calls, meetings, mail threads and chats.",
    occurred="occurred_at",
    keyless=False,
    columns=(
        Column(
            "conversation_id",
            required=True,
            help="Permanent id of the conversation.",
            also=("conversation", "call_id", "thread_id", "id"),
        ),
        Column(
            "account_id",
            required=True,
            refers="accounts",
            help="With whom.",
            also=("account", "customer_id", "company_id"),
        ),
        Column(
            "occurred_at",
            "instant",
            required=True,
            help="When it began.",
            also=("date", "started_at", "timestamp", "time"),
        ),
        Column("channel", also=("medium", "type"), help="Call, meeting, mail, chat."),
        Column("language", also=("locale", "lang"), help="The language spoken."),
        Column(
            "participants",
            personal=True,
            also=("people", "attendees"),
            help="Who took part, semicolons between: names, mail addresses, or both as in"
            " Ann Hill <ann@example.com>.",
        ),
        Column("audio", personal=True, also=("recording", "audio_file"), help="Where the sound lies."),
    ),
)
