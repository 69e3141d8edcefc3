"""devcors: a local dev-server proxy that ends CORS trouble and explains it while it lasts."""

__version__ = "0.1.0"
