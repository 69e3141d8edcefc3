"""The keys of `up`: which are devcors' own, and what they do."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devcors.daemon.shortcuts import PREFIX, Prefixed, Shortcuts, lone_key
from devcors.daemon.terminal import Terminal
from devcors.daemon.view import View
from devcors.traffic.record import Exchange


@given(st.lists(st.binary(max_size=5), max_size=5))
def test_without_the_prefix_the_command_gets_every_byte(pieces: list[bytes]) -> None:
    keys = Prefixed()
    typed = [piece.replace(PREFIX, b"") for piece in pieces]
    assert [keys.part(piece) for piece in typed] == [(piece, []) for piece in typed]


@given(st.lists(st.sampled_from([b"a", b"Q", b"\x1d", b"\xe2\x9e", b"\x1b[A"]), max_size=8), st.integers(0, 20))
def test_it_does_not_matter_in_which_pieces_the_keys_come(words: list[bytes], cut: int) -> None:
    data = b"".join(words)
    whole, cut_up = Prefixed().part(data), Prefixed()
    first, second = cut_up.part(data[:cut]), cut_up.part(data[cut:])
    assert (first[0] + second[0], first[1] + second[1]) == whole


def test_the_prefix_twice_is_one_for_the_command() -> None:
    assert Prefixed().part(b"a\x1d\x1db\x1dHc") == (b"a\x1dbc", ["h"])


@pytest.mark.parametrize(
    ("typed", "key"),
    [(b"h", "h"), (b"Q", "q"), (b"\r", None), (b"1", None), (b"quit\n", None), (b"\x1bq", None), (b"\x1bOP", None)]
    + [(sequence, None) for sequence in (b"\x1b[A", b"\x1b[1;5C", b"\x1b[3~", b"\x1b", b"\xc3\xa4", b"")],
)
def test_without_a_command_only_a_lone_letter_is_a_key(typed: bytes, key: str | None) -> None:
    assert lone_key(typed) == key


class Desk:
    """Shortcuts over a terminal that is a text."""

    def __init__(
        self, *, beside_command: bool = False, dashboard: str | None = "http://localhost:2678/#token=x"
    ) -> None:
        self.out = io.StringIO()
        self.view = View()
        self.reloads = self.stops = 0
        terminal = Terminal(as_json=False, out=self.out, err=self.out)
        self.keys = Shortcuts(terminal, self.view, self, lambda: dashboard, self.stop, beside_command)

    async def reload(self) -> None:
        self.reloads += 1

    def stop(self) -> None:
        self.stops += 1

    def said(self) -> str:
        text = self.out.getvalue()
        self.out.seek(0)
        self.out.truncate()
        return text


async def _reloaded(desk: Desk, press: Callable[[bytes], bytes]) -> None:
    press(b"r")
    await asyncio.sleep(0)
    assert desk.reloads == 1


def test_what_the_keys_do(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("sys.platform", "linux")
    desk = Desk()
    press = desk.keys.typed
    assert press(b"h") == b""
    assert [line.split()[0] for line in desk.said().splitlines()] == list("horcbpq")
    press(b"x")
    assert desk.said() == ""
    press(b"o")
    assert desk.said() == "open it by hand: http://localhost:2678/#token=x\n"
    press(b"c")
    assert desk.said() == "\x1b[H\x1b[2J"
    press(b"q")
    assert desk.stops == 1
    asyncio.run(_reloaded(desk, press))
    nothing = Desk(dashboard=None)
    nothing.keys.typed(b"o")
    assert nothing.said() == "there is no dashboard: `admin` is false in [server]\n"


def test_the_dashboard_is_opened_where_there_is_a_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    monkeypatch.setenv("DISPLAY", ":0")

    def cannot_open(url: str) -> bool:
        opened.append(url)
        return False

    monkeypatch.setattr("webbrowser.open", cannot_open)
    desk = Desk()

    async def press() -> None:
        desk.keys.typed(b"o")
        await asyncio.gather(*asyncio.all_tasks() - {asyncio.current_task()})

    asyncio.run(press())
    assert desk.said().startswith("no browser could be opened; by hand: http://")
    assert opened == ["http://localhost:2678/#token=x"]


def test_beside_a_command_the_key_after_the_prefix_is_ours_even_if_it_means_nothing() -> None:
    desk = Desk(beside_command=True)
    assert desk.keys.typed(b"hq\x1dzr") == b"hqr"
    assert "  Ctrl-] q  quit\n" in desk.said()
    assert desk.stops == 0
    assert "Ctrl-]" in desk.keys.invitation


def exchange(error: str | None = None) -> Exchange:
    return Exchange(1, "gateway", "http", "GET", "http://localhost/", None, None, None, 0.0, error=error)


def test_pause_counts_what_it_does_not_print_and_blocked_only_leaves_the_rest_out() -> None:
    desk = Desk()
    assert desk.view.wants(exchange())
    desk.keys.typed(b"p")
    assert not any(desk.view.wants(exchange()) for _ in range(3))
    desk.said()
    desk.keys.typed(b"p")
    assert desk.said().startswith("going on; 3 came meanwhile")
    assert desk.view.wants(exchange())
    desk.keys.typed(b"b")
    assert not desk.view.wants(exchange("ECONNREFUSED"))
    desk.keys.typed(b"b")
    assert desk.said() == "only what a browser blocks\nevery exchange\n"
    assert desk.view.wants(exchange())
