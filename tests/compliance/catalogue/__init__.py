"""All cases, by subject."""

from __future__ import annotations

from tests.compliance.case import Case

from . import (
    chunks,
    connection,
    fields,
    framing_requests,
    framing_responses,
    host,
    pipelining,
    request_forms,
    request_line,
    response_heads,
    streaming,
    trailers_and_interim,
    upgrade,
)

CATALOGUE: tuple[Case, ...] = (
    *framing_requests.CASES,
    *chunks.CASES,
    *request_line.CASES,
    *request_forms.CASES,
    *host.CASES,
    *fields.CASES,
    *connection.CASES,
    *streaming.CASES,
    *pipelining.CASES,
    *upgrade.CASES,
    *trailers_and_interim.CASES,
    *framing_responses.CASES,
    *response_heads.CASES,
)
