"""Short ways to write a case down."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tests.compliance.case import Case, Check, Expect, Steps

HOST = b"Host: {host}"
SMUGGLED = b"GET {path}/smuggled HTTP/1.1\r\nHost: {host}\r\n\r\n"


def request(
    *lines: bytes,
    method: bytes = b"GET",
    target: bytes = b"{path}",
    version: bytes = b"HTTP/1.1",
    host: bytes = HOST + b"\r\n",
    body: bytes = b"",
) -> bytes:
    """A request with a Host field first, then these field lines, then the body as it is."""
    return b"%s %s %s\r\n%s%s\r\n%s" % (method, target, version, host, b"".join(line + b"\r\n" for line in lines), body)


def post(*lines: bytes, body: bytes = b"", target: bytes = b"{path}") -> bytes:
    """A POST; its framing is in `lines`."""
    return request(*lines, method=b"POST", target=target, body=body)


def response(*lines: bytes, start: bytes = b"HTTP/1.1 200 OK", body: bytes = b"") -> bytes:
    """A response; its framing is in `lines`."""
    return b"%s\r\n%s\r\n%s" % (start, b"".join(line + b"\r\n" for line in lines), body)


def sized(body: bytes, *lines: bytes, start: bytes = b"HTTP/1.1 200 OK") -> bytes:
    """A response with Content-Length."""
    return response(b"Content-Length: %d" % len(body), *lines, start=start, body=body)


def _steps(sent: bytes | Steps) -> Steps:
    return (sent,) if isinstance(sent, bytes) else sent


def reject(name: str, sent: bytes | Steps, source: str, why: str, *statuses: int, **more: Any) -> Case:
    """A request that must not reach the backend; 400 where no status is given. `reach`: good ones before it."""
    more = {"reach": 0, "closes": True, "statuses": frozenset(statuses or (400,)), **more}
    return Case(id=name, expect=Expect.REJECT, sent=_steps(sent), source=source, why=why, **more)


def may_stay(*cases: Case) -> tuple[Case, ...]:
    """Cases whose fault leaves no doubt where the message ends: 400 is a must, closing a SHOULD (RFC 9112, 2.2)."""
    return tuple(replace(case, closes=False) for case in cases)


def bad_body(name: str, sent: bytes | Steps, source: str, why: str, *statuses: int, **more: Any) -> Case:
    """A request whose head is good and whose body is not: the backend must never see a whole one."""
    return reject(name, sent, source, why, *statuses, in_body=True, **more)


def accept(name: str, sent: bytes | Steps, source: str, why: str, *checks: Check, **more: Any) -> Case:
    """What must pass: `reach` requests (1), each answered with 200 where `finals` says nothing else."""
    more = {"finals": (200,) * int(more.get("reach", 1)), **more}
    return Case(id=name, expect=Expect.PASS, sent=_steps(sent), source=source, why=why, checks=checks, **more)


def either(name: str, sent: bytes | Steps, source: str, why: str, *checks: Check, **more: Any) -> Case:
    """What a proxy may refuse; if it passes it, then in good order, and as `checks` say."""
    more = {"finals": (200,) * int(more.get("reach", 1)), **more}
    return Case(id=name, expect=Expect.EITHER, sent=_steps(sent), source=source, why=why, checks=checks, **more)


def _answers(answer: bytes | Steps) -> tuple[Steps, ...]:
    return (_steps(answer),)


def bad_answer(name: str, answer: bytes | Steps, source: str, why: str, *statuses: int, **more: Any) -> Case:
    """An answer of the backend's that the client must not get; 502 instead."""
    more = {"statuses": frozenset(statuses or (502,)), "sent": (request(),), "answers": _answers(answer), **more}
    return Case(id=name, expect=Expect.REJECT, source=source, why=why, in_answer=True, **more)


def cut_answer(name: str, answer: bytes | Steps, source: str, why: str, **more: Any) -> Case:
    """An answer whose body is faulty: 502, or a message that the client can see to be incomplete."""
    return bad_answer(name, answer, source, why, may_cut=True, **more)


def doubtful_answer(name: str, answer: bytes | Steps, source: str, why: str, *checks: Check, **more: Any) -> Case:
    """An answer that a proxy may refuse with 502, or relay in good order."""
    more = {"finals": (200,), "statuses": frozenset({502}), "sent": (request(),), "answers": _answers(answer), **more}
    return Case(id=name, expect=Expect.EITHER, source=source, why=why, in_answer=True, checks=checks, **more)


def good_answer(name: str, answer: bytes | Steps, source: str, why: str, *checks: Check, **more: Any) -> Case:
    """An answer that must come to the client."""
    more = {"finals": (200,), "sent": (request(),), "answers": _answers(answer), **more}
    return Case(id=name, expect=Expect.PASS, source=source, why=why, in_answer=True, checks=checks, **more)


def chunked(*parts: bytes) -> bytes:
    """These parts as chunks, with the last chunk and no trailer."""
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


def shown(data: bytes) -> str:
    """Bytes as a part of an id."""
    return data.decode("latin-1").encode("unicode_escape").decode() or "empty"
