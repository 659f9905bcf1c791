"""Book and office in one file, and back again: `making` writes it, `restoring` brings it back.

A backup is a tar file: `backup.json` says what it is, `book/` holds the files that the newest manifest speaks of, and
`office/` the database and the key. While it is made nobody writes to the book, and the office is copied first: what
people did is in the office as long as the book cannot have lost it, and rows handed to the book twice are there once.

An erased person stays erased when an older backup is restored. Each backup leaves the list of erased keys (salted
hashes, nothing of a person) beside it, in a file of the book's own that every later backup in the folder adds to;
restoring obeys that list, and the ones of homes it is told of. What is on a list and in the backup is erased before
anybody can open it: until then the book waits in a folder apart, and no office is opened beside that.
"""

from keepwell.book.store import Store

APART = "restoring"  # the folder below the home where a book waits until it is whole
FORMAT = 1  # of a backup: raised when an older Keepwell could no longer read it rightly
SAID, BOOK, OFFICE = "backup.json", "book", "office"  # what lies where in the file


def left_off(home: str) -> bool:
    """Whether a backup is being brought back to a home, or was until its process was killed."""
    place = Store(home).local
    return place is not None and (place / APART).is_dir() and any((place / APART).iterdir())
