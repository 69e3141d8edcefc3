"""A run as a picture: bars in SVG, readable on light and on dark pages, without any dependency. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple
from xml.sax.saxutils import escape

from .figures import Figures, Summary
from .measures import ADDED, DIRECT, DOWN, PAGE, TRIP_ADDED, UP, rate
from .table import number
from .targets import DEVCORS

WIDTH, NAME, BARS, ROW, GAP, TITLE = 860, 180, 480, 22, 18, 26

# the greys have at least 4.5:1 against white and against GitHub's dark page, for viewers that know no media query
STYLE = """
  text { font: 13px system-ui, sans-serif; fill: #6e7681; }
  .title { font-weight: 600; fill: #57606a; }
  .own { font-weight: 600; }
  .bar { fill: #8c959f; }
  .bar.own { fill: #0969da; }
  .spread { stroke: #57606a; stroke-width: 1.5; }
  @media (prefers-color-scheme: dark) {
    text { fill: #9198a1; }
    .title { fill: #d1d7e0; }
    .bar { fill: #656c76; }
    .bar.own { fill: #4493f8; }
    .spread { stroke: #d1d7e0; }
  }
"""


class Panel(NamedTuple):
    """One measure of all peers. `better` says which way."""

    title: str
    measure: str
    unit: str
    better: str


PANELS = (
    Panel("Requests a second, 16 connections", rate(16), "/s", "longer is better"),
    Panel("Latency added to one request", ADDED, "µs", "shorter is better"),
    Panel("200 MB down", DOWN, "MB/s", "longer is better"),
    Panel("200 MB up", UP, "MB/s", "longer is better"),
    Panel("Time added to a WebSocket's round trip", TRIP_ADDED, "µs", "shorter is better"),
    Panel("A page of 1,000 modules", PAGE, "ms", "shorter is better"),
)


def chart(figures: Figures, peers: Sequence[str], caption: str) -> str:
    """The picture of the measures that the run has; bars are medians, thin lines least to most."""
    parts: list[str] = []
    y = GAP
    for panel in PANELS:
        # elsewhere the backend itself would only make the other bars short
        names = [DIRECT, *peers] if panel.measure == PAGE else peers
        bars = [(peer, found) for peer in names if (found := figures.summary(panel.measure, peer))]
        if bars:
            parts += _panel(panel, bars, y)
            y += TITLE + ROW * len(bars) + GAP
    parts.append(f'<text x="16" y="{y + 8}">{escape(caption)}</text>')
    height = y + GAP + 8
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}"'
        f' role="img" aria-label="Speed of devcors and other proxies in one run">'
    )
    return "\n".join([head, f"<style>{STYLE}</style>", *parts, "</svg>", ""])


def _panel(panel: Panel, bars: Sequence[tuple[str, Summary]], top: int) -> list[str]:
    longest = max(max(found.most, 0.0) for _, found in bars) or 1.0
    out = [f'<text class="title" x="16" y="{top + 13}">{escape(panel.title)} ({panel.better})</text>']
    for index, (peer, found) in enumerate(bars):
        out += _bar(peer, found, panel.unit, top + TITLE + ROW * index, BARS / longest)
    return out


def _bar(peer: str, found: Summary, unit: str, y: int, scale: float) -> list[str]:
    own = " own" if peer == DEVCORS else ""
    least, median, most = (max(0.0, value) * scale for value in (found.least, found.median, found.most))
    middle, label = y + 8, f"{number(found.median)} {unit}"
    return [
        f'<text class="name{own}" x="{NAME}" y="{y + 12}" text-anchor="end">{escape(peer)}</text>',
        f'<rect class="bar{own}" x="{NAME + 10}" y="{y}" width="{median:.1f}" height="16" rx="2"/>',
        f'<line class="spread" x1="{NAME + 10 + least:.1f}" x2="{NAME + 10 + most:.1f}" y1="{middle}" y2="{middle}"/>',
        f'<text class="value{own}" x="{NAME + 18 + max(median, most):.1f}" y="{y + 12}">{escape(label)}</text>',
    ]
