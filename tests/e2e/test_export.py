"""`devcors export` asks a real devcors, and `devcors diagnose --har` judges its file as it was judged live."""

from __future__ import annotations

import gzip
import io
import json
import stat
import subprocess
import sys
import time
import warnings
from collections.abc import Iterator
from contextlib import suppress
from operator import itemgetter
from pathlib import Path

import httpx
import pytest

from devcors.diagnose.har import diagnose_har, read_har
from tests.support.daemon import Daemon, environment, running
from tests.support.servers import Reply, Seen, serve

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # of mitmproxy's own dependencies, on their age
    from mitmproxy.http import HTTPFlow
    from mitmproxy.io import FlowReader

PAGE = "http://localhost:5173"
SECRET = "s3cr3t"
LOGIN = json.dumps({"user": "me", "password": SECRET}).encode()
PACKED = gzip.compress(b'{"token": "s3cr3t", "items": [1, 2]}')


def answer(seen: Seen) -> Reply:
    """With the fields that the query says; `/api/hangup` is not answered."""
    path, _, query = seen.target.partition("?")
    if path == "/api/hangup":
        raise ConnectionAbortedError
    said = [(name, text) for name, _, text in (pair.partition("=") for pair in query.split("&"))]
    fields = [
        ("Set-Cookie", f"sid={SECRET}; Path=/; HttpOnly"),
        ("Content-Type", "application/json"),
        ("Content-Encoding", "gzip"),
    ]
    return Reply(200, [*(pair for pair in said if pair[0].startswith("Access-")), *fields], PACKED)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("export")


ASKED: list[tuple[str, str, dict[str, str]]] = [
    ("GET", "/api/same", {}),
    ("GET", "/api/blocked", {"Origin": PAGE}),
    ("GET", f"/api/allowed?Access-Control-Allow-Origin={PAGE}", {"Origin": PAGE}),
    ("GET", "/api/wildcard?Access-Control-Allow-Origin=*", {"Origin": PAGE, "Cookie": f"sid={SECRET}"}),
    ("GET", "/api/x?token=s3cr3t", {"Origin": PAGE, "Authorization": f"Bearer {SECRET}"}),
    ("POST", "/api/login", {"Content-Type": "application/json"}),
    ("OPTIONS", "/api/put", {"Origin": PAGE, "Access-Control-Request-Method": "PUT"}),
    (
        "OPTIONS",
        # allowed, but for the credentials; and no request follows
        f"/api/alone?Access-Control-Allow-Origin={PAGE}&Access-Control-Allow-Methods=PUT",
        {"Origin": PAGE, "Access-Control-Request-Method": "PUT"},
    ),
    ("GET", "/api/hangup", {"Origin": PAGE}),
    ("GET", "/nowhere", {"Origin": PAGE}),
]


@pytest.fixture(scope="module")
def door(folder: Path) -> Iterator[Daemon]:
    """A devcors that has seen all that is asked."""
    with serve(answer) as backend:
        config = f"[routes]\n'/api' = '{backend.url}'\n"
        with running(folder, config) as daemon:
            for method, path, fields in ASKED:
                with suppress(httpx.HTTPError):
                    httpx.request(
                        method, daemon.url + path, headers=fields, content=LOGIN if method == "POST" else None
                    )
            deadline = time.monotonic() + 5
            while len(daemon.records) < len(ASKED) and time.monotonic() < deadline:
                time.sleep(0.02)
            yield daemon


def devcors(folder: Path, *words: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "devcors", *words],
        cwd=folder,
        env=environment(folder / "home"),
        capture_output=True,
        check=False,
    )


def test_a_har_is_judged_as_it_was_judged_live(folder: Path, door: Daemon) -> None:
    done = devcors(folder, "export", "har", "all.har")
    assert done.returncode == 0, done.stderr
    file = folder / "all.har"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert f"all.har: {file.stat().st_size:,} bytes" in done.stderr.decode()
    report = diagnose_har("all.har", read_har(file), url=None, credentials=False)
    judged = [step.judged.verdict.to_json() for step in report.steps if step.judged]
    recorded = [record["cors"] for record in sorted(door.records, key=itemgetter("id")) if record["cors"]]
    assert [(verdict["chromium"]["error"], verdict["firefox"]["error"]) for verdict in judged] == [
        ("MissingAllowOriginHeader", "CORSMissingAllowOrigin2"),
        (None, None),
        ("WildcardOriginNotAllowed", "CORSNotSupportingCredentials"),
        ("MissingAllowOriginHeader", "CORSMissingAllowOrigin2"),
        ("PreflightMissingAllowOriginHeader", "CORSMissingAllowOrigin2"),
        ("PreflightInvalidAllowCredentials", "CORSMissingAllowCredentials"),
        (None, None),  # devcors' own answer lets the page read it
    ]
    assert judged == [{name: verdict[name] for name in judged[0]} for verdict in recorded]


def test_no_secret_is_in_a_har_unless_asked_for(folder: Path, door: Daemon) -> None:
    plain = devcors(folder, "export", "har")
    assert plain.returncode == 0, plain.stderr
    assert SECRET.encode() not in plain.stdout
    entries = json.loads(plain.stdout)["log"]["entries"]
    login = next(entry for entry in entries if entry["request"]["url"].endswith("/login"))
    assert json.loads(login["request"]["postData"]["text"]) == {"user": "me", "password": "[redacted]"}
    assert json.loads(login["response"]["content"]["text"]) == {"token": "[redacted]", "items": [1, 2]}
    told = devcors(folder, "export", "har", "-", "--with-secrets", "--port", str(door.port))
    assert f"Bearer {SECRET}".encode() in told.stdout
    assert json.loads(told.stdout)


def test_a_dump_is_read_by_mitmproxy(folder: Path, door: Daemon) -> None:
    done = devcors(folder, "export", "mitm", "all.mitm")
    assert done.returncode == 0, done.stderr
    flows = list(FlowReader(io.BytesIO((folder / "all.mitm").read_bytes())).stream())
    assert len(flows) == len(ASKED)
    assert all(isinstance(flow, HTTPFlow) for flow in flows)
    assert SECRET.encode() not in (folder / "all.mitm").read_bytes()


def test_what_cannot_be_done_is_told(folder: Path, door: Daemon) -> None:
    done = devcors(folder, "export", "har", "nowhere/x.har")
    assert done.returncode == 1
    assert "nowhere/x.har cannot be written: No such file or directory" in done.stderr.decode()
    done = devcors(folder, "export", "har", "x.har", "--port", "1")
    assert done.returncode == 1
    assert "no devcors runs on port 1" in done.stderr.decode()
    assert not (folder / "x.har").exists()
