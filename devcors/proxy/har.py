"""Exchanges as a HAR file (HTTP Archive 1.2) and as a mitmproxy dump, by mitmproxy's own writers.

Known: finished exchanges with their heads, and the beginnings of their bodies. Wanted: files that DevTools and mitmweb
open, and a HAR from which `devcors diagnose --har` makes the verdicts that were recorded. So where mitmproxy's writer
does not say it as HAR 1.2 does, or loses something (bytes of fields that are not UTF-8, sizes of bodies that were not
kept), its entries are put right. Without secrets unless they are asked for.
"""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from mitmproxy.addons.savehar import SaveHar
from mitmproxy.io import FlowWriter

import devcors
from devcors.heads import Fields, RequestHead, ResponseHead, value, without
from devcors.traffic.bodies import decode, media_type_of, text_of
from devcors.traffic.record import Exchange
from devcors.traffic.redaction import redacted_body, redacted_request, redacted_response, redacted_text, redacted_url

from .flows import comment_of, flow_of

Json = dict[str, Any]


def har_text(exchanges: Iterable[Exchange], *, with_secrets: bool = False) -> str:
    """A HAR 1.2 file of finished exchanges, in the order of their beginning; those without a request head are left out.

    Makes the verdicts that nobody has asked for yet. Many exchanges take a while: to be called in a thread.
    """
    writer = SaveHar()
    har = writer.make_har([])
    har["log"]["creator"] = {"name": "devcors", "version": devcors.__version__}
    har["log"]["entries"] = [_entry(writer, one, with_secrets) for one in _exportable(exchanges)]
    return json.dumps(har, ensure_ascii=False)


def dump_bytes(exchanges: Iterable[Exchange], *, with_secrets: bool = False) -> bytes:
    """The same exchanges as a file that mitmproxy, mitmweb and mitmdump read.

    A form or JSON from which secrets were taken stands there without content coding.
    """
    file = io.BytesIO()
    writer = FlowWriter(file)
    for exchange in _exportable(exchanges):
        flow = flow_of(exchange if with_secrets else _redacted(exchange))
        flow.comment = comment_of(exchange)
        writer.add(flow)
    return file.getvalue()


def _exportable(exchanges: Iterable[Exchange]) -> list[Exchange]:
    return sorted((one for one in exchanges if one.request is not None), key=lambda one: one.id)


# without secrets


def _redacted(exchange: Exchange) -> Exchange:
    """The same without secrets in heads, and in bodies that are forms or JSON."""
    request, sent = exchange.request, exchange.sent
    assert request is not None
    request = redacted_request(request)
    fields, asked = _redacted_body(request.fields, bytes(exchange.request_kept))
    request, answered = RequestHead(request.method, request.target, fields), b""
    if sent is not None:
        sent = redacted_response(sent)
        fields, answered = _redacted_body(sent.fields, bytes(exchange.response_kept))
        sent = ResponseHead(sent.status, sent.reason, fields)
    error = exchange.error and redacted_text(exchange.error)
    return replace(exchange, request=request, sent=sent, request_kept=asked, response_kept=answered, error=error)


def _redacted_body(fields: Fields, body: bytes) -> tuple[Fields, bytes]:
    text = text_of(fields, decode(fields, body).data)
    if not text or (said := redacted_body(text, media_type_of(fields))) == text:
        return fields, body
    return without(fields, b"content-encoding", b"content-length"), said.encode()


# HAR


def _entry(writer: SaveHar, exchange: Exchange, with_secrets: bool) -> Json:
    shown = exchange if with_secrets else _redacted(exchange)
    entry: Json = _sound(writer.flow_entry(flow_of(_decoded(shown)), set()))
    _request(entry["request"], exchange, shown, with_secrets)
    _response(entry["response"], exchange, shown)
    _times(entry, exchange)
    if comment := comment_of(exchange):
        entry["comment"] = comment
    if exchange.kind == "websocket":
        entry["_resourceType"] = "websocket"
        entry["_webSocketMessages"] = []
    entry["_devcors"] = _own(exchange, shown, with_secrets)
    return entry


def _decoded(exchange: Exchange) -> Exchange:
    """With bodies as pages see them, so that mitmproxy reads those that were cut off, too."""
    request, sent = exchange.request, exchange.sent
    assert request is not None
    if not exchange.capture:
        return exchange
    asked, answered = decode(request.fields, bytes(exchange.request_kept)).data, b""
    request = RequestHead(request.method, request.target, without(request.fields, b"content-encoding"))
    if sent is not None:
        answered = decode(sent.fields, bytes(exchange.response_kept)).data
        sent = ResponseHead(sent.status, sent.reason, without(sent.fields, b"content-encoding"))
    return replace(exchange, request_kept=asked, response_kept=answered, request=request, sent=sent)


