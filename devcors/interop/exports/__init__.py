"""A config for the server that takes over from devcors.

`describing` turns a config into a `Site`, which no target's language has touched yet; a folder for each target turns
that into text, with a template; `exporting` is what the command line calls.
"""
