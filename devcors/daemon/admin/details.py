"""All that there is to say of one exchange, secrets left out."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from typing import Any

from devcors.heads import Fields, value
from devcors.traffic.bodies import Shown
from devcors.traffic.record import Exchange
from devcors.traffic.redaction import redacted_fields, redacted_request, redacted_texts

from .rows import Rows, verdict_of
from .timeline import timeline


def details(exchange: Exchange, kept: Sequence[Exchange], rows: Rows) -> dict[str, Any]:
    """The answer of GET /api/exchanges/ID, less the fixes; `kept` are all that there are, in the order of their end."""
    record = redacted_texts(exchange.to_json())
    return {
        "record": record,
        "row": rows.row(exchange),
        "request": _request(exchange),
        "response": _response(exchange),
        "timeline": [rows.row(one) for one in timeline(exchange, kept)],
        "bodies": {
            "request": _body(exchange, exchange.request and exchange.request.fields, "request"),
            "response": _body(exchange, exchange.sent and exchange.sent.fields, "response"),
        },
        "why": why(exchange, record),
        "console": console(record),
    }


def _request(exchange: Exchange) -> dict[str, Any] | None:
    """`received` as the browser sent it, `sent` as devcors sent it on, null where it answered by itself."""
    if exchange.request is None:
        return None
    head = redacted_request(exchange.request)
    return {
        "line": f"{head.method.decode('latin-1')} {head.target.decode('latin-1')}",
        "received": _lines(head.fields),
        "sent": None if exchange.forwarded is None else _lines(redacted_fields(exchange.forwarded)),
    }


def _response(exchange: Exchange) -> dict[str, Any] | None:
    """`received` as the server sent it, null where devcors answered by itself; `sent` as the browser got it."""
    first = exchange.sent or exchange.response
    if first is None:
        return None
    received, sent = exchange.response, exchange.sent
    return {
        "status": first.status,
        "reason": first.reason.decode("latin-1"),
        "received": _lines(redacted_fields(received.fields)) if received else None,
        "sent": _lines(redacted_fields(sent.fields)) if sent else None,
    }


def _lines(fields: Fields) -> list[list[str]]:
    return [[_text(name), _text(content)] for name, content in fields]


def _text(raw: bytes) -> str:
    """RFC 9110, section 5.5: whatever is not ASCII is opaque; most of it is UTF-8."""
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def _body(exchange: Exchange, fields: Fields | None, way: str) -> dict[str, Any]:
    asked = way == "request"
    size = exchange.request_bytes if asked else exchange.response_bytes
    media_type = value(fields or (), b"content-type")
    kept = len(exchange.request_kept if asked else exchange.response_kept)
    return {"size": size, "kept": kept, "media_type": media_type and _text(media_type)}


def body_json(body: Shown) -> dict[str, Any]:
    """The answer of GET /api/exchanges/ID/body/…; `text` or `base64` is there, none where nothing was kept."""
    return {
        "size": body.size,
        "kept": body.kept,
        "media_type": body.media_type or None,
        "encoding": body.encoding or None,
        "text": body.text,
        "base64": None if body.data is None else b64encode(body.data).decode(),
        "truncated": body.truncated,
        "note": body.note or None,
    }


def why(exchange: Exchange, record: dict[str, Any]) -> str:
    """What happened, in plain words; empty where there is nothing to explain."""
    said: list[str] = []
    cors, verdict = record["cors"], verdict_of(exchange)
    if cors and verdict == "blocked":
        said += ["The page does not get this answer: the browser withholds it.", cors["explanation"]]
    elif cors and verdict == "only with devcors":
        said += ["The page gets this answer only because devcors corrected it.", cors["explanation"]]
    if exchange.error:
        said.append(f"devcors got no answer to pass on: {exchange.error}.")
    if exchange.aborted:
        said.append(f"It was broken off by the {exchange.aborted}.")
    said += [cookie["explanation"] for cookie in record["cookies"] if cookie.get("explanation")]
    return " ".join(filter(None, said))


def console(record: dict[str, Any]) -> dict[str, list[str]]:
    """What each browser prints in its console, of those whose words are known."""
    cors = record["cors"] or {}
    told = {browser: list(cors.get(browser, {}).get("messages", ())) for browser in ("chromium", "firefox")}
    told["firefox"] += filter(None, (cookie["firefox"].get("message") for cookie in record["cookies"]))
    return told
