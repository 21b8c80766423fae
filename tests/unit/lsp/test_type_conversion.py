from __future__ import annotations

import pytest
from lsprotocol import types

from fimls.completion import Completion, Selected
from fimls.lsp.type_conversion import from_inline_completion, to_inline_completion
from fimls.text import Encoding, Point
from support.caret import at_caret, lsp_position


@pytest.mark.parametrize("encoding", list(Encoding))
@pytest.mark.parametrize(
    "marked",
    ["<|>", "a<|>b", "# 😀é<|>x\r\n", "a\r\x0c中<|>\n", "\n\n<|>", "x\u2028y<|>"],
)
def test_a_cursor_survives_the_way_in_and_out(marked: str, encoding: Encoding):
    document, cursor = at_caret(marked)
    position = types.Position(*lsp_position(document, cursor, encoding))
    params = types.InlineCompletionParams(
        context=types.InlineCompletionContext(types.InlineCompletionTriggerKind.Automatic),
        text_document=types.TextDocumentIdentifier(document.uri),
        position=position,
    )
    query = from_inline_completion(params, document, encoding)
    assert (query.cursor, query.document, query.automatic) == (cursor, document, True)
    completion = Completion(text="t", start=query.cursor, end=query.cursor)
    (item,) = to_inline_completion([completion], document, encoding).items
    assert item == types.InlineCompletionItem(
        insert_text="t", range=types.Range(position, position)
    )


def test_the_selected_item_comes_with_its_range():
    document, cursor = at_caret("# 😀\nx = os.pa<|>")
    start, end = types.Position(1, 7), types.Position(1, 9)
    params = types.InlineCompletionParams(
        context=types.InlineCompletionContext(
            types.InlineCompletionTriggerKind.Invoked,
            types.SelectedCompletionInfo(types.Range(start, end), "path"),
        ),
        text_document=types.TextDocumentIdentifier(document.uri),
        position=end,
    )
    query = from_inline_completion(params, document, Encoding.UTF16)
    assert query.selected == Selected(start=Point(1, 7), end=cursor, text="path")
    assert not query.automatic
