"""The proxies that are measured: how each is found on this machine, configured and started.

Each sends `/api` to one backend and `/stream` to the other, over connections that are kept alive where it can, and
without an access log where it has one.
"""
