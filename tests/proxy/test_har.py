"""HAR and dump files of exchanges: valid, whole, without secrets, and judged again as they were recorded."""

from __future__ import annotations

import gzip
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mitmproxy.http import HTTPFlow
from mitmproxy.io import FlowReader

from devcors.cors.walking import NetworkFailure, Sent
from devcors.diagnose.har import diagnose_har, read_har
from devcors.heads import Fields, RequestHead, ResponseHead
from devcors.policy import Answer, Forward
from devcors.policy.failures import Failure
from devcors.proxy.har import dump_bytes, har_text
from devcors.proxy.recording import Recorder
from devcors.traffic.journal import Journal
from devcors.traffic.record import Exchange, Kind
from devcors.urls import parse_origin
from tests.policy.asking import facts_of, head_of, policy_of
from tests.support.oracle import Case, all_cases, seen_head
from tests.truth.lab import Lab, hop_url

Json = dict[str, Any]

SECRET = "s3cr3t"
SCHEMA = json.loads((Path(__file__).parent / "har-1.2.schema.json").read_text())
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
CONFIG = """
    [server]
    capture = 1000
    [routes]
    "/api" = { target = "http://h:1/base", cors = "inject" }
"""
PAGE = {"Origin": "http://localhost:5173", "Cookie": f"sid={SECRET}", "X-Api-Key": SECRET}
POLICY = policy_of(CONFIG)


class Recorded:
    """Exchanges as the lanes record them."""

    def __init__(self) -> None:
        self.exchanges: list[Exchange] = []
        journal = Journal()
        journal.listen(self.exchanges.append)
        self.recorder = Recorder(journal, "gateway")

    def asks(
        self,
        line: str = "POST /api/x",
        fields: dict[str, str] | None = None,
        *,
        asked: bytes = b"",
        host: str = "localhost:2677",
        kind: Kind = "http",
    ) -> tuple[Exchange, Forward | None]:
        """A request; None where devcors answers it."""
        head = head_of(line, {**PAGE, **(fields or {})}, host=host)
        decision = POLICY.request(head, facts_of())
        if isinstance(decision, Answer):
            record = self.recorder.answered(decision, head, 100.0, kind)
            self.recorder.finish(record)
            return record, None
        assert isinstance(decision, Forward)
        record = self.recorder.forwarded(decision, 100.0)
        record.add_request(asked)
        return record, decision

    def answered(
        self, reply: Fields = (), body: bytes = b"", *, size: int | None = None, status: int = 201, **request: Any
    ) -> Exchange:
        """A request and its response; `size`: bytes of the body, where not all of them came."""
        record, forward = self.asks(**request)
        assert forward is not None
        answer = ResponseHead(status, b"Created", reply)
        self.recorder.received(record, forward, answer, POLICY.response(forward, answer))
        record.add_response(body)
        record.response_bytes = len(body) if size is None else size
        self.recorder.finish(record)
        return record


@pytest.fixture
def recorded() -> Recorded:
    return Recorded()


def entries_of(exchanges: list[Exchange], *, with_secrets: bool = False) -> list[Json]:
    """Read from a file that is valid."""
    har = json.loads(har_text(exchanges, with_secrets=with_secrets))
    VALIDATOR.validate(har)
    return list(har["log"]["entries"])


def entry_of(exchange: Exchange, *, with_secrets: bool = False) -> Json:
    (entry,) = entries_of([exchange], with_secrets=with_secrets)
    return entry


TEXT: Fields = ((b"Content-Type", b"text/plain"),)


def test_an_entry_is_what_the_browser_saw(recorded: Recorded) -> None:
    made = entry_of(recorded.answered(TEXT, b"hello", line="POST /api/x?q=%20", asked=b"request"))
    assert (made["request"]["method"], made["request"]["url"]) == ("POST", "http://localhost:2677/api/x?q=%20")
    assert made["request"]["postData"] == {"mimeType": "", "params": [], "text": "request"}
    assert (made["response"]["status"], made["response"]["statusText"]) == (201, "Created")
    assert made["response"]["content"] == {"size": 5, "mimeType": "text/plain", "text": "hello", "compression": 0}
    fields = {field["name"]: field["value"] for field in made["response"]["headers"]}
    assert fields["Access-Control-Allow-Origin"] == PAGE["Origin"]
    assert made["startedDateTime"].startswith("1970-01-01T00:01:40")
    assert made["_devcors"]["target"] == "http://h:1/base/api/x?q=%20"


def test_entries_stand_in_the_order_of_their_beginning(recorded: Recorded) -> None:
    first, second = recorded.answered(), recorded.answered()
    assert [entry["_devcors"]["id"] for entry in entries_of([second, first])] == [first.id, second.id]


