"""What a running devcors prints, and where."""

from __future__ import annotations

import io
import json

import pytest
from rich.text import Text

from devcors.daemon.terminal import Terminal
from devcors.errors import ConfigError, StartError
from devcors.traffic.record import Exchange


class Screen(io.StringIO):
    """A terminal."""

    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NO_COLOR", "CI", "FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "80")


def exchange(path: str = "/x", status: int = 200) -> Exchange:
    return Exchange(1, "mitmproxy", "http", "GET", f"http://localhost:2677{path}", None, None, None, 0.0, status=status)


def terminal(*, as_json: bool = False, screen: bool = False) -> tuple[Terminal, io.StringIO, io.StringIO]:
    out, err = (Screen(), Screen()) if screen else (io.StringIO(), io.StringIO())
    return Terminal(as_json=as_json, out=out, err=err), out, err


def test_json_mode_has_nothing_but_json_on_stdout() -> None:
    printer, out, err = terminal(as_json=True, screen=True)
    printer.message("ready")
    printer.error(StartError("port 1 is taken", hint="choose another"))
    printer.child_output(b"  VITE ready\n")
    printer.exchange(exchange("/\u00e4"))
    printer.exchange(exchange("/\u00e4"))
    records = [json.loads(text) for text in out.getvalue().splitlines()]
    assert [record["url"] for record in records] == ["http://localhost:2677/\u00e4"] * 2
    assert "ready" in err.getvalue()
    assert "VITE" in err.getvalue()
    assert "choose another" in err.getvalue()


def test_for_people_exchanges_go_to_stdout_and_messages_to_stderr() -> None:
    printer, out, err = terminal()
    printer.message(Text("[bold]no markup[/]"))
    printer.exchange(exchange())
    printer.child_output(b"child\n")
    assert err.getvalue() == "[bold]no markup[/]\n"
    assert out.getvalue().splitlines()[1:] == ["child"]
    assert "GET     /x 200" in out.getvalue()


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (StartError("it broke", where="a.pem", hint="mend it"), "error: a.pem: it broke\nhint: mend it\n"),
        (ConfigError("bad", where="devcors.toml:1:2"), "devcors.toml:1:2: bad\n"),
    ],
)
def test_errors_say_where_and_what_next(error: StartError | ConfigError, said: str) -> None:
    printer, _, err = terminal()
    printer.error(error)
    assert err.getvalue() == said


def test_repeated_lines_are_counted_on_a_terminal() -> None:
    printer, out, _ = terminal(screen=True)
    for _ in range(3):
        printer.exchange(exchange())
    assert out.getvalue().count("\x1b[1A\x1b[J") == 2
    assert "×2" in out.getvalue()
    assert "×3" in out.getvalue()


def test_a_line_that_the_terminal_folds_is_replaced_whole() -> None:
    printer, out, _ = terminal(screen=True)
    for _ in range(2):
        printer.exchange(exchange("/" + "a" * 80))
    assert out.getvalue().count("\x1b[2A\x1b[J") == 1


def test_what_stands_in_between_ends_the_count() -> None:
    printer, out, _ = terminal(screen=True)
    printer.exchange(exchange())
    printer.message("reloaded")
    printer.exchange(exchange())
    printer.exchange(exchange(status=404))
    printer.exchange(exchange("/y", status=404))
    printer.child_output(b"child\n")
    printer.exchange(exchange("/y", status=404))
    assert "×" not in out.getvalue()
    assert "\x1b[1A" not in out.getvalue()


def test_a_pipe_gets_every_line() -> None:
    printer, out, _ = terminal()
    for _ in range(3):
        printer.exchange(exchange())
    assert len(out.getvalue().splitlines()) == 3
    assert "\x1b" not in out.getvalue()


@pytest.mark.parametrize("name", ["NO_COLOR", "CI"])
def test_colour_can_be_declined(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    printer, out, err = terminal(screen=True)
    printer.exchange(exchange(status=500))
    printer.message("x", "red")
    assert "\x1b[31m" in out.getvalue()
    assert "\x1b[31m" in err.getvalue()
    monkeypatch.setenv(name, "1")
    printer, out, err = terminal(screen=True)
    printer.exchange(exchange(status=500))
    printer.message("x", "red")
    assert "\x1b[31m" not in out.getvalue() + err.getvalue()


def test_the_childs_bytes_are_not_torn() -> None:
    printer, out, _ = terminal()
    for byte in "➜ Local\n".encode():
        printer.child_output(bytes((byte,)))
    printer.child_output(b"\xff\n")
    assert out.getvalue() == "➜ Local\n\ufffd\n"
