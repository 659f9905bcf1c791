"""Talks: how a conversation was shared between the two sides, as it was measured."""

from keepwell.book.tables import Column, Table

TABLE = Table(
    name="talks",
    key=("conversation_id",),
    help="How conversations were shared between the two sides.",
    columns=(
        Column(
            "conversation_id",
            required=True,
            help="The conversation that was measured.",
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
        Column("confidence", "decimal", help="How sure the figures of a spoken one are, from 0 to 1."),
        Column("pauses", "integer", help="Times nobody spoke for a second or more."),
        Column(
            "our_share", "decimal", also=("talk_ratio",), help="Of the time spoken, the share that was ours."
        ),
        Column("our_longest_s", "decimal", help="Seconds of our longest monologue."),
        Column("our_questions", "integer", help="Questions that we asked."),
        Column("our_interruptions", "integer", help="Times we broke in."),
        Column("their_share", "decimal", help="Of the time spoken, the share that was theirs."),
        Column("their_longest_s", "decimal", help="Seconds of their longest monologue."),
        Column("their_questions", "integer", help="Questions that they asked."),
        Column("their_interruptions", "integer", help="Times they broke in."),
        Column("their_mood_turns", "integer", help="Their turns whose mood a model told or a person said."),
        Column("their_good", "decimal", help="Of these, the share in a good mood."),
        Column("their_bad", "decimal", help="Of these, the share in a bad mood; of the rest it is not sure."),
        Column("mood_model", help="What told the mood: a language's model with its version, or a person."),
    ),
)
