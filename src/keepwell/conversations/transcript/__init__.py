"""A conversation as a page shows it: turns, words, sound and measures."""
