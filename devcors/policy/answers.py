"""Answers that devcors gives itself, as JSON or HTML by Accept, readable by the page that asked."""

from __future__ import annotations

import html
import json
from typing import Any

from devcors.cors.allowance import Allowance
from devcors.heads import Fields, RequestHead, ResponseHead, combined, value
from devcors.urls import Authority

from .outcomes import Answer

_REASONS = {
    204: b"No Content",
    400: b"Bad Request",
    403: b"Forbidden",
    404: b"Not Found",
    405: b"Method Not Allowed",
    414: b"URI Too Long",
    417: b"Expectation Failed",
    431: b"Request Header Fields Too Large",
    502: b"Bad Gateway",
    504: b"Gateway Timeout",
    505: b"HTTP Version Not Supported",
    508: b"Loop Detected",
}

_ALLOW = (b"Allow", b"GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS")

_PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{status} {title}</title>
<style>
:root{{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}}
body{{max-width:44rem;margin:12vh auto;padding:0 1rem}}
h1{{font-size:1.35rem}}dt{{font-weight:600;margin-top:.8rem}}dd{{margin:0;overflow-wrap:anywhere}}
code,dd{{font-family:ui-monospace,monospace}}
.hint{{border-left:.25rem solid #d97706;padding:.2rem .8rem;margin-top:1.4rem}}
</style>
<h1>{status} {title}</h1><dl>{rows}</dl><p class="hint">{hint}</p><p><small>devcors</small></p></html>
"""


def prefers_html(head: RequestHead) -> bool:
    """Whether the page is for a person: text/html is accepted and stands before any JSON (RFC 9110, section 12.5.1)."""
    accept = (combined(head.fields, b"accept") or b"").lower()
    page = accept.find(b"text/html")
    data = accept.find(b"json")
    return page >= 0 and (data < 0 or page < data)


def problem(
    head: RequestHead,
    allowance: Allowance,
    *,
    status: int,
    title: str,
    hint: str,
    details: dict[str, Any] | None = None,
    url: str = "",
) -> Answer:
    """An error answer. `details` are shown by name (route, target, cause …); None values are left out."""
    shown = {name: text for name, text in (details or {}).items() if text is not None}
    if prefers_html(head):
        rows = "".join(f"<dt>{html.escape(name)}<dd>{html.escape(_text(text))}" for name, text in shown.items())
        page = _PAGE.format(status=status, title=html.escape(title), rows=rows, hint=html.escape(hint))
        content_type, body = b"text/html; charset=utf-8", page.encode()
    else:
        content = {"error": {"status": status, "message": title, **shown, "hint": hint}}
        content_type, body = b"application/json", json.dumps(content, ensure_ascii=False).encode() + b"\n"
    fields: Fields = (
        (b"Content-Type", content_type),
        (b"Content-Length", str(len(body)).encode()),
        (b"Cache-Control", b"no-store"),
        # the page quotes what the client sent: nothing in it may run
        (b"Content-Security-Policy", b"default-src 'none'; style-src 'unsafe-inline'"),
        (b"X-Content-Type-Options", b"nosniff"),
    )
    if status == 405:
        fields = (*fields, _ALLOW)
    fields = allowance.inject(fields, value(head.fields, b"origin"))
    shown_body = b"" if head.method == b"HEAD" else body
    reply = ResponseHead(status, _REASONS.get(status, b""), fields)
    return Answer(reply, shown_body, error=title, route=shown.get("route"), url=url)


def options_answer(head: RequestHead, allowance: Allowance) -> Answer:
    """OPTIONS that may go no further: we are its final recipient (RFC 9110, section 7.6.2)."""
    fields = allowance.inject((_ALLOW, (b"Content-Length", b"0")), value(head.fields, b"origin"))
    return Answer(ResponseHead(200, b"OK", fields), b"")


def to_https(head: RequestHead, host: Authority, allowance: Allowance) -> Answer:
    """The front door speaks TLS: a request without comes again with it, method and body kept (RFC 9110, 15.4.9)."""
    location = f"https://{host}".encode() + (b"/" if head.target == b"*" else head.target)
    fields = allowance.inject(((b"Location", location), (b"Content-Length", b"0")), value(head.fields, b"origin"))
    url = f"http://{host}{head.target.decode('latin-1')}"
    return Answer(ResponseHead(308, b"Permanent Redirect", fields), b"", error="the front door is https", url=url)


def _text(given: Any) -> str:
    return ", ".join(map(str, given)) if isinstance(given, (list, tuple)) else str(given)
