"""Chance, one stream a mechanism, so that a change in one does not shuffle the others."""

import numpy as np

Random = np.random.Generator

# Order is part of the seed: add new names at the end and never reorder.
_NAMES = (
    "accounts", "joining", "forces", "champions", "weather", "decisions", "payments", "mergers", "changes",
    "renewals", "returning", "buying", "amounts", "actions", "use", "tickets", "touches", "answers", "goals",
    "costs", "reasons", "invoices", "rates", "contacts", "names", "conversations", "turns", "ticket_texts",
    "comments", "dirt",
)  # fmt: skip


def streams(seed: int) -> dict[str, Random]:
    """One independent PCG64 generator for each mechanism, by its name."""
    children = np.random.SeedSequence(seed).spawn(len(_NAMES))
    return {name: np.random.Generator(np.random.PCG64(c)) for name, c in zip(_NAMES, children, strict=True)}
