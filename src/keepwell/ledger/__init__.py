"""Movements out of subscriptions and out of purchases; statements of a period."""
