"""Follow-ups: who does what at which account by when, playbooks that make several, cadence."""
