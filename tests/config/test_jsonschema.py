"""The JSON Schema agrees with the models and with the loader on what stands in a file."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import tomli

from devcors.config.jsonschema import config_schema
from devcors.config.loading import load
from devcors.config.problems import InvalidConfig
from devcors.config.schema import Table

SCHEMA = config_schema()
TYPES: dict[str, Any] = {
    "string": str,
    "boolean": bool,
    "integer": int,
    "number": (int, float),
    "array": list,
    "object": dict,
}


def has_type(value: Any, name: str) -> bool:
    # JSON knows true from 1
    return isinstance(value, TYPES[name]) and isinstance(value, bool) == (name == "boolean")


def has_valid_keys(value: Any, keys: dict[str, Any]) -> bool:
    return all(valid(value[key], keys[key]) for key in keys if key in value)


def is_const(value: Any, wanted: Any) -> bool:
    return type(value) is type(wanted) and bool(value == wanted)


# the part of JSON Schema that ours uses: a keyword that is not here is a KeyError, so that none is passed over
KEYWORDS: dict[str, Callable[[Any, Any], bool]] = {
    "$ref": lambda value, name: valid(value, SCHEMA["$defs"][name.removeprefix("#/$defs/")]),
    "type": has_type,
    "anyOf": lambda value, forms: any(valid(value, form) for form in forms),
    "const": is_const,
    "enum": lambda value, words: value in words,
    "properties": has_valid_keys,
    "required": lambda value, keys: all(key in value for key in keys),
    "items": lambda value, schema: all(valid(member, schema) for member in value),
    "minItems": lambda value, least: len(value) >= least,
    "minimum": lambda value, least: value >= least,
    "maximum": lambda value, most: value <= most,
    "pattern": lambda value, pattern: bool(re.search(pattern, value)),
}
ANNOTATIONS = {"$schema", "$defs", "title", "description", "default"}


def valid(value: Any, schema: dict[str, Any]) -> bool:
    if "type" in schema and not has_type(value, schema["type"]):
        return False
    rest = schema.get("additionalProperties", True)
    known = schema.get("properties", {})
    for key in value if isinstance(value, dict) and rest is not True else ():
        if key not in known and (rest is False or not valid(value[key], rest)):
            return False
    keywords = schema.keys() - ANNOTATIONS - {"additionalProperties"}
    return all(KEYWORDS[keyword](value, schema[keyword]) for keyword in keywords)


def walk(schema: Any) -> Iterator[dict[str, Any]]:
    """Every schema inside a schema, itself included."""
    if isinstance(schema, list):
        for member in schema:
            yield from walk(member)
    if isinstance(schema, dict):
        yield schema
        for key, inner in schema.items():
            if key in ("properties", "$defs"):
                for one in inner.values():
                    yield from walk(one)
            elif key in ("anyOf", "items", "additionalProperties"):
                yield from walk(inner)


def test_every_reference_leads_somewhere_and_every_default_is_valid() -> None:
    for schema in walk(SCHEMA):
        if "$ref" in schema:
            assert schema["$ref"].removeprefix("#/$defs/") in SCHEMA["$defs"]
        if "default" in schema:
            assert valid(json.loads(json.dumps(schema["default"])), schema), schema


def test_nothing_of_python_is_left() -> None:
    text = json.dumps(SCHEMA)
    assert "null" not in text
    assert all("title" not in schema for schema in walk(SCHEMA) if schema is not SCHEMA)


def test_the_keys_are_those_of_the_models_and_all_are_described() -> None:
    tables = {**SCHEMA["$defs"], "Config": SCHEMA}
    for model in Table.__subclasses__():
        keys = tables[model.__name__]["properties"]
        assert keys.keys() - {"profiles"} == model.model_fields.keys()
        assert tables[model.__name__]["additionalProperties"] is False
        for key, schema in keys.items():
            assert len(schema["description"]) > 10, (model, key)


REFUSED_BY_BOTH = """\
frontned = "http://localhost"
frontend = 5173
frontend = []
frontend.rewrite = "/x"
routes."/a".tarket = "http://h"
routes."/a" = []
routes."/a" = true
routes."/a" = [false]
routes."/a" = { target = "http://h", cors = "injct" }
routes."/a" = { target = "http://h", cors.mode = "injct" }
routes."/a" = { target = "http://h", cookies = "off" }
routes."/a" = { target = "http://h", wait = "soon" }
routes."/a" = { target = "http://h", wait = -1 }
routes."/a" = { target = "http://h", timeout = "5s" }
routes."/a" = { target = "http://h", forwarded = 1 }
intercept.h = "inject"
intercept.h.wait = "1s"
cors.methods = "GET"
cors.max_age = -1
cors.max_age = true
server.https = "h3"
server.admin = 0
server.admin = true
server.capture = -1
scripts = "a.py"
profiles.ci = "x"
profiles.ci.frontned = "x"
profiles.ci.profiles.x = {}
"""

ACCEPTED_BY_BOTH = """\
frontend = "http://localhost:5173"
frontend = false
frontend = { target = "http://localhost:5173", verify = false, rewrite = false }
routes."/a" = "http://h"
routes."/a" = [{ target = "http://h", match.methods = ["GET"] }, { target = "http://h" }]
routes."/a" = false
routes."/a" = { target = "http://h", cors = "inject", cookies = "keep", wait = 5, timeout.idle = "1m" }
routes."/a" = { target = "http://h", cors = { mode = "off", methods = ["GET"] }, cookies.samesite = "Lax" }
routes."/a" = { target = "http://h", headers.request = { X = "1", Y = false } }
intercept.h = { cors = "inject", verify = "ca.pem" }
intercept.h = false
cors.methods = "request"
cors.origins = false
server = { https = false, admin = false, capture = false, listen = "localhost:1" }
server = { https = "h2", capture = 1, admin = 2678 }
server.https = true
scripts = ["a.py"]
profiles.ci = {}
profiles.ci.routes."/a" = { target = "http://h", verify = false }
profiles.ci = { frontend = false, scripts = false }
"""


@pytest.mark.parametrize("toml", ACCEPTED_BY_BOTH.splitlines())
def test_accepted_by_the_schema_and_by_us(toml: str, tmp_path: Path) -> None:
    assert valid(tomli.loads(toml), SCHEMA)
    load_text(toml, tmp_path)


@pytest.mark.parametrize("toml", REFUSED_BY_BOTH.splitlines())
def test_refused_by_the_schema_and_by_us(toml: str, tmp_path: Path) -> None:
    assert not valid(tomli.loads(toml), SCHEMA)
    with pytest.raises(InvalidConfig):
        load_text(toml, tmp_path)


def test_the_sample_of_the_design() -> None:
    assert valid(tomli.loads(Path(__file__).with_name("sample.toml").read_text("utf-8")), SCHEMA)


def test_a_profile_may_leave_out_what_stands_below(tmp_path: Path) -> None:
    toml = 'routes."/a" = "http://h"\n[profiles.ci]\nroutes."/a".verify = false'
    assert valid(tomli.loads(toml), SCHEMA)
    load_text(toml, tmp_path)


def load_text(text: str, folder: Path) -> None:
    file = folder / "devcors.toml"
    file.write_text(text, "utf-8")
    load(path=file, environ={})
