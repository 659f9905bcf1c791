"""Why accounts leave, as far as the past can tell: where they leave, what went before, and what they said."""
