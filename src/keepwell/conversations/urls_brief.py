"""Addresses of the search and of the brief."""

from django.urls import path

from keepwell.conversations.views import search

SEARCHING = [
    path("search", search.searched, name="search"),
]
