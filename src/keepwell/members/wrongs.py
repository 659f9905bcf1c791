"""What is wrong, as a page says it: each sentence on a line of its own."""

from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from keepwell.lib.errors import KeepwellError


def in_lines(error: KeepwellError) -> SafeString:
    """What is wrong, what was seen, and each way out; what people typed stays text."""
    seen = [f"{_('Seen:')} {error.seen}"] if error.seen else []
    lines = [(line,) for line in (error.wrong, *seen, *error.ways)]
    return format_html_join(mark_safe("<br>"), "{}", lines)
