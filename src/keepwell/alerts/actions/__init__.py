"""What is written of alerts: raised and let go by the night, answered by members, set up, told."""
