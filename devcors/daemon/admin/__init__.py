"""The admin port: an origin of its own, on loopback only. In this version it serves `proxy.pac`."""
