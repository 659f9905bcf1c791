"""Touches, and the contact budget: how often anyone of ours may reach one contact or account, over all teams."""
