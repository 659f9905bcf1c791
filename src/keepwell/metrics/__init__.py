"""What each number means, and the accounts that prove it."""
