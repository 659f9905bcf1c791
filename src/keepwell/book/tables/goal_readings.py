"""Goal readings: how far a goal had come on a day."""

from keepwell.book.tables import Column, Table

TABLE = Table(
    name="goal_readings",
    key=("goal_id", "read_on"),
    help="How far a goal had come on a day.",
    occurred="read_on",
    keyless=False,
    columns=(
        Column("goal_id", required=True, help="The goal.", also=("goal",)),
        Column("read_on", "day", required=True, help="The day.", also=("date", "day", "read_at")),
        Column("value", "decimal", also=("reading", "amount"), help="What was read."),
    ),
)
