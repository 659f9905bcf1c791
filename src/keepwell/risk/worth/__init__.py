"""What acting on each account is expected to bring, less what it costs, and whom to act on under a budget."""
