"""The figures as a page of their own and as they show themselves in a notebook."""

from keepwell.metrics.page.accounts import accounts_behind
from keepwell.metrics.page.notebook import as_notebook_html
from keepwell.metrics.page.writer import make_page, write_page

__all__ = ["accounts_behind", "as_notebook_html", "make_page", "write_page"]
