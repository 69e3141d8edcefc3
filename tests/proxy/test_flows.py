"""Exchanges as mitmproxy flows, and what mitmproxy's own writers make of them."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import pytest
from mitmproxy.addons.savehar import SaveHar
from mitmproxy.http import HTTPFlow
from mitmproxy.io import FlowReader, FlowWriter
from mitmproxy.test import taddons

from devcors.heads import ResponseHead
from devcors.policy import Answer, Forward
from devcors.proxy.flows import flow_of
from devcors.proxy.recording import Recorder
from devcors.traffic.journal import Journal
from devcors.traffic.record import Exchange
from tests.policy.asking import facts_of, head_of, policy_of

CONFIG = "[server]\ncapture = %d\n[routes]\n'/api' = { target = 'http://h:1/base', cors = 'inject' }"
PAGE = {"Origin": "http://localhost:5173", "Cookie": "sid=1"}


def finished(*, capture: int, path: str = "/api/x?q=%20", error: bool = False) -> Exchange:
    """A POST through the policy, as a lane records it."""
    policy, recorder = policy_of(CONFIG % capture), Recorder(Journal(), "gateway")
    head = head_of(f"POST {path}", PAGE)
    decision = policy.request(head, facts_of())
    if isinstance(decision, Answer):
        record = recorder.answered(decision, head, 100.0)
    else:
        assert isinstance(decision, Forward)
        record = recorder.forwarded(decision, 100.0)
        answer = ResponseHead(201, b"Created", ((b"Content-Type", b"text/plain"), (b"Set-Cookie", b"a=1")))
        recorder.received(record, decision, answer, decision.policy.response(decision, answer))
        record.add_request(b"request")
        record.add_response(b"hello ")
        record.add_response(b"world")
    recorder.finish(record)
    return record


@pytest.fixture
def har() -> Iterator[SaveHar]:
    addon = SaveHar()
    with taddons.context(addon) as context:  # type: ignore[no-untyped-call]
        yield addon
    # its master has made a loop of its own, and leaves it open
    context.master.event_loop.close()


def entry(addon: SaveHar, flow: HTTPFlow) -> dict[str, Any]:
    (made,) = addon.make_har([flow])["log"]["entries"]
    return dict(made)


def test_a_flow_is_what_the_browser_saw(har: SaveHar) -> None:
    made = entry(har, flow_of(finished(capture=100)))
    assert (made["request"]["method"], made["request"]["url"]) == ("POST", "http://localhost:2677/api/x?q=%20")
    assert made["request"]["postData"]["text"] == "request"
    assert made["response"]["status"] == 201
    assert made["response"]["content"]["text"] == "hello world"
    fields = {field["name"]: field["value"] for field in made["response"]["headers"]}
    assert fields["Access-Control-Allow-Origin"] == PAGE["Origin"]
    assert made["startedDateTime"].startswith("1970-01-01T00:01:40")


def test_what_was_not_kept_is_told() -> None:
    flow = flow_of(finished(capture=5))
    assert flow.response is not None
    assert flow.response.raw_content == b"hello"
    assert flow.comment == "5 of 7 bytes of the request were kept; 5 of 11 bytes of the response were kept"


def test_nothing_is_kept_unless_asked_for() -> None:
    record = finished(capture=0)
    assert (record.request_kept, record.response_kept) == (b"", b"")
    flow = flow_of(record)
    assert flow.request.raw_content is None
    assert "0 of 7 bytes of the request" in flow.comment


def test_an_answer_of_our_own_is_a_flow_too(har: SaveHar) -> None:
    made = entry(har, flow_of(finished(capture=0, path="/nowhere")))
    assert (made["request"]["url"], made["response"]["status"]) == ("http://localhost:2677/nowhere", 404)


def test_a_dump_file_reads_back() -> None:
    flow, file = flow_of(finished(capture=100)), io.BytesIO()
    FlowWriter(file).add(flow)  # type: ignore[no-untyped-call]
    (again,) = FlowReader(io.BytesIO(file.getvalue())).stream()
    assert isinstance(again, HTTPFlow)
    assert again.request.url == flow.request.url
    assert again.response is not None
    assert again.response.raw_content == b"hello world"