@pytest.mark.parametrize("cut", [0, 100])
def test_a_compressed_body_is_told_decoded(recorded: Recorded, cut: int) -> None:
    text = "".join(f"number {number * 7919 % 1009}\n" for number in range(300))
    packed = gzip.compress(text.encode())
    reply = (*TEXT, (b"Content-Encoding", b"gzip"))
    made = entry_of(recorded.answered(reply, packed[: len(packed) - cut], size=len(packed)))
    content = made["response"]["content"]
    assert made["response"]["bodySize"] == len(packed)
    assert {"name": "Content-Encoding", "value": "gzip"} in made["response"]["headers"]
    if cut:
        assert len(content["text"]) > 100
        assert text.startswith(content["text"])
        assert "of the response were kept" in made["comment"]
        assert "compression" not in content
    else:
        assert (content["text"], content["size"], content["compression"]) == (text, len(text), len(text) - len(packed))


def test_bytes_that_are_no_text(recorded: Recorded) -> None:
    png = b"\x89PNG\r\n\x1a\n" + bytes(range(256))
    made = entry_of(recorded.answered(((b"Content-Type", b"image/png"),), png, asked=b"\xff\x00", line="PUT /api/x"))
    assert made["response"]["content"]["encoding"] == "base64"
    assert made["request"]["bodySize"] == 2
    made = entry_of(recorded.answered(fields={"Content-Type": "image/png"}, asked=b"\xff\x00"))
    assert (made["request"]["postData"]["text"], made["request"]["postData"]["_encoding"]) == ("/wA=", "base64")


def test_a_body_that_was_not_kept_is_no_empty_one(recorded: Recorded) -> None:
    content = entry_of(recorded.answered(TEXT, b"", size=500))["response"]["content"]
    assert content == {"size": 500, "mimeType": "text/plain"}


def test_an_exchange_without_a_response(recorded: Recorded) -> None:
    record, _ = recorded.asks()
    record.aborted = "client"
    recorded.recorder.finish(record)
    made = entry_of(record)
    assert (made["response"]["status"], made["response"]["_error"]) == (0, "aborted by the client")
    assert made["_devcors"]["aborted"] == "client"


def test_an_upgrade(recorded: Recorded) -> None:
    fields = {"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Key": "x", "Sec-WebSocket-Version": "13"}
    made = entry_of(recorded.answered(status=101, line="GET /api/ws", fields=fields))
    assert (made["request"]["url"], made["_resourceType"]) == ("ws://localhost:2677/api/ws", "websocket")
    assert made["_webSocketMessages"] == []


@pytest.mark.parametrize("host", ["localhost:2677", "evil.test", "[bad", "localhost:99999999", "h:x", "a b", "ä"])
@pytest.mark.parametrize("kind", ["http", "tunnel"])
def test_answers_of_our_own_to_whatever_was_asked(recorded: Recorded, host: str, kind: Kind, tmp_path: Path) -> None:
    record, forward = recorded.asks("GET /nowhere?token=s3cr3t", host=host, kind=kind)
    assert forward is None
    if kind == "tunnel":
        record.url = host
    assert entry_of(record)["response"]["status"] in (400, 403, 404)
    (tmp_path / "x.har").write_text(har_text([record]))
    read_har(tmp_path / "x.har")
    assert len(list(FlowReader(io.BytesIO(dump_bytes([record]))).stream())) == 1


def test_what_has_no_request_head_is_left_out() -> None:
    bare = Exchange(1, "gateway", "http", "GET", "http://localhost/", None, None, None, 0.0)
    assert entries_of([bare]) == []
    assert dump_bytes([bare]) == b""


LOGIN = b'{"user": "me", "password": "s3cr3t"}'
SECRETS: Fields = (
    (b"Set-Cookie", b"sid=s3cr3t; Path=/api; HttpOnly"),
    (b"Location", b"http://u:s3cr3t@h:1/base/?access_token=s3cr3t"),
    (b"Content-Type", b"application/json"),
    (b"Content-Encoding", b"gzip"),
)


@pytest.fixture
def secret(recorded: Recorded) -> Exchange:
    """Secrets in each place where one may stand."""
    fields = {
        "Authorization": f"Bearer {SECRET}",
        "Content-Type": "application/json",
        "Referer": f"http://a/?sig={SECRET}",
    }
    packed = gzip.compress(LOGIN)
    record = recorded.answered(SECRETS, packed, line="POST /api/login?token=s3cr3t", fields=fields, asked=LOGIN)
    record.error = "no answer from http://h:1/base/login?token=s3cr3t"
    return record


def test_a_har_holds_no_secret(secret: Exchange) -> None:
    text = har_text([secret])
    assert SECRET not in text
    assert json.loads(entry_of(secret)["response"]["content"]["text"])["password"] == "[redacted]"
    cookies = entry_of(secret)["response"]["cookies"]
    assert [(cookie["name"], cookie["value"]) for cookie in cookies] == [("sid", "[redacted]")]


def test_with_secrets_all_is_there(secret: Exchange) -> None:
    made = entry_of(secret, with_secrets=True)
    assert made["request"]["postData"]["text"] == LOGIN.decode()
    assert made["response"]["content"]["text"] == LOGIN.decode()
    assert made["request"]["url"].endswith("token=s3cr3t")
    assert {"name": "Authorization", "value": "Bearer s3cr3t"} in made["request"]["headers"]


