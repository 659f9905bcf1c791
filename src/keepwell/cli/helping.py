"""Help with examples: coloured panels for a person at a terminal, plain text in a pipe."""

import sys

from keepwell.lib.text import gettext as _

RICH_HELP = bool(sys.stdout and sys.stdout.isatty())


def examples(*lines: str) -> str:
    """The end of a command's help: what one would type."""
    if RICH_HELP:  # there a blank line between two paragraphs ends a line
        return "\n\n".join([_("Examples:"), *(f"  {line}" for line in lines)])
    return "\b\n" + "\n".join([_("Examples:"), *(f"  {line}" for line in lines)])
