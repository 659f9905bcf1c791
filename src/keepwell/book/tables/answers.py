"""Answers: what people said in surveys."""

from keepwell.book.tables import Column, Table

TABLE = Table(
    name="answers",
    key=("answer_id",),
    help="What people answered in surveys.",
    occurred="answered_at",
    columns=(
        Column(
            "answer_id",
            required=True,
            help="Permanent id of the answer.",
            also=("answer", "response_id", "id"),
        ),
        Column(
            "account_id",
            required=True,
            refers="accounts",
            help="Whose.",
            also=("account", "customer_id", "company_id"),
        ),
        Column(
            "contact_id",
            refers="contacts",
            help="Who answered; kept as a surrogate.",
            also=("contact", "respondent_id", "user_id"),
        ),
        Column(
            "answered_at",
            "instant",
            required=True,
            help="When.",
            also=("date", "responded_at", "submitted_at", "answered_on", "timestamp"),
        ),
        Column("survey", also=("survey_name", "survey_id", "questionnaire"), help="Which survey."),
        Column("score", "decimal", also=("rating", "nps", "value"), help="The number given."),
        Column("comment", personal=True, also=("text", "feedback", "verbatim"), help="What was written."),
        Column(
            "comment_length",
            "integer",
            negative=False,
            counts="comment",
            help="How many characters were written; counted where it is not given.",
        ),
    ),
)
