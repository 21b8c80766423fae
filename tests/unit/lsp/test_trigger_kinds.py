"""Both numberings of the drafts: what a client means by 0, 1, 2 and by anything else."""

from __future__ import annotations

from typing import Any

import pytest
from lsprotocol.types import InlineCompletionTriggerKind as Kind

from fimls.lsp.trigger_kinds import TriggerKinds

BY_HAND, TYPED = Kind.Invoked, Kind.Automatic


def client(*, registers: bool, edits: dict[str, Any] | None = None) -> dict[str, Any]:
    declared = {"inlineCompletion": {"dynamicRegistration": registers}}
    workspace = {"workspaceEdit": {"documentChanges": True, **(edits or {})}}
    return {"capabilities": {"textDocument": declared, "workspace": workspace}}


LANGUAGECLIENT_9 = client(registers=True)
LANGUAGECLIENT_10 = client(registers=True, edits={"metadataSupport": True})
NEOVIM = client(registers=False)


@pytest.mark.parametrize(
    ("initialize", "sent", "meant"),
    [
        (LANGUAGECLIENT_9, [1, 1, 0], [TYPED, TYPED, BY_HAND]),
        (LANGUAGECLIENT_10, [1, 2, 1], [BY_HAND, TYPED, BY_HAND]),
        (NEOVIM, [1, 2], [BY_HAND, TYPED]),
        (NEOVIM, [0, 1, 0], [BY_HAND, TYPED, BY_HAND]),
        (LANGUAGECLIENT_9, [2, 1], [TYPED, BY_HAND]),
        ({}, [1, 0, 1, 2, 1], [BY_HAND, BY_HAND, TYPED, TYPED, BY_HAND]),
    ],
    ids=["languageclient 9", "languageclient 10", "neovim", "a 0 proves", "a 2 proves", "nothing"],
)
def test_a_client_is_read_in_its_own_numbers(initialize: Any, sent: list[int], meant: list[Kind]):
    kinds = TriggerKinds()
    kinds.of_client(initialize)
    assert [kinds.read(kind) for kind in sent] == meant


@pytest.mark.parametrize("kind", [None, "1", True, False, [], {}, 3, -1, 7.5, float("nan")])
def test_what_is_missing_or_unknown_is_typing(kind: Any):
    assert TriggerKinds().read(kind) is TYPED


@pytest.mark.parametrize("initialize", [None, [], 3, {"capabilities": None}, {"capabilities": []}])
def test_a_client_that_says_nothing_readable_has_todays_numbers(initialize: Any):
    kinds = TriggerKinds()
    kinds.of_client(initialize)
    assert kinds.read(1) is BY_HAND
