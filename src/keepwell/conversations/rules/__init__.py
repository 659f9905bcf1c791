"""Rules: written, tried on the past, made ready to be heard, asked about, and told to the book."""
