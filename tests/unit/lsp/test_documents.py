from __future__ import annotations

import pytest
from lsprotocol import types

from fimls.lsp.documents import Documents
from fimls.text import Encoding


def change(*ranges_and_texts: object) -> types.TextDocumentContentChangeEvent:
    *points, text = ranges_and_texts
    assert isinstance(text, str)
    if not points:
        return types.TextDocumentContentChangeWholeDocument(text=text)
    start, end = (types.Position(*point) for point in points)
    return types.TextDocumentContentChangePartial(range=types.Range(start, end), text=text)


@pytest.fixture
def documents() -> Documents:
    documents = Documents()
    documents.open(types.TextDocumentItem("u", "python", 1, "# 😀\r\n\x0cend"))
    return documents


def text(documents: Documents) -> str:
    document = documents.get("u")
    assert document
    return str(document.text)


def test_an_opened_document_is_kept_until_it_is_closed(documents: Documents):
    document = documents.get("u")
    assert document
    assert (document.uri, document.language_id, document.version) == ("u", "python", 1)
    documents.close("u")
    assert documents.get("u") is None
    documents.close("u")


@pytest.mark.parametrize(("encoding", "after"), [("utf-8", 6), ("utf-16", 4), ("utf-32", 3)])
def test_changes_count_in_the_clients_units(documents: Documents, encoding: str, after: int):
    changes = [change((0, after), (0, after), "!"), change((1, 0), (1, 1), "")]
    documents.change(types.VersionedTextDocumentIdentifier(2, "u"), changes, Encoding(encoding))
    assert text(documents) == "# 😀!\r\nend"


def test_each_change_is_meant_in_what_the_last_one_left(documents: Documents):
    changes = [change("ab"), change((0, 1), (0, 1), "\n"), change((1, 0), (1, 1), "B")]
    documents.change(types.VersionedTextDocumentIdentifier(7, "u"), changes, Encoding.UTF16)
    document = documents.get("u")
    assert document
    assert (str(document.text), document.version) == ("a\nB", 7)


def test_snapshots_stay_as_they_are(documents: Documents):
    before = documents.get("u")
    documents.change(types.VersionedTextDocumentIdentifier(2, "u"), [change("")], Encoding.UTF16)
    assert before
    assert str(before.text) == "# 😀\r\n\x0cend"
    assert documents.get("u") is not before


def test_a_new_version_without_changes_is_kept(documents: Documents):
    documents.change(types.VersionedTextDocumentIdentifier(2, "u"), [], Encoding.UTF16)
    document = documents.get("u")
    assert document
    assert document.version == 2


def test_a_change_to_an_unknown_document_is_ignored(documents: Documents):
    documents.change(types.VersionedTextDocumentIdentifier(2, "v"), [change("")], Encoding.UTF16)
    assert documents.get("v") is None
