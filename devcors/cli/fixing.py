"""`fix`."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from devcors.errors import UsageError


@dataclass(frozen=True, slots=True)
class Asked:
    """What a diagnosed request needs; `None` and empty where the diagnosis does not say."""

    origins: tuple[str, ...] = ()
    methods: tuple[str, ...] | None = None
    headers: tuple[str, ...] | None = None
    credentials: bool = False


def print_fix(
    server: str,
    origins: Sequence[str],
    methods: Sequence[str] | None,
    headers: Sequence[str] | None,
    *,
    credentials: bool,
    diagnosis: Path | None,
) -> None:
    """The configuration on stdout, as it is; what the command line names is added to what the diagnosis needs."""
    from devcors.interop.fixes import fix, permission

    asked = Asked() if diagnosis is None else asked_by(_read(diagnosis), str(diagnosis))
    wanted = permission(
        [*asked.origins, *origins],
        _together(asked.methods, methods),
        _together(asked.headers, headers),
        credentials=credentials or asked.credentials,
    )
    sys.stdout.write(fix(server, wanted))


def _together(asked: tuple[str, ...] | None, options: Sequence[str] | None) -> list[str] | None:
    """`--methods A,B --methods C` after what the diagnosis names; None where neither says anything."""
    if asked is None and not options:
        return None
    return [*(asked or ()), *(name for text in options or () for name in _names(text))]


def _names(text: str) -> Iterable[str]:
    return filter(None, (name.strip() for name in text.split(",")))


def _read(path: Path) -> object:
    """The JSON document in a file, or on stdin for `-`."""
    hint = "devcors diagnose URL --origin ORIGIN --json > FILE"
    try:
        return json.loads(sys.stdin.read() if str(path) == "-" else path.read_text("utf-8"))
    except OSError as error:
        raise UsageError(f"cannot read: {error.strerror}", where=str(path), hint=hint) from error
    except ValueError as error:
        raise UsageError(f"not JSON: {error}", where=str(path), hint=hint) from error


def asked_by(document: object, where: str) -> Asked:
    """What `devcors diagnose --json` says of the request. Raises UsageError where that is not to be found in it."""
    if not isinstance(document, dict) or not isinstance(document.get("origin"), str) or not document["origin"]:
        hint = "devcors diagnose URL --origin ORIGIN --json > FILE"
        raise UsageError("not a diagnosis of one request: it has no origin", where=where, hint=hint)
    method, headers = document.get("method"), document.get("headers")
    return Asked(
        origins=(document["origin"],),
        methods=(method,) if isinstance(method, str) else None,
        headers=tuple(map(str, headers)) if isinstance(headers, list) else None,
        credentials=document.get("credentials") is True,
    )
