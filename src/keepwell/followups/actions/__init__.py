"""Every write of follow-ups, playbooks and cadence, by what is done."""
