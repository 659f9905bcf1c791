"""Days and periods, money, text: knows no word of the domain."""
