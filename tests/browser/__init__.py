"""The office as people meet it: a real Chromium at a real server, over a small simulated company."""
