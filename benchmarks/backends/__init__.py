"""What stands behind every peer: `small` for the 1 KiB answers, `streams` for bodies, events and WebSockets.

Below `/api` is the first, below `/stream` the second.
"""
