"""Addresses of the search and of the brief."""

from django.urls import path

from keepwell.conversations.views import brief, search

SEARCHING = [
    path("search", search.searched, name="search"),
    path("brief/<path:account_id>", brief.page, name="brief"),
    path("brief-pdf/<path:account_id>", brief.paper, name="brief_pdf"),
    path("brief-mail/<path:account_id>", brief.mail, name="brief_mail"),
]
