"""The others: the same answers, or a plain reading of the same bytes, as well as we can write them."""
