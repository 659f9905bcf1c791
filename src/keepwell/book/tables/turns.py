"""Turns: who said what in a conversation, in order."""

from keepwell.book.tables import Column, Table

TABLE = Table(
    name="turns",
    key=("conversation_id", "turn_no"),
    help="Who said what in a conversation, in order.",
    keyless=False,
    ends_after=(("starts_s", "ends_s"),),
    columns=(
        Column(
            "conversation_id",
            required=True,
            help="The conversation.",
            also=("conversation", "call_id", "thread_id"),
        ),
        Column(
            "turn_no",
            "integer",
            required=True,
            help="Its place, from 1.",
            also=("turn", "no", "number", "position", "index"),
        ),
        Column("side", "choice", choices=("us", "them"), also=("party",), help="Which side spoke."),
        Column("speaker", personal=True, also=("speaker_name", "author"), help="Who spoke."),
        Column("starts_s", "decimal", also=("start", "start_s"), help="Seconds from the beginning."),
        Column("ends_s", "decimal", also=("end", "end_s"), help="Seconds from the beginning."),
        Column(
            "text", personal=True, also=("utterance", "transcript", "body", "message"), help="What was said."
        ),
    ),
)
