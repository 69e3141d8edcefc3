"""`scripts`: a user's own mitmproxy addon runs inside, and an edit of the list applies at once."""

from __future__ import annotations

from pathlib import Path

import httpx

from tests.support.daemon import running
from tests.support.servers import Reply, serve

SCRIPT = """
def request(flow):
    flow.request.headers["x-seen"] = flow.request.text

def response(flow):
    flow.response.headers["x-own"] = flow.request.path
    flow.response.text = flow.response.text.upper()
"""


def test_a_script_sees_the_flow_and_can_be_taken_out_again(tmp_path: Path) -> None:
    (tmp_path / "own.py").write_text(SCRIPT)
    with serve(lambda _: Reply(body=b"front")) as server:
        front = f'frontend = "{server.url}"\n'
        with running(tmp_path, f'scripts = ["own.py"]\n{front}') as daemon:
            assert daemon.message("runs the scripts")
            answer = httpx.post(f"{daemon.url}/x", content=b"body")
            assert (answer.text, answer.headers["x-own"]) == ("FRONT", "/x")
            assert server.seen[-1].header("x-seen") == "body"
            record = daemon.record(lambda record: record["method"] == "POST")
            assert (record["request_bytes"], record["response_bytes"]) == (4, 5)
            (tmp_path / "devcors.toml").write_text(front)
            daemon.message("~ scripts")
            assert "x-own" not in httpx.get(f"{daemon.url}/x").headers
