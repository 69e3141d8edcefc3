"""The line that anybody would point at."""

from __future__ import annotations

from devcors.interop.imports.model import Source
from devcors.interop.imports.places import Places

TEXT = """import { defineConfig } from 'vite'
const auth = { secure: false }
export default defineConfig({
  server: {
    proxy: {
      '/api': {
        target: 'http://localhost:8080',
        rewrite: (path) => path.replace(/^\\/api/, ''),
        bypass(req) {
          return req.url
        },
      },
      // '/auth': 'http://localhost:1',
      "/auth": { ...auth, target: 'http://localhost:8081', configure },
      [`/x`]: 'http://localhost:2',
    },
  },
})
"""
PLACES = Places("vite.config.ts", TEXT)


def line(number: int) -> Source:
    return Source("vite.config.ts", number)


def test_entries_and_their_options() -> None:
    assert PLACES.entry("/api") == line(6)
    assert PLACES.entry("/auth") == line(14)
    assert PLACES.entry("/x") == line(15)
    assert PLACES.entry("/computed") == Source("vite.config.ts")
    place = PLACES.options("/api")
    assert [place(name) for name in ("target", "rewrite", "bypass", "secure")] == [line(7), line(8), line(9), line(6)]
    place = PLACES.options("/auth")
    assert [place(name) for name in ("target", "configure", "")] == [line(14), line(14), line(14)]


def test_what_stands_several_times() -> None:
    places = Places("x.js", "[\n{ context: '/a', target: 1 },\n{ context: '/a', target: 2 }]")
    assert [places.entry("context", number).line for number in (0, 1, 2)] == [2, 3, 3]
    assert places.options("nowhere")("target").line == 2


def test_a_place_is_shown_as_editors_understand_it() -> None:
    assert str(Source("a.ts", 3)) == "a.ts:3"
    assert str(Source("a.ts")) == "a.ts"
