"""Next.js' `rewrites()` as routes.

`syntax` reads its patterns, `shapes` says which paths one takes and as what patterns of devcors, `destinations` where
they go, `conditions` what `has` and `missing` become, `ordering` keeps Next's order among them, `pages` finds what Next
asks before its rewrites, `rewriting` puts it all together, `reading` has the project's own Next load its config.
"""
