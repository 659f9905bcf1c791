"""Days in Hungarian."""

DATE_FORMAT = "Y. N j."
YEAR_MONTH_FORMAT = "Y. N"
DATETIME_FORMAT = "Y. N j. H:i"
