"""Filters of the pages of the API."""
