"""An index that a list is read from whose highest come first and whose empty ones come last, on either database."""

from copy import copy
from typing import Any

from django.db.models import Index


class Downwards(Index):
    """Its “-” fields are in that order on PostgreSQL too, where empty ones would come first; on SQLite they are."""

    def create_sql(self, model: Any, schema_editor: Any, using: str = "", **more: Any) -> Any:
        """As the database says it."""
        made = copy(self)
        if schema_editor.connection.vendor == "postgresql":
            made.fields_orders = [
                (name, f"{way} NULLS LAST" if way else way) for name, way in self.fields_orders
            ]
        return Index.create_sql(made, model, schema_editor, using=using, **more)
