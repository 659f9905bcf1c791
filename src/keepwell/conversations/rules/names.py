"""What rules that come with Keepwell are called, in the reader's words; files and calls keep their own."""

from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

NAMES: dict[str, str | Promise] = {
    "cancel-contract": pgettext_lazy("a rule", "Cancel the contract"),
    "not-renew": pgettext_lazy("a rule", "Not renew"),
    "switch-supplier": pgettext_lazy("a rule", "Switch to another supplier"),
    "stop-using": pgettext_lazy("a rule", "Stop using it"),
    "other-offer": pgettext_lazy("a rule", "Another offer"),
    "too-expensive": pgettext_lazy("a rule", "Too expensive"),
    "want-discount": pgettext_lazy("a rule", "Want a discount"),
    "budget-cut": pgettext_lazy("a rule", "Budget cut"),
    "not-satisfied": pgettext_lazy("a rule", "Not satisfied"),
    "file-complaint": pgettext_lazy("a rule", "File a complaint"),
    "does-not-work": pgettext_lazy("a rule", "Does not work"),
    "support-too-slow": pgettext_lazy("a rule", "Support too slow"),
    "no-results": pgettext_lazy("a rule", "No results"),
    "nobody-uses-it": pgettext_lazy("a rule", "Nobody uses it"),
    "left-the-company": pgettext_lazy("a rule", "Left the company"),
    "new-management": pgettext_lazy("a rule", "New management"),
    "very-satisfied": pgettext_lazy("a rule", "Very satisfied"),
    "would-recommend": pgettext_lazy("a rule", "Would recommend"),
}


def called(name: str) -> str:
    """What a rule is called; one that a company named by its own name."""
    return str(NAMES.get(name, name))
