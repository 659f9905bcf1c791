"""Facts about customers, as append-only versions of rows, pinned together by a manifest."""
