"""Browsers of this machine, opened with a throw-away profile that goes through devcors; nothing else is touched."""
