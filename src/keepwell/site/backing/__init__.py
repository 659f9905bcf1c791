"""Book and office in one file, and back again: `making` writes it, `restoring` brings it back.

A backup is a tar file: `backup.json` says what it is, `book/` holds the files that the newest manifest speaks of, and
`office/` the database and the key. While it is made nobody writes to the book, and the office is copied first: what
people did is in the office as long as the book cannot have lost it, and rows handed to the book twice are there once.

An erased person stays erased when an older backup is restored. Each backup leaves the list of erased keys (salted
hashes, nothing of a person) beside it, in a file of the book's own that every later backup in the folder adds to;
restoring obeys that list, and the ones of homes it is told of. What is on a list and in the backup is erased before
anybody can open it.
"""

FORMAT = 1  # of a backup: raised when an older Keepwell could no longer read it rightly
SAID, BOOK, OFFICE = "backup.json", "book", "office"  # what lies where in the file
