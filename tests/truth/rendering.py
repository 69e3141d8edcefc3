"""Whether an element fires `load`: beyond CORS, its content must be of its kind."""

from __future__ import annotations

import base64
import hashlib

from devcors.cors.walking import Fetched
from devcors.heads import ResponseHead, value

from .lab import Step

# their step reports success whatever becomes of the request
ALWAYS_DONE = frozenset({"beacon", "cssmask", "iframe"})
_SCRIPT_TYPES = frozenset({"text/javascript", "application/javascript", "application/x-javascript"})


def element_done(step: Step, fetched: Fetched, body: str) -> bool:
    """Whether the step reports success."""
    kind = step["kind"]
    if kind in ALWAYS_DONE:
        return True
    response = fetched.response
    if not fetched.verdict.allowed or response is None:
        return False
    return _fits(kind, response, body) and _integrity_holds(step, body)


def _fits(kind: str, response: ResponseHead, body: str) -> bool:
    media_type = (value(response.fields, b"content-type") or b"").decode("latin-1").partition(";")[0].strip().lower()
    loaded = response.status < 400
    if kind == "img":
        return media_type == "image/svg+xml" and "<svg" in body
    if kind == "script":
        return loaded and not media_type.startswith(("image/", "audio/", "video/", "text/csv"))
    if kind in ("module", "modimport"):
        return loaded and media_type in _SCRIPT_TYPES
    if kind == "css":
        return loaded and media_type == "text/css"
    if kind == "eventsource":
        return response.status == 200 and media_type == "text/event-stream"
    # no case serves a font or a video that can be decoded
    return kind == "preload" or (loaded and kind == "prefetch")


def _integrity_holds(step: Step, body: str) -> bool:
    """Subresource Integrity, section 3.3.4; a metadata without a known hash asks for nothing."""
    algorithm, _, wanted = step.get("integrity", "").partition("-")
    if algorithm not in ("sha256", "sha384", "sha512"):
        return True
    computed = base64.b64encode(hashlib.new(algorithm, body.encode()).digest()).decode()
    return bool(computed == wanted)
