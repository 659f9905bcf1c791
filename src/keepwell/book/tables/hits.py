"""Hits: where a rule matched in what was said or written."""

from keepwell.book.tables import Column, Table

TABLE = Table(
    name="hits",
    key=("hit_id",),
    help="Where a rule matched in what was said or written.",
    columns=(
        Column("hit_id", required=True, help="Permanent id of the hit.", also=("hit", "id")),
        Column(
            "account_id",
            required=True,
            refers="accounts",
            help="Whose.",
            also=("account", "customer_id", "company_id"),
        ),
        Column("conversation_id", also=("conversation", "call_id"), help="In which conversation."),
        Column("source", also=("source_id", "ticket_id", "answer_id"), help="Or in what else."),
        Column(
            "occurred_at",
            "instant",
            required=True,
            help="When it was said.",
            also=("date", "timestamp", "occurred_on"),
        ),
        Column("rule", required=True, also=("rule_name", "rule_id"), help="Which rule."),
        Column("rule_version", also=("version",), help="Which version of the rule."),
        Column("theme", also=("topic",), help="What it is about."),
        Column("verdict", also=("judgement",), help="What a person said of it."),
    ),
)
