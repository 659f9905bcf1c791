"""Filters of the trail."""
