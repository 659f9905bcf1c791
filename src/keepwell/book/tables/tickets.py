"""Tickets: questions, problems and complaints brought to us."""

from keepwell.book.tables import Column, Stage, Table

TABLE = Table(
    name="tickets",
    key=("ticket_id",),
    help="Questions, problems, objections, complaints and claims brought to us.",
    occurred="opened_at",
    stages=(
        Stage("opened_at"),
        Stage("first_response_at", reveals=("first_response_at",)),
        Stage("resolved_at", reveals=("resolved_at", "csat")),
    ),
    ends_after=(("opened_at", "first_response_at"), ("opened_at", "resolved_at")),
    columns=(
        Column(
            "ticket_id",
            required=True,
            help="Permanent id of the ticket.",
            also=("ticket", "case_id", "issue_id", "id"),
        ),
        Column(
            "account_id",
            required=True,
            refers="accounts",
            help="Whose.",
            also=("account", "customer_id", "company_id", "organization_id"),
        ),
        Column(
            "contact_id",
            refers="contacts",
            help="Who asked; kept as a surrogate.",
            also=("contact", "requester_id", "user_id"),
        ),
        Column(
            "opened_at",
            "instant",
            required=True,
            help="When it came.",
            also=("opened", "created_at", "created", "opened_on", "date"),
        ),
        Column(
            "first_response_at",
            "instant",
            also=("first_reply_at", "first_response", "responded_at"),
            help="First answer.",
        ),
        Column(
            "resolved_at",
            "instant",
            also=("resolved", "solved", "closed_at", "solved_at", "resolved_on"),
            help="When it was put right.",
        ),
        Column(
            "kind",
            "choice",
            choices=("question", "problem", "objection", "complaint", "claim"),
            also=("type", "ticket_type", "category"),
            help="What it is.",
        ),
        Column("severity", also=("priority", "urgency"), help="How grave it is."),
        Column(
            "csat",
            "decimal",
            also=("satisfaction", "satisfaction_score", "rating"),
            help="How content they were.",
        ),
        Column("subject", personal=True, also=("title", "summary"), help="Its headline."),
        Column("text", personal=True, also=("body", "description", "message"), help="What was written."),
    ),
)
