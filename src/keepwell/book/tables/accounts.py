"""Accounts: the customer organisations that stay or leave."""

from keepwell.book.tables import Column, Table

TABLE = Table(
    name="accounts",
    key=("account_id",),
    help="Customer organisations: the unit that stays or leaves.",
    occurred="created_on",
    keyless=False,
    ends_after=(("created_on", "merged_on"),),
    columns=(
        Column(
            "account_id",
            required=True,
            help="Permanent id of the account.",
            also=(
                "account",
                "customer_id",
                "customer",
                "client_id",
                "company_id",
                "organisation_id",
                "id",
                "record_id",
            ),
        ),
        Column("name", help="Its name.", also=("account_name", "company", "company_name", "customer_name")),
        Column("segment", help="The group it is steered in.", also=("tier", "customer_segment")),
        Column("industry", also=("sector", "branch"), help="What it does."),
        Column("country", also=("country_code", "billing_country"), help="Where it is."),
        Column("language", also=("locale", "lang"), help="The language it is spoken to in."),
        Column(
            "created_on",
            "day",
            also=("created", "created_at", "signup_date"),
            help="Day it became known to us.",
        ),
        Column("owner_email", also=("owner", "csm", "account_owner"), help="Who of ours looks after it."),
        Column("domain", also=("website", "email_domain"), help="Its domain, to know its people by."),
        Column("salesperson", also=("sales_rep", "sold_by"), help="Who sold to it."),
        Column("channel", also=("source", "acquisition_channel"), help="The way it came to us."),
        Column(
            "parent_id",
            also=("parent", "parent_account", "parent_account_id"),
            help="The account it belongs to.",
        ),
        Column("merged_into", also=("merged_with", "master_id"), help="The account that took it over."),
        Column("merged_on", "day", also=("merged_at", "merge_date"), help="Day of the merger."),
        Column(
            "excluded", help="Why it counts in no figure: our own, test.", also=("exclude", "excluded_reason")
        ),
    ),
)
