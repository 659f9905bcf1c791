"""The customer's check-up: step by step of its way with us, against thresholds that people set."""
