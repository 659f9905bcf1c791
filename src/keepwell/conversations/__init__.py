"""What was said and written: kept, heard by rules, shown, learnt from."""
