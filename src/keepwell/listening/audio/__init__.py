"""Recordings: what they are, who speaks when, and how the talk was shared; nothing is held in memory whole."""
