"""Remembering an answer for as long as one request lasts: what every panel asks is asked of the database once."""

import contextlib
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from functools import wraps
from typing import Any, TypeVar

Answer = TypeVar("Answer")

_memory: ContextVar[dict[Any, Any] | None] = ContextVar("memory", default=None)


@contextlib.contextmanager
def remembering() -> Iterator[None]:
    """Within it, functions marked `remembered` are worked out once."""
    before = _memory.set({})
    try:
        yield
    finally:
        _memory.reset(before)


def remembered(asked: Callable[[], Answer]) -> Callable[[], Answer]:
    """A question whose answer does not change while a request lasts; outside of one it is asked anew."""

    @wraps(asked)
    def answer() -> Answer:
        memory = _memory.get()
        if memory is None:
            return asked()
        if asked not in memory:
            memory[asked] = asked()
        found: Answer = memory[asked]
        return found

    return answer
