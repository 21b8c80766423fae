"""What an editor sends, one notification after the other, leaves the server with its text."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from lsprotocol import types

from fimls.lsp.documents import Documents
from fimls.text import Encoding, Text
from support.naive import Naive

texts = st.lists(
    st.sampled_from(["\n", "\r", "\r\n", "\x0c", "\u2028", "a", "é", "😀", "<｜fim▁hole｜>"]),
    max_size=8,
).map("".join)


@st.composite
def editing(draw: Any, encoding: Encoding) -> tuple[list[list[Any]], list[str]]:
    """Return notifications (lists of changes), and the editor's text after each of them."""
    truth = draw(texts)
    notifications: list[list[Any]] = [[types.TextDocumentContentChangeWholeDocument(truth)]]
    truths = [truth]
    for count in draw(st.lists(st.integers(0, 3), max_size=5)):
        changes: list[Any] = []
        for _ in range(count):
            naive, new = Naive(truth), draw(texts)
            offsets = st.integers(0, len(truth)).map(naive.before_terminator)
            low, high = sorted((draw(offsets), draw(offsets)))
            start, end = (
                types.Position(*naive.position(offset, encoding)) for offset in (low, high)
            )
            changes.append(types.TextDocumentContentChangePartial(types.Range(start, end), new))
            truth = truth[:low] + new + truth[high:]
        notifications.append(changes)
        truths.append(truth)
    return notifications, truths


@given(st.sampled_from(Encoding), st.data())
def test_the_server_has_the_editor_s_text_after_each_notification(
    encoding: Encoding, data: st.DataObject
):
    notifications, truths = data.draw(editing(encoding))
    documents = Documents()
    documents.open(types.TextDocumentItem("u", "python", 0, ""))
    snapshots = []
    for version, changes in enumerate(notifications, 1):
        documents.change(types.VersionedTextDocumentIdentifier(version, "u"), changes, encoding)
        snapshots.append(documents.get("u"))
    assert [s and s.text for s in snapshots] == [Text.parse(truth) for truth in truths]
    assert [s and s.version for s in snapshots] == list(range(1, len(truths) + 1))
