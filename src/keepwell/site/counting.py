"""What limits count, kept in the office's database: it holds for every process, and outlives each of them.

As a cache of Django's, for those who count ask one. Values are JSON: what lies in a database is never run.
"""

from datetime import UTC, datetime, timedelta
from random import random
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache
from django.db import connection, transaction
from django.utils import timezone

from keepwell.site.models import Counted

_COUNT = """
WITH soon AS (SELECT set_config('synchronous_commit', 'off', true))
INSERT INTO site_counted AS counted (key, value, expires) SELECT %s, to_jsonb(1), %s FROM soon
ON CONFLICT (key) DO UPDATE SET expires = EXCLUDED.expires,
    value = CASE WHEN counted.expires > %s THEN to_jsonb(counted.value::text::bigint + 1) ELSE to_jsonb(1) END
RETURNING value::text"""
_TIDIED = 0.02
NEVER = datetime(9999, 1, 1, tzinfo=UTC)


class Counting(BaseCache):
    """Counts that are right however many count at once."""

    def __init__(self, _location: str, params: dict[str, Any]) -> None:
        super().__init__(params)

    def add(self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        """Keep a value unless there is one; whether it was kept. What has expired is forgotten meanwhile."""
        Counted.objects.filter(expires__lte=timezone.now()).delete()
        said = {"value": value, "expires": self._until(timeout)}
        return Counted.objects.get_or_create(pk=self.make_and_validate_key(key, version), defaults=said)[1]

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        """A value; `default` where there is none any more."""
        rows = Counted.objects.filter(pk=self.make_and_validate_key(key, version), expires__gt=timezone.now())
        return next(iter(rows.values_list("value", flat=True)), default)

    def set(self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> None:
        """Keep a value in place of whatever there is."""
        said = {"value": value, "expires": self._until(timeout)}
        Counted.objects.update_or_create(pk=self.make_and_validate_key(key, version), defaults=said)

    def incr(self, key: str, delta: int = 1, version: int | None = None) -> int:
        """Count; nobody else counts the same meanwhile. Raises ValueError where there is nothing to add to."""
        rows = Counted.objects.filter(pk=self.make_and_validate_key(key, version), expires__gt=timezone.now())
        with transaction.atomic():
            row = rows.select_for_update().first()
            if row is None:
                raise ValueError(f"Key '{key}' not found")
            row.value += delta
            row.save(update_fields=["value"])
            return int(row.value)

    def count(self, key: str, timeout: int) -> int:
        """Count one, from nothing where nothing is counted yet; how many that makes.

        With one question of PostgreSQL, which answers before the count is on its disk: no call waits for that.
        """
        now = timezone.now()
        said: list[Any] = [self.make_and_validate_key(key), now + timedelta(seconds=timeout), now]
        with connection.cursor() as cursor:
            cursor.execute(_COUNT, said)
            made = int(cursor.fetchone()[0])
        if made == 1 and random() < _TIDIED:  # noqa: S311 - one in so many first ones forgets what has expired
            Counted.objects.filter(expires__lte=now).delete()
        return made

    def delete(self, key: str, version: int | None = None) -> bool:
        """Forget a value; whether there was one."""
        return Counted.objects.filter(pk=self.make_and_validate_key(key, version)).delete()[0] > 0

    def clear(self) -> None:
        """Forget everything."""
        Counted.objects.all().delete()

    def _until(self, timeout: Any) -> datetime:
        at = self.get_backend_timeout(timeout)
        return NEVER if at is None else datetime.fromtimestamp(at, UTC)
