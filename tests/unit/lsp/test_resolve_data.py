from __future__ import annotations

import json
from typing import Any

import pytest
from lsprotocol import types

from fimls.lsp.request_errors import RequestError
from fimls.lsp.resolve_data import ResolveData
from fimls.refactor import Problem

ASKED = ResolveData(uri="file:///a.py", version=3, action="fix", start=1, end=5)
WITH_PROBLEM = ResolveData(
    uri="file:///a.py",
    version=3,
    action="fix",
    start=1,
    end=5,
    problems=(Problem(start=1, end=2, message="no", code="E1", source="ruff"),),
)


@pytest.mark.parametrize("asked", [ASKED, WITH_PROBLEM])
def test_it_comes_back_as_it_went(asked: ResolveData):
    assert ResolveData.of(json.loads(json.dumps(asked.data()))) == asked


@pytest.mark.parametrize(
    "data",
    [
        None,
        7,
        "x",
        [],
        {},
        {**ASKED.data(), "more": 1},
        {**ASKED.data(), "start": 9},
        {**ASKED.data(), "start": -1},
        {**ASKED.data(), "end": "5"},
        {**ASKED.data(), "problems": [1]},
        {**ASKED.data(), "problems": [{"start": 1}]},
    ],
)
def test_what_is_not_ours_is_declined(data: Any):
    with pytest.raises(RequestError) as declined:
        ResolveData.of(data)
    assert declined.value.code == types.ErrorCodes.InvalidParams
