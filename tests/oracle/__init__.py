"""A second, slow and obvious reading of what each number means, to check the quick one against."""
