"""Who is at risk, why, how sure that is, and what each account is worth saving."""
