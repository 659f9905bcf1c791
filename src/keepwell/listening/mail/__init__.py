"""Mail: files, mailboxes and servers read into conversations; attachments are listed and never opened."""
