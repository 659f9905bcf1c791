"""Days in Polish."""

DATE_FORMAT = "j b Y"
YEAR_MONTH_FORMAT = "b Y"
DATETIME_FORMAT = "j b Y H:i"
