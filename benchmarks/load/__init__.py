"""What stands before every peer: wrk for many requests, blocking sockets for everything that takes one connection."""
