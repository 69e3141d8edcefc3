"""The JSON Schema of devcors.toml, for editors: completion, descriptions and first errors while it is being written.

pydantic makes one from the models, of their widened form. What stands in a file and not in the models is added here:
the short forms, `false` to remove, and profiles, in whose tables nothing is required.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from .schema import Config
from .shape import Shape, file_shape

Schema = dict[str, Any]

_REMOVED: Schema = {"const": False, "description": "Removes the key, also one of a layer below."}
_PROFILES: Schema = {
    "type": "object",
    "description": "Any of the other keys, laid over them by `--profile NAME`.",
    "additionalProperties": {"$ref": "#/$defs/LayerConfig"},
}


def config_schema() -> Schema:
    """The schema (JSON Schema 2020-12) of a whole file."""
    document = Config.model_json_schema()
    writer = _Writer(document.pop("$defs"))
    root = writer.table(document, file_shape())
    tables = writer.tables
    # in a profile everything is optional: the rest may stand in a layer below
    layers = json.loads(json.dumps({**tables, "Config": root}).replace('"#/$defs/', '"#/$defs/Layer'))
    for table in layers.values():
        table.pop("required", None)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "devcors.toml",
        **root,
        "properties": {**root["properties"], "profiles": _PROFILES},
        "$defs": {**tables, **{f"Layer{name}": table for name, table in layers.items()}},
    }


def _sides(value: Schema) -> Iterator[Schema]:
    """The sides of a union, also of unions within it; of anything else itself."""
    for side in value.get("anyOf") or value.get("oneOf") or ():
        yield from _sides(side)
    if "anyOf" not in value and "oneOf" not in value:
        yield value


class _Writer:
    """Rewrites pydantic's tables to what may stand in a file; `tables` holds those that are done."""

    def __init__(self, models: dict[str, Schema]) -> None:
        self._models = models
        self.tables: dict[str, Schema] = {}

    def table(self, model: Schema, shape: Shape) -> Schema:
        """A table with keys of its own."""
        required = model.get("required", [])
        keys = {
            key: self._value(value, shape.keys[key], removable=key not in required)
            for key, value in model["properties"].items()
        }
        out = {"type": "object", "description": model["description"], "properties": keys, "additionalProperties": False}
        return {**out, "required": required} if required else out

    def _value(self, value: Schema, shape: Shape, *, removable: bool) -> Schema:
        """What may stand after one key: any of its forms."""
        about: Schema = {key: value[key] for key in ("description", "default") if key in value}
        if about.get("default") is None or isinstance(about["default"], dict):
            about.pop("default", None)
        forms = self._forms(value, shape)
        if removable and not shape.flag:
            forms.append(_REMOVED)
        return {**about, **forms[0]} if len(forms) == 1 else {**about, "anyOf": forms}

    def _forms(self, value: Schema, shape: Shape) -> list[Schema]:
        forms = [self._form(one, shape) for one in _sides(value) if one.get("type") != "null"]
        if shape.listed:
            forms.insert(0, forms[0]["items"])
        if shape.short:
            forms.insert(0, self._short_form(forms[0], shape))
        return forms

    def _form(self, form: Schema, shape: Shape) -> Schema:
        form = {key: inner for key, inner in form.items() if key not in ("title", "description", "default")}
        if "$ref" in form:
            name = form["$ref"].rpartition("/")[2]
            if name not in self.tables:
                self.tables[name] = self.table(self._models[name], shape)
        if "items" in form:
            form["items"] = self._form(form["items"], shape)
        if shape.entries:
            form["additionalProperties"] = self._value(form["additionalProperties"], shape.entries, removable=True)
        return form

    def _short_form(self, table: Schema, shape: Shape) -> Schema:
        """A string in the table's place: what the key that it is for may hold."""
        key = self._models[table["$ref"].rpartition("/")[2]]["properties"][shape.short]
        return {name: inner for name, inner in key.items() if name not in ("title", "default")}
