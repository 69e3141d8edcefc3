"""The pages of docs/export, made from the code's own tables: `python docs/generate_export.py` from the checkout.

What each key becomes stands in the target's module; how a target differs, in the table of tests/parity. A test makes
sure that the pages are what this makes of them.
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from devcors.interop.exports.exporting import TARGETS  # noqa: E402
from tests.parity.table import TABLE  # noqa: E402

_USE = {
    "nginx": (
        "nginx.conf",
        "The output goes into `http { }`, as `/etc/nginx/conf.d/devcors.conf` say. It needs nginx 1.19.3 or newer.",
        "nginx -t",
    ),
    "apache": (
        "apache.conf",
        "The output is a virtual host with its `Listen` lines. It needs Apache httpd 2.4.47, and the modules it names.",
        "apachectl -t",
    ),
    "caddy": (
        "caddy.conf",
        "The output is a site block of a Caddyfile. It needs Caddy 2.8 or newer.",
        "caddy validate",
    ),
    "haproxy": (
        "haproxy.conf",
        "The output is a whole configuration but for `global`. It needs HAProxy 2.5 or newer, built with PCRE2.",
        "haproxy -c -f haproxy.conf",
    ),
    "envoy": (
        "envoy.yaml",
        "The output is a whole static configuration. It needs Envoy 1.36 or newer, with its Lua filter.",
        "envoy --mode validate -c envoy.yaml",
    ),
}

_PAGE = """# Going to {title}

```sh
devcors export {target} > {file}
```

{use} Check it with `{check}`.

It listens where `[server] listen` says, without TLS. Routes are in devcors' order of preference, and a path that could
mean two of them is refused with 400, as devcors does. What the output has not, or has otherwise, stands in it as a
comment at its place, and is printed as a warning.

## What becomes of each key

| devcors.toml | {title} | remark |
| --- | --- | --- |
{keys}

`wait`, `capture`, `admin` and `allowed_hosts` are for a developer's machine and are not exported: name the server's own
hosts yourself. Hosts of `[intercept]` and `scripts` are left out with a warning, `https` too, since the certificate is
yours. With `cookies = "auto"`, Domain and Path are made to fit; Secure and SameSite stay as the backend sets them.

## Where it differs from devcors

The same requests are sent through devcors and through this config in {title} by a test. These differ:

| request | {title} | why |
| --- | --- | --- |
{differences}
"""


def page(target: str) -> str:
    """The text of one page."""
    module = TARGETS[target]
    file, use, check = _USE[target]
    keys = [f"| {_keys(row.key)} | {row.written or 'not exported'} | {row.remark} |" for row in module.KEYS]
    differences = [
        f"| {case.name} | {_said(case.other[target])} | {case.other[target].why} |"
        for case in TABLE
        if target in case.other
    ]
    return _PAGE.format(
        title=module.TITLE,
        target=target,
        file=file,
        use=use,
        check=check,
        keys="\n".join(keys),
        differences="\n".join(differences),
    )


def _keys(text: str) -> str:
    return ", ".join(f"`{part}`" for part in text.split(", "))


def _said(other: object) -> str:
    """What is otherwise, in a few words."""
    status, seen = getattr(other, "status", None), getattr(other, "seen", {})
    if status is not None:
        return f"status {status}"
    if getattr(other, "unseen", False):
        return "answers itself"
    return "; ".join(f"{name} is {'absent' if text is None else f'`{text}`'}" for name, text in seen.items())


if __name__ == "__main__":
    for name in TARGETS:
        (ROOT / "docs" / "export" / f"{name}.md").write_text(page(name), "utf-8")
