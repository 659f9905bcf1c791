"""What customers say and write: read from recordings, transcripts and mail, and told of in plain records.

A library: it needs no Django, no book that is open and, but for transcribing itself, no model.
"""
