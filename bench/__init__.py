"""Keepwell measured beside what else could do the same work on the same machine. Run: python -m bench."""
