"""One running devcors: start, reload, stop, and what is told meanwhile."""
