"""Proxy settings of other dev servers, as routes of devcors.

The tool's own loader evaluates the config in the project's own Node (`evaluating`), `options` says what each option
becomes, `probing` turns a rewrite function into a rule, one module for each tool puts it together, `importing` is the
way in.
"""