def flow_in(dumped: bytes) -> HTTPFlow:
    (flow,) = FlowReader(io.BytesIO(dumped)).stream()
    assert isinstance(flow, HTTPFlow)
    assert flow.response is not None
    return flow


def test_a_dump_holds_no_secret(secret: Exchange) -> None:
    dumped = dump_bytes([secret])
    assert SECRET.encode() not in dumped
    flow = flow_in(dumped)
    assert flow.response is not None
    assert json.loads(flow.response.text or "")["user"] == "me"
    assert SECRET not in (flow.response.text or "")


def test_a_dump_with_secrets_is_what_went_over_the_wire(secret: Exchange) -> None:
    flow = flow_in(dump_bytes([secret], with_secrets=True))
    assert flow.request.headers["Authorization"] == "Bearer s3cr3t"
    assert flow.response is not None
    assert flow.response.raw_content == gzip.compress(LOGIN)
    assert flow.response.content == LOGIN


@given(
    st.lists(st.tuples(st.sampled_from([b"Set-Cookie", b"X", b"Content-Type", b"Location"]), st.binary(max_size=30))),
    st.binary(max_size=60),
    st.booleans(),
)
def test_any_bytes_make_a_valid_file(reply: list[tuple[bytes, bytes]], body: bytes, with_secrets: bool) -> None:
    record = Recorded().answered(tuple(reply), body, asked=body)
    text = har_text([record], with_secrets=with_secrets)
    text.encode()  # no half of a character
    VALIDATOR.validate(json.loads(text))
    dump_bytes([record], with_secrets=with_secrets)


def test_what_was_not_judged_is_not_judged_later(recorded: Recorded, tmp_path: Path) -> None:
    refused, forward = recorded.asks("GET /nowhere")
    assert forward is None
    assert refused.cors is None
    (tmp_path / "x.har").write_text(har_text([refused, recorded.answered()]))
    report = diagnose_har("x.har", read_har(tmp_path / "x.har"), url=None, credentials=False)
    assert [step.title.partition(" →")[0] for step in report.steps] == ["POST http://localhost:2677/api/x"]


# the same verdicts again


def replayable(case: Case) -> Iterator[tuple[str, RequestHead, ResponseHead | NetworkFailure]]:
    """URL, request and answer of all that the lab's servers saw of the case, from both browsers."""
    for browser in ("chromium", "firefox"):
        lab = Lab(case)
        for number, step in enumerate(case[browser]["steps"] if browser in case else ()):
            for seen in step.get("server_saw", ()):
                if seen["kind"] != "c":  # the page itself
                    continue
                origin = f"{'https' if seen['tls'] else 'http'}://{seen['host']}"
                url = hop_url(case, number, seen["hop"], origin)
                sent = Sent(url, seen["method"], None, asked_method="GET" if seen["preflight"] else None)
                head = seen_head(seen)._replace(target=url.removeprefix(origin).encode())
                yield origin, head, lab.send(sent)


REPLAYED = [exchange for case in all_cases() for exchange in replayable(case)]


def replay() -> list[Exchange]:
    """All of them through one interceptor that only looks on."""
    hosts = sorted({str(parse_origin(url).host) for url, _, _ in REPLAYED})
    policy = policy_of("[intercept]\n" + "\n".join(f'"{host}" = {{}}' for host in hosts))
    ended: list[Exchange] = []
    journal = Journal()
    journal.listen(ended.append)
    recorder = Recorder(journal, "mitmproxy")
    for url, head, answer in REPLAYED:
        facts = facts_of(url)
        facts = facts._replace(sends_cookies=recorder.sends_cookies(head, facts))
        decision = policy.request(head, facts)
        assert isinstance(decision, Forward), decision
        record = recorder.forwarded(decision, 1.0)
        if isinstance(answer, ResponseHead):
            recorder.received(record, decision, answer, policy.response(decision, answer))
        else:
            recorder.failed(record, policy.failure(decision, Failure("closed", "it closed without a response")))
        recorder.finish(record)
    return ended


@pytest.mark.parametrize("followed", [True, False], ids=["followed", "preflights alone"])
def test_a_har_gives_the_verdicts_that_were_recorded(tmp_path: Path, followed: bool) -> None:
    exchanges = replay()
    if not followed:  # the journal then takes a preflight for one of a request with credentials
        for exchange in exchanges:
            if exchange.cors is not None and exchange.cors.included is not None:
                exchange.cors = exchange.cors.included
    file = tmp_path / "all.har"
    file.write_text(har_text(exchanges))
    if followed:  # it takes a while, and the other file has the same shape
        VALIDATOR.validate(json.loads(file.read_text()))
    again = diagnose_har("all.har", read_har(file), url=None, credentials=False)
    judged = [step.judged.verdict.to_json() for step in again.steps if step.judged]
    recorded = [exchange.cors.verdict.to_json() for exchange in exchanges if exchange.cors is not None]
    assert len(recorded) > 500
    assert judged == recorded
    assert {verdict["allowed"] for verdict in judged} == {True, False}
