"""What is asked of every row, and how a row that fails is spoken of."""

from keepwell.lib.text import gettext as _

# In the order in which the first one that holds is named as the row's reason.
NULL_CHARACTER = "null_character"
MISSING_KEY = "missing_key"
MISSING_ACCOUNT = "missing_account"
MISSING_CURRENCY = "missing_currency"
MISSING_VALUE = "missing_value"
UNREADABLE_DATE = "unreadable_date"
IMPOSSIBLE_DATE = "impossible_date"
DATE_OUT_OF_RANGE = "date_out_of_range"
KNOWN_LATER = "known_later"
UNREADABLE_NUMBER = "unreadable_number"
TOO_LARGE = "too_large"
NOT_FINITE = "not_finite"
NOT_WHOLE = "not_whole"
NEGATIVE = "negative_amount"
UNKNOWN_CHOICE = "unknown_choice"
UNREADABLE_FLAG = "unreadable_flag"
UNKNOWN_CURRENCY = "unknown_currency"
UNKNOWN_ACCOUNT = "unknown_account"
END_BEFORE_START = "end_before_start"
DUPLICATE_KEY = "duplicate_key"
MERGE_CYCLE = "merge_cycle"
WRONG_COLUMNS = "wrong_columns"
UNREADABLE_LINE = "unreadable_line"


def sentences() -> dict[str, str]:
    """For each reason what it says of a `column` with a `value`."""
    return {
        NULL_CHARACTER: _("“{value}” in {column} has a null character in it (shown as ␀): it is damaged."),
        MISSING_KEY: _("The key {column} is empty."),
        MISSING_ACCOUNT: _("No account is named in {column}."),
        MISSING_CURRENCY: _("There is an amount but no currency in {column}."),
        MISSING_VALUE: _("{column} is empty, and it is needed."),
        UNREADABLE_DATE: _("“{value}” in {column} is no date."),
        IMPOSSIBLE_DATE: _("“{value}” in {column} is a day that does not exist."),
        DATE_OUT_OF_RANGE: _(
            "“{value}” in {column} lies outside 1900 to 2200; if such a day means “no end”, "
            "say so in the mapping: open_end."
        ),
        KNOWN_LATER: _("“{value}” in {column} lies ahead: nothing is known before it is told."),
        UNREADABLE_NUMBER: _("“{value}” in {column} is no number."),
        TOO_LARGE: _("“{value}” in {column} is larger than any amount that can be kept."),
        NOT_FINITE: _("“{value}” in {column} is no finite number."),
        NOT_WHOLE: _("“{value}” in {column} is no whole number."),
        NEGATIVE: _("“{value}” in {column} is below zero, which it may not be."),
        UNKNOWN_CHOICE: _("“{value}” is none of the values that {column} may have."),
        UNREADABLE_FLAG: _("“{value}” in {column} is neither yes nor no."),
        UNKNOWN_CURRENCY: _("“{value}” in {column} is no currency in use."),
        UNKNOWN_ACCOUNT: _(
            "There is no account “{value}” in the book; load accounts first and retry, "
            "or import with --create-accounts."
        ),
        END_BEFORE_START: _("{column} “{value}” lies before its beginning."),
        DUPLICATE_KEY: _("The key “{value}” comes several times in the file, with different content."),
        MERGE_CYCLE: _("“{value}” in {column} leads back to the account itself."),
        WRONG_COLUMNS: _(
            "The line has another number of columns than the header, or a broken quotation: {value}"
        ),
        UNREADABLE_LINE: _("The line cannot be read: {value}"),
    }


def sentence(reason: str, column: str, value: str | None) -> str:
    """A reason as a person is told it."""
    return sentences().get(reason, reason).format(column=column, value=value if value is not None else "")


def label(reason: str) -> str:
    """A reason in a few words, as lists and figures tell what was left out."""
    known = {
        NULL_CHARACTER: _("null character"),
        MISSING_KEY: _("missing key"),
        MISSING_ACCOUNT: _("missing account"),
        MISSING_CURRENCY: _("missing currency"),
        MISSING_VALUE: _("missing value"),
        UNREADABLE_DATE: _("unreadable date"),
        IMPOSSIBLE_DATE: _("impossible date"),
        DATE_OUT_OF_RANGE: _("date out of range"),
        KNOWN_LATER: _("known later"),
        UNREADABLE_NUMBER: _("unreadable number"),
        TOO_LARGE: _("too large"),
        NOT_FINITE: _("not finite"),
        NOT_WHOLE: _("not whole"),
        NEGATIVE: _("negative amount"),
        UNKNOWN_CHOICE: _("unknown choice"),
        UNREADABLE_FLAG: _("unreadable flag"),
        UNKNOWN_CURRENCY: _("unknown currency"),
        UNKNOWN_ACCOUNT: _("unknown account"),
        END_BEFORE_START: _("end before start"),
        DUPLICATE_KEY: _("duplicate key"),
        MERGE_CYCLE: _("merge cycle"),
        WRONG_COLUMNS: _("wrong columns"),
        UNREADABLE_LINE: _("unreadable line"),
        "our own": _("our own"),  # an account of the company itself, and one to try things with
        "test": _("test"),
    }
    return known.get(reason, reason.replace("_", " "))


def table_said(name: str) -> str:
    """What a table holds, in words; of "account" the one that is left out itself."""
    known = {
        "account": _("account"),
        "accounts": _("accounts"),
        "answers": _("answers to surveys"),
        "contacts": _("persons at accounts"),
        "conversations": _("conversations"),
        "costs": _("costs"),
        "events": _("use of the product"),
        "goal_readings": _("readings of goals"),
        "goals": _("goals"),
        "hits": _("hits of rules"),
        "invoices": _("invoices"),
        "purchases": _("purchases"),
        "rates": _("exchange rates"),
        "reasons": _("reasons for leaving"),
        "subscriptions": _("subscriptions"),
        "talks": _("measures of conversations"),
        "tickets": _("tickets"),
        "touches": _("contacts with customers"),
        "treatments": _("treatments"),
        "turns": _("turns of conversations"),
    }
    return known.get(name, name.replace("_", " "))
