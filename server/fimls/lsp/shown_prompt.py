"""``fimls/prompt``: what would be sent to the engine for a completion, shown to whoever asks.

The request has ``{"textDocument": {"uri": ...}, "position": {...}}``, and is answered with::

    {"text": "<｜fim▁begin｜>def f(x):...",  # the prompt, its special tokens written out
     "tokens": 41,                          # how many it has
     "fragment": "re",                      # left out of it: the answer must begin with that
     "model": "deepseek-ai/DeepSeek-V2.5",
     "snippets": [{"path": "a/b.py",        # what of it is of other files, in its order
                   "score": 0.8, "reason": "windows", "tokens": 180}]}

Nothing is sent to the engine for it, except what is asked once to know its model.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lsprotocol.types import LSPErrorCodes
from pygls.exceptions import JsonRpcException

from fimls.completion import Query
from fimls.completion.eligibility import unwanted
from fimls.errors import FimlsError
from fimls.lsp.warm_up import moved

if TYPE_CHECKING:
    from fimls.lsp.server import FimServer

PROMPT_REQUEST = "fimls/prompt"


async def prompt(ls: FimServer, params: object) -> dict[str, Any]:
    """Answer with the prompt for a place in an open document.

    Raises:
        JsonRpcException: there is none; its message says why.
    """
    try:
        uri, line, character = moved(params)
    except ValueError as error:
        raise _failed(str(error)) from error
    document = ls.documents.get(uri)
    if document is None:
        raise _failed(f"There is no prompt for {uri}: it is not open.")
    cursor = document.text.point(line, character, ls.features.encoding)
    query = Query(document=document, cursor=cursor, others=ls.documents.others(uri))
    try:
        asked = ls.context.asked(ls.notebooks.around(document).asked(query))
        shown = await ls.services.prompt(asked)
    except FimlsError as error:
        raise _failed(str(error)) from error
    if shown is None:
        settings = ls.configuration.of(uri).completion
        why = unwanted(asked.document, asked.cursor.line, settings)
        raise _failed(why or "Nothing of this document is sent.")
    return {
        "text": shown.text,
        "tokens": shown.tokens,
        "fragment": shown.fragment,
        "model": shown.model,
        "snippets": [
            {
                "path": snippet.path,
                "score": round(snippet.score, 3),
                "reason": snippet.reason,
                "tokens": tokens,
            }
            for snippet, tokens in shown.snippets
        ],
    }


def _failed(message: str) -> JsonRpcException:
    return JsonRpcException(message, code=LSPErrorCodes.RequestFailed)
