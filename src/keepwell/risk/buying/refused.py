"""A model that is not used, and why."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Refused:
    """What was tried, by name, and why each is not used: a sentence for people."""

    reasons: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, name: str, reason: str) -> "Refused":
        """One model, one reason."""
        return cls(((name, reason),))

    def __str__(self) -> str:
        return "\n".join(f"{name}: {reason}" for name, reason in self.reasons)
