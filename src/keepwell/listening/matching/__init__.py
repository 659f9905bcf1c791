"""Hearing rules: a batch of turns is analysed once into arrays of numbers, then all rules are sought at once."""
