"""Tables over tables: what merges, what replaces, what removes, and where each value comes from."""

from __future__ import annotations

from typing import Any

import pytest
import tomli

from devcors.config.layers import Layer, Layered, Place, Source
from devcors.config.positions import Path

FILE, LOCAL, CLI = Source("devcors.toml"), Source("devcors.local.toml"), Source("command line")


def lay(*texts: str) -> Layered:
    sources = (FILE, LOCAL, CLI)
    return Layered(Layer(Place(source, ()), tomli.loads(text)) for source, text in zip(sources, texts, strict=False))


@pytest.mark.parametrize(
    ("below", "above", "merged"),
    [
        # tables merge
        ("cors.max_age = 1", "cors.credentials = true", {"cors": {"max_age": 1, "credentials": True}}),
        (
            'routes."/a".target = "1"',
            'routes."/b".target = "2"',
            {"routes": {"/a": {"target": "1"}, "/b": {"target": "2"}}},
        ),
        # everything else replaces
        ("cors.origins = ['a']", "cors.origins = ['b']", {"cors": {"origins": ["b"]}}),
        ("frontend = 'a'", "frontend = 'b'", {"frontend": "b"}),
        ("frontend.target = 'a'\nfrontend.rewrite = ''", "frontend = 'b'", {"frontend": "b"}),
        ("routes.'/a' = [{}, {}]", "routes.'/a' = {target = 'a'}", {"routes": {"/a": {"target": "a"}}}),
        ("cors = 1", "cors.max_age = 2", {"cors": {"max_age": 2}}),
        # a table over a short form is over what the short form means
        ("frontend = 'a'", "frontend.verify = false", {"frontend": {"target": "a", "verify": False}}),
        ("routes.'/a' = 'a'", "routes.'/a'.wait = '1s'", {"routes": {"/a": {"target": "a", "wait": "1s"}}}),
        (
            "intercept.h.cors = 'inject'",
            "intercept.h.cors.max_age = 1",
            {"intercept": {"h": {"cors": {"mode": "inject", "max_age": 1}}}},
        ),
        (
            "routes.'/a'.cookies = 'keep'",
            "routes.'/a'.cookies.path = '/'",
            {"routes": {"/a": {"cookies": {"path": "/"}}}},
        ),
        # false removes
        ("frontend = 'a'", "frontend = false", {}),
        ("routes = {'/a' = 'a', '/b' = 'b'}", "routes.'/a' = false", {"routes": {"/b": "b"}}),
        ("intercept.h = {}", "intercept.h = false", {"intercept": {}}),
        ("scripts = ['a.py']", "scripts = false", {}),
        ("cors.origins = ['a']", "cors.origins = false", {"cors": {}}),
        (
            "frontend.headers.request.X = '1'",
            "frontend.headers.request.X = false",
            {"frontend": {"headers": {"request": {}}}},
        ),
        ("frontend.timeout.idle = '1s'", "frontend.timeout = false", {"frontend": {}}),
        ("server.capture = 1", "server.capture = false", {"server": {}}),
        ("", "frontend = false", {}),
        # also in the first layer and in the tables of a list
        ("frontend = false", "", {}),
        (
            "routes.'/a' = [{target = 'a', wait = false, verify = false}]",
            "",
            {"routes": {"/a": [{"target": "a", "verify": False}]}},
        ),
        # where false is a value, it stays one
        ("frontend.forwarded = true", "frontend.forwarded = false", {"frontend": {"forwarded": False}}),
        ("frontend.verify = 'ca'", "frontend.verify = false", {"frontend": {"verify": False}}),
        ("intercept.h.verify = true", "intercept.h.verify = false", {"intercept": {"h": {"verify": False}}}),
        ("cors.credentials = true", "cors.credentials = false", {"cors": {"credentials": False}}),
        ("server.https = true", "server.https = false", {"server": {"https": False}}),
        ("server.admin = 1", "server.admin = false", {"server": {"admin": False}}),
        (
            "frontend.cookies.secure = true",
            "frontend.cookies.secure = false",
            {"frontend": {"cookies": {"secure": False}}},
        ),
        # and where the schema knows nothing, it stays to be refused
        ("", "frontned = false", {"frontned": False}),
    ],
)
def test_laid_over(below: str, above: str, merged: dict[str, Any]) -> None:
    assert lay(below, above).data == merged


def test_the_order_is_that_of_the_lowest_layer_that_has_the_key() -> None:
    layered = lay(
        "routes = {'/a' = 'a', '/b' = 'b', '/c' = 'c'}", "routes = {'/d' = 'd', '/b' = 'B'}", "routes.'/a' = false"
    )
    assert list(layered.data["routes"]) == ["/b", "/c", "/d"]


@pytest.mark.parametrize(
    ("path", "source", "place"),
    [
        (("routes", "/a", "target"), FILE, ("routes", "/a")),
        (("routes", "/a", "verify"), LOCAL, ("routes", "/a", "verify")),
        (("routes", "/b"), CLI, ("routes", "/b")),
        (("cors", "origins", 1), LOCAL, ("cors", "origins", 1)),
        (("cors", "max_age"), FILE, ("cors", "max_age")),
        (("frontend", "target"), CLI, ("frontend", "target")),
    ],
)
def test_each_value_remembers_who_gave_it(path: Path, source: Source, place: Path) -> None:
    layered = lay(
        "frontend = {target = 'a', wait = 1}\nroutes = {'/a' = 'a', '/b' = 'b'}\ncors = {origins = ['a'], max_age = 1}",
        "frontend = 'b'\nroutes.'/a'.verify = false\ncors.origins = ['b', 'c']",
        "frontend.target = 'c'\nroutes.'/b' = 'c'",
    )
    assert layered.place(path) == Place(source, place)


def test_a_profile_is_pointed_at_where_it_stands() -> None:
    table = {"cors": {"max_age": -1}}
    layered = Layered([Layer(Place(FILE, ()), {}), Layer(Place(LOCAL, ("profiles", "ci")), table)])
    assert layered.place(("cors", "max_age")) == Place(LOCAL, ("profiles", "ci", "cors", "max_age"))


def test_laying_leaves_the_given_tables_alone() -> None:
    below: dict[str, Any] = {"cors": {"origins": ["a"]}}
    Layered([Layer(Place(FILE, ()), below), Layer(Place(LOCAL, ()), {"cors": {"max_age": 1}})])
    assert below == {"cors": {"origins": ["a"]}}
