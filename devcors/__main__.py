"""`python -m devcors`."""

from .cli.main import run

run()
