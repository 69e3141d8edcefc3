"""Durations as people write them: `"500ms"`, `"5s"`, `"2m"`, `"0s"`, or a plain number of seconds."""

from __future__ import annotations

import re
from typing import Any

from .values import BadValue, kind_of, shown

_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}
# also the JSON Schema's pattern
DURATION_PATTERN = r"^\s*([0-9]{1,9}(?:\.[0-9]{1,9})?)\s*(ms|s|m|h)?\s*$"
_HINT = 'write it as "500ms", "5s" or "2m"'


def parse_duration(given: Any) -> float:
    """Seconds. Raises BadValue for anything else, negative numbers included.

    >>> parse_duration("500ms")
    0.5
    """
    if isinstance(given, bool) or not isinstance(given, (str, int, float)):
        raise BadValue(f"a duration is wanted, this is {kind_of(given)}", _HINT)
    found = re.fullmatch(DURATION_PATTERN, str(given))
    if not found:
        raise BadValue(f"{shown(given) if isinstance(given, str) else given} is not a duration", _HINT)
    number, unit = found.groups()
    return float(number) * _UNITS[unit or "s"]
