"""Alerts: stored, dated changes at an account that want attention, raised by triggers, open until closed."""
