from __future__ import annotations

import pytest
from lsprotocol import types
from lsprotocol.types import PositionEncodingKind as Kind

from fimls.lsp.capabilities import ClientFeatures
from fimls.text import Encoding


@pytest.mark.parametrize(
    ("offered", "chosen"),
    [
        (None, Encoding.UTF16),
        ([], Encoding.UTF16),
        ([Kind.Utf8, Kind.Utf16], Encoding.UTF8),
        ([Kind.Utf16, Kind.Utf8], Encoding.UTF16),
        (["utf-7", "utf-32"], Encoding.UTF32),
        (["utf-7"], Encoding.UTF16),
    ],
)
def test_the_encoding_is_the_clients_first_choice_that_there_is(
    offered: list[Kind] | None, chosen: Encoding
):
    general = types.GeneralClientCapabilities(position_encodings=offered)
    features = ClientFeatures.resolve(types.ClientCapabilities(general=general))
    assert features.encoding is chosen


def test_a_client_that_declares_nothing():
    assert ClientFeatures.resolve(types.ClientCapabilities()) == ClientFeatures()


def test_what_a_client_declares():
    capabilities = types.ClientCapabilities(
        workspace=types.WorkspaceClientCapabilities(configuration=True),
        experimental={"fimls": {"usage": True}, "other": 1},
    )
    features = ClientFeatures.resolve(capabilities)
    assert features.pulls_configuration
    assert features.wants_usage
