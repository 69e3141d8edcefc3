"""The errors of the model in our own words: one sentence, one place, one next step.

Known: pydantic's errors, each with a type and a location in the widened model, and the table that was validated.
Wanted: sentences that a front-end developer understands, about keys that stand in a file. The location holds more than
the file does (the index of a short form, the side of a union), so it is followed through the table itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple, get_args

from pydantic_core import ErrorDetails

from .addresses import meant_port
from .layers import Place
from .positions import Path
from .schema import CorsMode
from .shape import Shape, file_shape
from .values import kind_of, shown, suggestion

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")

_WANTED = {
    "string_type": "a string",
    "bool_type": "true or false",
    "int_type": "a whole number",
    "tuple_type": "a list",
    "dict_type": "a table",
    "model_type": "a table",
}
_SHORT_FORMS = {"target": "a URL", "mode": "a mode"}


class Refusal(NamedTuple):
    """Where a value stands, what is wrong with it, what to do; and whether the key is at fault, not the value."""

    place: Place
    message: str
    hint: str | None = None
    of_key: bool = False


class _Fault(NamedTuple):
    """One error of the model, found again in the table: `path` leads to what stands there, `value`."""

    error: ErrorDetails
    path: Path
    value: Any
    place: Place

    @property
    def shape(self) -> Shape:
        """What may stand here."""
        return file_shape().at(self.path) or Shape()

    @property
    def table(self) -> Shape:
        """What may stand in the table around it."""
        return file_shape().at(self.path[:-1]) or Shape()


def refusals(errors: Iterable[ErrorDetails], table: Any, place_of: Callable[[Path], Place]) -> Iterator[Refusal]:
    """All errors of validating `table`, but one kind: a key that is missing because it is misspelt is told once, by
    its wrong name. `place_of` tells where a value of the table stands.
    """
    faults = [_fault(error, table, place_of) for error in errors]
    meant = {(fault.path[:-1], _nearest_key(fault)) for fault in faults if fault.error["type"] == "extra_forbidden"}
    for fault in faults:
        kind, key = fault.error["type"], fault.error["loc"][-1]
        if kind != "missing" or (fault.path, f'did you mean "{key}"?') not in meant:
            yield _SENTENCES.get(kind, _wrong_kind)(fault)


def _fault(error: ErrorDetails, table: Any, place_of: Callable[[Path], Place]) -> _Fault:
    value = table
    path: Path = ()
    for part in error["loc"]:
        if isinstance(part, int) if isinstance(value, list) else isinstance(value, dict) and part in value:
            value, path = value[part], (*path, part)
    return _Fault(error, path, value, place_of(path))


def header(path: Path) -> str:
    """A table as its header would name it: `[routes."/api"]`."""
    return f"[{dotted(path)}]"


def dotted(path: Path) -> str:
    """A path as a dotted key; the index in a list is left out, TOML has no way to write it."""
    keys = (part for part in path if isinstance(part, str))
    return ".".join(key if _BARE_KEY.fullmatch(key) else shown(key) for key in keys)


# -- one kind of error each ----------------------------------------------------------------------------------------


def _unknown_key(fault: _Fault) -> Refusal:
    place = fault.place
    table = place.path[:-1]
    where = f"in {header(table)}" if table else "at the top of the file"
    hint = _nearest_key(fault) or _better_place(fault) or _keys_of(fault.table)
    return Refusal(place, f"unknown key {shown(str(fault.path[-1]))} {where}", hint, of_key=True)


def _nearest_key(fault: _Fault) -> str | None:
    key = str(fault.path[-1])
    return suggestion(key, [known for known in fault.table.keys if known != key])


def _better_place(fault: _Fault) -> str | None:
    """Where a key is known that stands in the wrong table."""
    key = str(fault.path[-1])
    if key.startswith(("/", "^")):
        return "a pattern stands in [routes]"
    if fault.path[0] == "intercept" and isinstance(fault.value, dict):
        return 'a host is written in quotes: "api.example.com"'
    if key in file_shape().keys:
        return f'"{key}" stands at the top of the file, before the first [table]'
    tables = [name for name, shape in file_shape().keys.items() if key in shape.keys and name != "frontend"]
    return f'"{key}" stands in [{tables[0]}]' if tables else None


def _missing_key(fault: _Fault) -> Refusal:
    key = str(fault.error["loc"][-1])
    hint = f'say where it goes: {key} = "http://localhost:8080"' if key == "target" else f"add {key}"
    return Refusal(fault.place, f'"{key}" is missing in {header(fault.place.path)}', hint, of_key=True)


def _own(fault: _Fault) -> Refusal:
    """What our checks of single values refuse; a refused key has `[key]` for its last part."""
    context = fault.error["ctx"]
    return Refusal(fault.place, context["message"], context["hint"], of_key=fault.error["loc"][-1] == "[key]")


def _no_such_word(fault: _Fault) -> Refusal:
    words = re.findall("'([^']*)'", fault.error["ctx"]["expected"])
    listed = ", ".join(map(shown, words[:-1])) + f" or {shown(words[-1])}"
    if isinstance(fault.value, str):
        return Refusal(fault.place, f"{listed} is wanted, not {shown(fault.value)}", suggestion(fault.value, words))
    return Refusal(fault.place, f"{listed} is wanted, this is {kind_of(fault.value)}")


def _too_small(fault: _Fault) -> Refusal:
    least = fault.error["ctx"]["ge"]
    return Refusal(fault.place, f"{fault.value} is less than {least}", f"write {least} or more")


def _wrong_kind(fault: _Fault) -> Refusal:
    """Text where a number is wanted and the like."""
    wanted = _wanted(fault.shape) or _WANTED.get(fault.error["type"], "another value")
    given = str(fault.value) if isinstance(fault.value, float) else kind_of(fault.value)
    hint = _retyped(fault) or _misplaced_word(fault) or _keys_of(fault.shape)
    return Refusal(fault.place, f"{wanted} is wanted, this is {given}", hint)


def _wanted(shape: Shape) -> str | None:
    if not shape.short:
        return None
    forms = [_SHORT_FORMS[shape.short], "a table", *(["a list of tables"] if shape.listed else [])]
    return f"{', '.join(forms[:-1])} or {forms[-1]}"


def _keys_of(shape: Shape) -> str | None:
    return f"its keys are {', '.join(shape.keys)}" if shape.keys else None


def _misplaced_word(fault: _Fault) -> str | None:
    """A CORS mode in the place of the table that holds it, or of the policy."""
    if fault.value not in get_args(CorsMode):
        return None
    mode = f"cors = {shown(fault.value)}"
    return f"a mode stands in a route: {mode}" if fault.path == ("cors",) else f"write it as {{ {mode} }}"


def _retyped(fault: _Fault) -> str | None:
    """The same value written as the kind that is wanted."""
    kind, value = fault.error["type"], fault.value
    if fault.shape.short == "target":
        return meant_port(value)
    if kind == "string_type" and isinstance(value, (int, float)):
        return f'put it in quotes: "{str(value).lower()}"'
    if kind == "tuple_type" and isinstance(value, str):
        return f"write it as [{shown(value)}]"
    if kind == "bool_type" and str(value).lower() in ("true", "false"):
        return f"write {value.lower()}, without quotes"
    if kind == "int_type" and isinstance(value, str) and value.isdecimal():
        return f"write {value}, without quotes"
    return None


_SENTENCES: dict[str, Callable[[_Fault], Refusal]] = {
    "devcors": _own,
    "extra_forbidden": _unknown_key,
    "missing": _missing_key,
    "literal_error": _no_such_word,
    "greater_than_equal": _too_small,
}
