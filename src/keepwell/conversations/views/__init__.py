"""The screens, a file a subject."""
