"""A run as JSON: the figures of every round, the machine, the versions. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from .figures import Figures
from .measures import GROUPS
from .targets import held


def report(
    figures: Figures,
    *,
    machine: Mapping[str, Any],
    options: Mapping[str, Any],
    versions: Mapping[str, str],
    missing: Mapping[str, str],
) -> str:
    """The text of latest.json. A measure's rounds are lists; what was not measured is not there."""
    units = {measure.key: measure.unit for group in GROUPS for measure in group.measures}
    out = {
        "machine": dict(machine),
        "options": dict(options),
        "versions": dict(versions),
        "missing": dict(missing),
        "notes": figures.notes,
        "measures": {
            key: {"unit": units[key], "peers": {peer: _peer(figures, key, peer) for peer in peers}}
            for key, peers in figures.values.items()
        },
        "failures": figures.failures,
        "targets": [
            {
                "name": target.name,
                "wanted": f"{'<=' if target.at_most else '>='} {target.bound:g} {target.unit}",
                "measured": None if actual is None else round(actual.median, 4),
                "met": met,
                "every_round": not unsure,
            }
            for target, actual, met, unsure in held(figures)
        ],
    }
    return json.dumps(out, indent=2, ensure_ascii=False) + "\n"


def _peer(figures: Figures, key: str, peer: str) -> dict[str, Any]:
    found = figures.summary(key, peer)
    rounds = [round(value, 4) for value in figures.rounds(key, peer).values()]
    return {"median": None if found is None else round(found.median, 4), "rounds": rounds}
