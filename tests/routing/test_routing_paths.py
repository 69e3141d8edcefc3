import pytest
from hypothesis import given
from hypothesis import strategies as st

from devcors.routing.paths import climbs, fold_escapes, is_plain, plain_path, split_target

PIECES = st.sampled_from([b"/", b"..", b".", b"a", b"%2e", b"%2F", b"%5c", b"\\", b";", b"%3B", b"%25", b"%41", b"%20"])
SPELLINGS = st.lists(PIECES, max_size=12).map(b"".join)


@pytest.mark.parametrize(
    ("target", "path", "query"),
    [
        (b"/a", b"/a", b""),
        (b"/a?", b"/a", b"?"),
        (b"/a?b?c", b"/a", b"?b?c"),
        (b"*", b"*", b""),
        (b"", b"", b""),
    ],
)
def test_a_target_splits_at_its_first_question_mark(target: bytes, path: bytes, query: bytes) -> None:
    assert split_target(target) == (path, query)


@pytest.mark.parametrize(
    ("path", "plain"),
    [
        (b"//admin", b"/admin"),
        (b"/api/../admin", b"/admin"),
        (b"/api/..%2fadmin", b"/admin"),
        (b"/api/..;/admin", b"/admin"),
        (b"/api/..;x=1/admin", b"/admin"),
        (b"/api/..%3B/admin", b"/admin"),
        (b"/api/%2e%2E/admin", b"/admin"),
        (b"/api/.%2e/admin", b"/admin"),
        (b"/api/..\\admin", b"/admin"),
        (b"/api/..%5Cadmin", b"/admin"),
        (b"/api/%252e%252e%252fadmin", b"/admin"),
        (b"/api//../admin", b"/admin"),
        (b"/api/;/../admin", b"/admin"),
        (b"/%61dmin", b"/admin"),
        (b"/a/./b/.", b"/a/b/"),
        (b"/a/b/..", b"/a/"),
        (b"/a/..", b"/"),
        (b"/a;v=1/b;w=2", b"/a/b"),
        (b"/../../a", b"/a"),
    ],
)
def test_what_a_lenient_backend_may_read(path: bytes, plain: bytes) -> None:
    assert not is_plain(path)
    assert plain_path(path) == plain


@pytest.mark.parametrize(
    "path",
    [
        b"/",
        b"/a/b/",
        b"/a%20b",
        b"/caf%C3%A9",
        b"/.well-known/x",
        b"/a/..b",
        b"/a/b..",
        b"/...",
        b"/@fs/x.y",
        b"/%zz",
        b"/100%",
    ],
)
def test_the_usual_path_is_plain(path: bytes) -> None:
    assert is_plain(path)
    assert plain_path(path) == path


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        (b"/..", True),
        (b"..", True),
        (b"a/../..", True),
        (b"../a/..", True),
        (b"/a//../..", True),
        (b"/a/..", False),
        (b"/a/../b", False),
        (b"", False),
    ],
)
def test_climbing(part: bytes, expected: bool) -> None:
    assert climbs(part) is expected


@given(SPELLINGS | st.binary())
def test_plain_paths_stay_and_others_have_no_dot_segments_left(path: bytes) -> None:
    path = b"/" + path
    plain = plain_path(path)
    assert (plain == path) == is_plain(path)
    assert not {b".", b".."} & set(plain.split(b"/"))
    assert b"//" not in plain
    assert plain.startswith(b"/")


@given(SPELLINGS | st.binary())
def test_folding_changes_the_case_of_escapes_and_no_place(path: bytes) -> None:
    folded = fold_escapes(path)
    assert len(folded) == len(path)
    assert folded.upper() == path.upper()
    assert fold_escapes(folded) == folded
