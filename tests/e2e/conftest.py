"""For the tests that need a desktop."""

from tests.support.desktop import gnome, proxied

__all__ = ["gnome", "proxied"]
