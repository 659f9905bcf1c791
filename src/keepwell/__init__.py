"""Measures who stayed and who left, and proves every figure with its list of accounts."""
