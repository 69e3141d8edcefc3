"""Questions asked of fields, and edits that lose nothing."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from devcors.heads import Fields, canonical, combined, has_token, members, replaced, value, values, without

FIELDS: Fields = ((b"Host", b"a"), (b"X-A", b"1, 2"), (b"x-a", b" 3 ,,"), (b"Vary", b"Accept-Encoding, ORIGIN"))


def test_lookups_ignore_case_and_keep_order() -> None:
    assert value(FIELDS, b"x-a") == b"1, 2"
    assert values(FIELDS, b"x-a") == [b"1, 2", b" 3 ,,"]
    assert combined(FIELDS, b"x-a") == b"1, 2,  3 ,,"
    assert combined(FIELDS, b"x-b") is None
    assert list(members(FIELDS, b"x-a")) == [b"1", b"2", b"3"]
    assert has_token(FIELDS, b"vary", b"origin")
    assert not has_token(FIELDS, b"vary", b"accept")


def test_names_are_spelled_as_is_the_custom() -> None:
    assert canonical(b"x-forwarded-for") == b"X-Forwarded-For"
    assert canonical(b"www-authenticate") == b"WWW-Authenticate"


NAMES = st.sampled_from([b"A", b"a", b"B", b"c"])
SOME_FIELDS = st.lists(st.tuples(NAMES, st.binary(max_size=3))).map(tuple)


@given(SOME_FIELDS, st.binary(max_size=3))
def test_replacing_leaves_one_line_and_all_others(fields: Fields, new: bytes) -> None:
    out = replaced(fields, b"a", new)
    assert values(out, b"a") == [new]
    assert without(out, b"a") == without(fields, b"a")
    places = [at for at, (name, _) in enumerate(fields) if name.lower() == b"a"]
    if places:
        assert out[places[0]][0] == fields[places[0]][0]
