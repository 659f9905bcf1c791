"""Help with examples: what one would type, line by line."""

from keepwell.lib.text import gettext as _


def examples(*lines: str) -> str:
    """The end of a command's help. The mark at its start keeps the lines from being joined."""
    return "\b\n" + "\n".join([_("Examples:"), *(f"  {line}" for line in lines)])
