"""Goals: what an account wants to reach with us."""

from keepwell.book.tables import Column, Table

TABLE = Table(
    name="goals",
    key=("goal_id",),
    help="What an account wants to reach with us.",
    keyless=False,
    columns=(
        Column("goal_id", required=True, help="Permanent id of the goal.", also=("goal", "id")),
        Column(
            "account_id",
            required=True,
            refers="accounts",
            help="Whose.",
            also=("account", "customer_id", "company_id"),
        ),
        Column("name", also=("goal_name", "title"), help="What it is called."),
        Column("unit", help="What it is counted in."),
        Column("baseline", "decimal", also=("start_value",), help="Where it stood."),
        Column("target", "decimal", also=("target_value",), help="Where it is to get."),
        Column("due_on", "day", also=("due", "due_date"), help="By when."),
    ),
)
