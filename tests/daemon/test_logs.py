"""What libraries log is one line for people; a traceback only on request."""

from __future__ import annotations

import io
import logging

import pytest

from devcors.daemon.logs import DEBUG, logging_to
from devcors.daemon.terminal import Terminal


def _failure() -> ValueError:
    try:
        int("x")
    except ValueError as error:
        return error
    raise AssertionError


def _said(caplog: pytest.LogCaptureFixture) -> str:
    err = io.StringIO()
    with logging_to(Terminal(as_json=False, out=io.StringIO(), err=err)):
        logging.getLogger("mitmproxy.somewhere").info("client connect")
        logging.getLogger("mitmproxy.somewhere").warning("odd but harmless")
        logging.getLogger("asyncio").error("a task has failed\nwith details", exc_info=_failure())
    return err.getvalue()


def test_one_line_each_and_no_traceback(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(DEBUG, raising=False)
    said = _said(caplog)
    assert "client connect" not in said
    assert "note: odd but harmless\n" in said
    assert "internal fault: a task has failed: ValueError: invalid literal for int() with base 10: 'x'\nhint: " in said
    assert "Traceback" not in said


def test_the_traceback_is_there_for_whoever_asks(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(DEBUG, "1")
    assert "Traceback (most recent call last)" in _said(caplog)
