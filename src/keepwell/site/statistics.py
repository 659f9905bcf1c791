"""What SQLite knows of the tables that it plans questions for. Without it, it guesses, and reads lists whole.

PostgreSQL keeps the same by itself. A table that a migration makes anew begins without.
"""

from django.db import connection


def renew_statistics() -> None:
    """Count every table and index, one table at a time, so that whoever writes waits for no more than one."""
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"ANALYZE {connection.ops.quote_name(table)}")
