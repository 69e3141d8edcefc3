"""Which patterns take the paths that a middleware takes, found by asking it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from devcors.errors import PatternError
from devcors.routing.pattern import parse_pattern

from .chain import PAGE, Chain, Step, shortest
from .evaluating import Function
from .expressions import examples, to_python
from .probing import hints_in

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
# names that no config has, so that nothing is taken by chance
_BELOW = ("", "/", "/qz7", "/qz7/y.json")
_GLOB_PREFIX = re.compile(r"(/?[^*?{}()\[\]!]*?)/?\*\*(?:/\*)?")


def patterns_of(chain: Chain, step: Step) -> list[str]:
    """The patterns of devcors that take what the middleware takes; none where nothing was found that does."""
    if any(isinstance(each, str) and (each in chain.globs or "*" in each) for each in step.contexts):
        return _of_globs(chain, step)
    return shortest([each for each in _candidates(step) if takes(chain, step, each)])


def takes(chain: Chain, step: Step, pattern: str) -> bool:
    """Whether all of a few paths of the pattern get to the middleware and are sent on, for some method."""
    paths = paths_in(pattern)
    if not paths:
        return False
    return any(
        all(sent.step == step.number and sent.origin for sent in chain.asked(paths, method=method))
        for method in ("GET", "POST")
    )


def paths_in(pattern: str) -> list[str]:
    """A few request targets that a pattern takes."""
    if pattern.startswith("^"):
        return examples(pattern)[:4]
    bare = re.sub(r":([A-Za-z_]\w*)\*?", r"some-\1", pattern).rstrip("/")
    return [bare + tail for tail in _BELOW[pattern.endswith("/") :]]


def methods_of(chain: Chain, step: Step, pattern: str) -> tuple[tuple[str, ...], bool]:
    """The methods for which the middleware takes a pattern (empty: all), and whether it leaves pages out."""
    paths = paths_in(pattern)[:1]
    alone = step.number
    taken = [method for method in METHODS if all(s.origin for s in chain.asked(paths, only=alone, method=method))]
    first = taken[0] if taken else "GET"
    pages = [s.origin is not None for s in chain.asked(paths, only=alone, method=first, fields=PAGE)]
    return (() if len(taken) == len(METHODS) else tuple(taken)), not all(pages)


def paths_for(step: Step) -> list[str]:
    """Request targets that a middleware may have been meant for."""
    return [path for candidate in _candidates(step) for path in paths_in(candidate)]


def before(chain: Chain, step: Step) -> int | None:
    """The number of an earlier middleware that gets what this one was meant for, if there is one."""
    earlier = (sent.step for sent in chain.asked(paths_for(step)) if sent.step is not None and sent.origin)
    return next((number for number in earlier if number < step.number), None)


def _candidates(step: Step) -> Iterator[str]:
    mounts = [mount for each in step.mounts for mount in _mounts(each)] or [""]
    contexts = ["", *(each for each in step.contexts if isinstance(each, str))]
    for context in step.contexts:
        if isinstance(context, Function):
            contexts += hints_in(context.source)
    for mount in mounts:
        for context in contexts:
            for path in (context, mount + context, mount):
                pattern = _pattern(path)
                if pattern:
                    yield pattern


def _mounts(path: str) -> tuple[str, ...]:
    """Express' path of a mount as prefixes that may be meant; its `:name` is ours, too."""
    bare = re.sub(r"/?\*\w*$", "", path).rstrip("/")
    return (bare,) if bare == path.rstrip("/") else (bare, f"{bare}/")


def _pattern(path: str) -> str | None:
    """A context as a pattern. Contexts are compared as text; one that ends in the middle of a word stays so."""
    if not path:
        return "/"
    if not path.startswith("/") or "*" in path:
        return None
    if not re.search(r"[A-Za-z0-9/%]$", path):
        return f"^{re.escape(path)}"
    try:
        parse_pattern(path)
    except PatternError:
        return None
    return path


def _of_globs(chain: Chain, step: Step) -> list[str]:
    texts = [each for each in step.contexts if isinstance(each, str)]
    wanted = [each for each in texts if not each.startswith("!")] or ["**"]
    unwanted = [each[1:] for each in texts if each.startswith("!")]
    found = [_of_glob(chain, step, glob) for glob in wanted]
    patterns = [each for each in found if each]
    if len(patterns) < len(found):
        return []
    if not unwanted:
        return shortest(patterns)
    without = [_expression(chain, f"!{glob}") for glob in unwanted]
    if any(each is None for each in without):
        return []
    excluded = "".join(f"(?!{each[1:]})" for each in without if each)
    return [f"^{excluded}{_as_expression(each)}" for each in patterns]


def _of_glob(chain: Chain, step: Step, glob: str) -> str | None:
    """A prefix for `/api/**`, else an expression."""
    whole = _GLOB_PREFIX.fullmatch(glob)
    mount = _mounts(step.mounts[0])[0] if step.mounts else ""
    if whole:
        base = whole[1].rstrip("/")
        for candidate in (base or "/", f"{mount}{base}" or "/"):
            if takes(chain, step, candidate):
                return candidate
        return None
    expression = _expression(chain, glob)
    return expression if expression and takes(chain, step, expression) else None


def _expression(chain: Chain, glob: str) -> str | None:
    return to_python(chain.globs[glob]) if glob in chain.globs else None


def _as_expression(pattern: str) -> str:
    return pattern[1:] if pattern.startswith("^") else rf"{re.escape(pattern.rstrip('/'))}(?=/|$)"
