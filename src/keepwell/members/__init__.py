"""Members of ours, their teams and portfolios, what each may see and do, and who changed what."""
