"""Accounts and contacts as the office shows them: today's standing, the account page, search and erasure."""
