"""What comes in: where from, what it is, whose it is, and what of it may be kept."""