def _sound(told: Any) -> Any:
    """mitmproxy's texts, which are bytes that pass for UTF-8, as Unicode."""
    if isinstance(told, str):
        return told if told.isascii() else told.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    if isinstance(told, list):
        return [_sound(member) for member in told]
    if isinstance(told, dict):
        return {name: _sound(member) for name, member in told.items()}
    return told


def _pairs(fields: Fields) -> list[Json]:
    """Each byte as the character of its number, as browsers have it: nothing is lost."""
    return [{"name": name.decode("latin-1"), "value": text.decode("latin-1")} for name, text in fields]


def _request(told: Json, exchange: Exchange, shown: Exchange, with_secrets: bool) -> None:
    head, asked = shown.request, bytes(shown.request_kept)
    assert head is not None
    told["url"] = _url(exchange, with_secrets)
    told["headers"] = _pairs(head.fields)
    told["headersSize"] = -1
    told["bodySize"] = exchange.request_bytes
    posted = told.pop("postData", {"params": []})
    if asked:
        told["postData"] = {"mimeType": _content_type(head.fields), "params": posted["params"]}
        told["postData"].update(_posted(head.fields, asked))


def _url(exchange: Exchange, with_secrets: bool) -> str:
    url = exchange.url if with_secrets else redacted_url(exchange.url)
    if exchange.kind == "tunnel":
        return f"https://{url}/"
    # Chromium's own files have WebSockets by their schemes
    return url.replace("http", "ws", 1) if exchange.kind == "websocket" and url.startswith("http") else url


def _posted(fields: Fields, body: bytes) -> Iterator[tuple[str, str]]:
    body = decode(fields, body).data
    text = text_of(fields, body)
    yield "text", base64.b64encode(body).decode() if text is None else text
    if text is None:  # HAR 1.2, "postData", has no field for this
        yield "_encoding", "base64"


def _response(told: Json, exchange: Exchange, shown: Exchange) -> None:
    head, body = shown.sent, bytes(shown.response_kept)
    if head is None:
        told["content"] = {"size": 0, "mimeType": ""}
        told["_error"] = shown.error or (f"aborted by the {exchange.aborted}" if exchange.aborted else "")
        return
    told["headers"] = _pairs(head.fields)
    told["headersSize"] = -1
    told["bodySize"] = exchange.response_bytes
    told["redirectURL"] = (value(head.fields, b"location") or b"").decode("latin-1")
    for cookie in told["cookies"]:
        cookie.update({name: "" for name, text in cookie.items() if text is None})
    content = told["content"]
    content.clear()  # which can tell neither a body that was not kept from an empty one, nor what is text
    content.update(size=exchange.response_bytes, mimeType=_content_type(head.fields))
    if not body:
        return
    decoded = decode(head.fields, body)
    text = text_of(head.fields, decoded.data)
    content["text"] = base64.b64encode(decoded.data).decode() if text is None else text
    if text is None:
        content["encoding"] = "base64"
    if len(body) >= exchange.response_bytes and not decoded.problem:
        content["size"] = len(decoded.data)
        content["compression"] = len(decoded.data) - len(body)


def _content_type(fields: Fields) -> str:
    return (value(fields, b"content-type") or b"").decode("latin-1")


def _times(entry: Json, exchange: Exchange) -> None:
    """HAR 1.2, "timings": milliseconds, none of the three below zero (a clock may be set back), `time` is their sum."""
    began, ended = exchange.started, exchange.ended or exchange.started
    first = exchange.first_byte or ended
    wait, receive = max((first - began) * 1000, 0.0), max((ended - first) * 1000, 0.0)
    entry["timings"] = {"send": 0, "wait": round(wait, 3), "receive": round(receive, 3)}
    entry["time"] = round(entry["timings"]["wait"] + entry["timings"]["receive"], 3)


def _own(exchange: Exchange, shown: Exchange, with_secrets: bool) -> Json:
    """What only devcors knows; `credentials`: whether the request was taken for one that includes them."""
    cors, target = exchange.cors, exchange.target
    return {
        "id": exchange.id,
        "kind": exchange.kind,
        "lane": exchange.lane,
        "route": exchange.route,
        "target": target if with_secrets or target is None else redacted_url(target),
        "preflight": exchange.preflight,
        "aborted": exchange.aborted,
        "error": shown.error,
        "credentials": cors.request.credentials if cors else None,
    }
