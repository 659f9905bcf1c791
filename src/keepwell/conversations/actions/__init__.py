"""Every write of conversations, a file a subject."""
