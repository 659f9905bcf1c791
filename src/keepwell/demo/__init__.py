"""Simulated companies: one small with a known cause behind everything, and plain ones of any size."""
