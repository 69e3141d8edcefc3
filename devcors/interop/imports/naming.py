"""What a function of a config names: the paths, fields and media types that it may look for, to try it with them.

A function that is tried can hide what it does to a request that nobody made. What it compares with stands in its text
mostly, so that text is looked through for it. That proves nothing; it finds what people write.
"""

from __future__ import annotations

import re

_FIELD = re.compile(
    r"""headers\s*(?:\?\.)?\s*(?:\.\s*|\[\s*['"`])([A-Za-z][\w-]*)|(?:[gG]etHeader|\bget)\(\s*['"`]([\w-]+)"""
)
_MEDIA_TYPE = re.compile(r"""['"`]((?:text|application|image|multipart)/[\w.+-]+)""")
MOST = 6
"""Of one kind: a function that looks for more is no rule anyway."""


def fields_in(source: str) -> list[str]:
    """Names of fields, in lower case, that a function asks for."""
    found = (first or second for first, second in _FIELD.findall(source))
    return list(dict.fromkeys(name.lower() for name in found if name.lower() not in _METHODS))[:MOST]


def media_types_in(source: str) -> list[str]:
    """Media types that stand in quotes."""
    return list(dict.fromkeys(_MEDIA_TYPE.findall(source)))[:MOST]


_METHODS = frozenset({"includes", "indexof", "get", "has", "set", "hasownproperty"})
