"""How programs ask: tokens, the door every call passes, and what all answers have in common.

Each room says its own calls in `api.py`, in a list ROUTERS; they are gathered here.
"""
