"""Which route takes a request, and what becomes of its target, Host, Origin and Location: pure functions on bytes.

`pattern` compiles what stands in the config, `table` finds the most specific entry, `paths` sees through spellings,
`rewrite` makes the backend's target and the way back, `fields` the header fields that go with it, and
`upstream_proxies` says which requests that leave this machine go through another proxy.
"""
