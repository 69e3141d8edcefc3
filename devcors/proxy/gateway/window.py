"""How much of a stream may be on its way within devcors: bytes that one side has sent and the other has not taken."""

HIGH_WATER = 128 * 1024
"""Bytes waiting to be written to one side at which the other side is no longer read."""

PIPELINED = 64 * 1024
"""Bytes of later requests that are read while one is answered."""
