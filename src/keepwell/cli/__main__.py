"""`python -m keepwell.cli`, where the script is not on the path."""

from keepwell.cli.main import run

run()
