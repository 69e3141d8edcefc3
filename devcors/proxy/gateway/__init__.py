"""The gateway lane: HTTP/1.1 at the front door, for speed and for what mitmproxy's own layers get wrong.

`heads` and `framing` read and write messages and do no I/O; `client`, `upstream` and `tunnel` are asyncio Protocols
around them; `exchange` is one request and what came of it, and the only place that asks the policy.
"""
