"""The page about the admin API names every path and every member of what it tells."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import cast

import pytest

from devcors.daemon.admin.backstage import Backstage
from devcors.daemon.admin.rows import Rows
from devcors.daemon.admin.server import places
from devcors.daemon.reloading import Reloader
from devcors.proxy.engine import Engine
from devcors.traffic.record import Exchange
from devcors.traffic.store import Store

PAGE = (Path(__file__).parents[3] / "docs" / "admin-api.md").read_text("utf-8")
NOTHING = Backstage(cast("Engine", None), Store(), cast("Reloader", None), "token")


@pytest.mark.parametrize("place", [place[0] for place in places(NOTHING)])
def test_every_path_is_told(place: str) -> None:
    path = (
        place.replace("\\.", ".").replace("([0-9]+)", "ID").replace("(request|response)", "request").partition("(")[0]
    )
    assert f"`{path}`" in PAGE or re.search(rf"(?:GET|POST|PUT|PATCH) {re.escape(path)}`", PAGE)


def test_the_row_on_the_page_has_the_members_of_a_row() -> None:
    row = Rows(lambda: 0.0).row(Exchange(1, "gateway", "http", "GET", "http://localhost/", None, None, None, 0.0))
    (told,) = [
        json.loads(text) for text in re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL) if '"cross_origin"' in text
    ]
    assert list(told) == list(row)
