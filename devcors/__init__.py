"""devcors: a local dev-server proxy that ends CORS trouble and explains it while it lasts."""

import time

__version__ = "0.1.0"

LOADED = time.monotonic()
"""When this program began, but for the interpreter's own start: what `up` says it took is what its user waited for."""
