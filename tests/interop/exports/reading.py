"""Readers of the targets' syntaxes, as their servers take text apart: lines or statements of words."""

from __future__ import annotations

import re
from collections.abc import Callable

Statements = list[list[str]]


def _nginx(text: str) -> Statements:
    """ngx_conf_read_token: statements end at `;`, `{` or `}`; in quotes a backslash takes the next character along."""
    out: Statements = [[]]
    at = 0
    while at < len(text):
        if text[at] == "#":
            at = text.index("\n", at)
        elif text[at] in ";{}":
            out.append([])
            at += 1
        elif text[at] in "\"'":
            found = re.compile(rf"{text[at]}((?:\\.|[^\\{text[at]}])*){text[at]}(?=[\s;{{])", re.DOTALL).match(text, at)
            assert found, text[at : at + 80]
            out[-1].append(re.sub(r'\\(["\'\\])', r"\1", found[1]))
            at = found.end()
        elif text[at].isspace():
            at += 1
        else:
            found = re.compile(r"(?:\$\{|[^\s;{])+").match(text, at)
            assert found
            out[-1].append(found[0])
            at = found.end()
    return out


def _by_line(word: str, meant: Callable[[str], str], continued: str = "") -> Callable[[str], Statements]:
    one = re.compile(rf"[ \t]*({word})(?=[ \t]|>?$)")

    def read(text: str) -> Statements:
        if continued:
            text = re.sub(continued, "", text)
        out: Statements = []
        for line in text.split("\n"):
            words, at = [], 0
            while at < len(line.rstrip()) and not line[at:].lstrip().startswith("#"):
                found = one.match(line, at)
                assert found, line
                words.append(meant(found[1]))
                at = found.end()
            out.append(words)
        return out

    return read


def _haproxy_word(word: str) -> str:
    return re.sub(r"'([^']*)'|\\(.)", lambda found: found[2] or found[1] or "", word)


def _apache_word(word: str) -> str:
    if not word.startswith('"'):
        return word
    return re.sub(r'\\(["\\])', r"\1", word[1:-1])


def _caddy_word(word: str) -> str:
    if word.startswith("`"):
        return word[1:-1]
    return word[1:-1].replace('\\"', '"') if word.startswith('"') else word


_yaml_line = _by_line(r'"(?:\\.|[^\\"])*":?|[^\s"]\S*', lambda word: word)


def _envoy(text: str) -> Statements:
    """YAML by lines; the program in it is the same in every config."""
    before, _, rest = text.partition("inline_string: |\n")
    return _yaml_line(before) + _yaml_line(rest[rest.index("                  - name: envoy.filters.http.router") :])


_JS_LITERAL = r"'(?:\\.|[^\\'])*'|/(?:\\.|[^\\/])+/i?"
_js_line = _by_line(rf"(?:{_JS_LITERAL}|[^\s'/])+", lambda word: re.sub(_JS_LITERAL, "''", word))


def _javascript(text: str) -> Statements:
    """What is exported, by lines; how a path is rewritten depends on the path, in one line of its own."""
    rows = _js_line(re.sub("(?m)^ *//.*$", "", text[text.index("export default") :]))
    return [words[:1] if words[:1] in (["rewrite:"], ["pathRewrite:"]) else words for words in rows]


READ: dict[str, Callable[[str], Statements]] = {
    "nginx": _nginx,
    # strong quotes hold anything but themselves; a backslash outside takes one character along
    "haproxy": _by_line(r"(?:'[^']*'|\\.|[^\s'\"\\])+", _haproxy_word),
    # a backslash at a line's end goes on with the next line, even in a comment
    "apache": _by_line(r'"(?:\\.|[^\\"])*"|[^\s"]\S*', _apache_word, r"\\\n"),
    "envoy": _envoy,
    **dict.fromkeys(("vite", "webpack", "next"), _javascript),
    "caddy": _by_line(r'`[^`]*`|"(?:\\"|[^"])*"|[^\s`"]\S*', _caddy_word),
}
