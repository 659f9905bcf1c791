"""The rates of a statement: one file each, found by its name."""
