"""Log lines: one JSON object each, without anything personal.

What is logged is where and what kind, never the values of fields: an exception is told by its type and the places it
passed, as its text may quote a name or an address; and what others' code puts into its sentences is left out, as it
may be the address of a page, with what somebody searched for, or a secret.
"""

import json
import logging
import traceback
from datetime import UTC, datetime
from pathlib import Path

OURS = ("keepwell", "granian", "django-q")  # whose sentences are known to hold nothing personal


class Line(logging.Formatter):
    """A record as one line of JSON: at, level, logger, message, and of an exception its type and its way."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage() if _ours(record) else str(record.msg),
        }
        if (match := getattr(getattr(record, "request", None), "resolver_match", None)) is not None:
            line["page"] = match.view_name or match.route
        if pk := getattr(getattr(getattr(record, "request", None), "user", None), "pk", None):
            line["member"] = pk  # a number: who it is, an administrator finds on the trail
        if status := getattr(record, "status_code", None):
            line["status"] = status
        if record.exc_info and record.exc_info[0] is not None:
            line["error"] = record.exc_info[0].__name__
            line["passed"] = " > ".join(
                f"{Path(frame.filename).name}:{frame.lineno}"
                for frame in traceback.extract_tb(record.exc_info[2])
            )
        return json.dumps(line, ensure_ascii=False)


def _ours(record: logging.LogRecord) -> bool:
    return not record.exc_info and record.name.split(".")[0] in OURS
