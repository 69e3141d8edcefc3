"""TLS to upstreams: one context for each way of checking their certificates."""

from __future__ import annotations

import ssl
from functools import lru_cache

import certifi

from devcors.config.schema import Verify


def upstream_context(verify: Verify) -> ssl.SSLContext:
    """`verify` True: the system's authorities and Mozilla's; False: anything; else the CA file, and it alone.

    Raises OSError for a file that cannot be used. It is read anew each time, since it may have been replaced.
    """
    return _standing(verify) if isinstance(verify, bool) else _context(verify)


def _context(verify: Verify) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.set_alpn_protocols(["http/1.1"])
    if verify is True:
        context.load_default_certs()
        context.load_verify_locations(certifi.where())
    elif verify is False:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    else:
        context.load_verify_locations(verify)
    return context


_standing = lru_cache(maxsize=2)(_context)
