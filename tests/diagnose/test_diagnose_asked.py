"""What fetch() itself would refuse is refused before anything is sent, with the next step."""

from __future__ import annotations

from pathlib import Path

import pytest

from devcors.diagnose.asked import Words, ask_of
from devcors.errors import UsageError

URL, PAGE = "http://localhost:8080/api", "http://localhost:5173"

REFUSED: list[tuple[dict[str, object], str, str]] = [
    ({"url": "localhost:8080"}, "no URL", "http://localhost:8080"),
    ({"url": "/api"}, "no URL", "http://"),
    ({"url": "http://"}, "no URL", "http"),
    ({"url": "http://a b/"}, "no http", "CORS"),
    ({"url": "ftp://localhost/x"}, "no http", "CORS"),
    ({"url": "http://me:secret@localhost/"}, "user name", "Authorization"),
    ({"origin": f"{PAGE}/app"}, "no origin", f"--origin {PAGE}"),
    ({"origin": "localhost:5173"}, "no origin", "--origin http"),
    ({"method": "TRACE"}, "refuses the method", "-X"),
    ({"method": "A B"}, "refuses the method", "-X"),
    ({"method": "GET", "data": "x"}, "a body with GET", "POST"),
    ({"data": "@no-such-file"}, "cannot be read", "@FILE"),
    ({"streamed": True}, "--stream", "--data"),
    ({"headers": ["X-Token"]}, "no header", "-H"),
    ({"headers": ["X Token: a"]}, "no header", "-H"),
    ({"headers": ["Origin: http://localhost:1"]}, "Origin itself", "--origin http://localhost:1"),
    ({"headers": ["Host: a"]}, "cannot set Host", "leave it out"),
    ({"headers": ["Sec-Fetch-Mode: cors"]}, "cannot set", "leave it out"),
    ({"headers": ["Cookie: a=1"]}, "credentials", "--credentials"),
]


@pytest.mark.parametrize(("words", "said", "hint"), REFUSED)
def test_refused(words: dict[str, object], said: str, hint: str) -> None:
    with pytest.raises(UsageError) as refusal:
        ask_of(Words(**{"url": URL, "origin": PAGE, **words}))  # type: ignore[arg-type]  # a table of test values
    assert said in refusal.value.message
    assert hint in (refusal.value.hint or "")


def test_defaults() -> None:
    assert ask_of(Words(URL, PAGE)).method == "GET"
    assert ask_of(Words(URL, PAGE, data="x")).method == "POST"
    assert ask_of(Words(URL, PAGE, "put")).method == "PUT"
    assert ask_of(Words(URL, PAGE, "patch")).method == "patch"  # as fetch() leaves it
    assert ask_of(Words(f"{URL}?q=ä#part", PAGE)).url == f"{URL}?q=%C3%A4"
    assert ask_of(Words(URL, "null")).page.opaque


def test_a_body_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "body.json").write_bytes(b'{"a": 1}')
    assert ask_of(Words(URL, PAGE, data=f"@{tmp_path}/body.json")).body == b'{"a": 1}'
