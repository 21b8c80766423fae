"""The command ``fimls.rewrite``: lines rewritten as an instruction says.

Editors' plug-ins ask the user for the instruction and send ``[uri, range, instruction]``; the edit
comes back as ``workspace/applyEdit``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

from fimls.lsp.action_execution import Carried, carry_out
from fimls.lsp.request_errors import invalid
from fimls.refactor.instruction_action import InstructionAction

if TYPE_CHECKING:
    from lsprotocol import types

    from fimls.lsp.server import FimServer

REWRITE = "fimls.rewrite"


async def rewrite(ls: FimServer, params: types.ExecuteCommandParams) -> Carried | None:
    """Return what came of it.

    Raises:
        Declined: there is none; the sentence says why.
        FimlsError: the engine cannot be used now.
    """
    uri, places, instruction = _arguments(params)
    document = ls.documents.get(uri)
    if document is None:
        raise invalid(f"{uri} is not open.")
    encoding = ls.features.encoding
    start, end = sorted(
        document.text.offset(document.text.point(line, character, encoding))
        for line, character in places
    )
    rewriting, token = InstructionAction(instruction), params.work_done_token
    return await carry_out(ls, rewriting, document, (start, end), token=token)


def _arguments(
    params: types.ExecuteCommandParams,
) -> tuple[str, tuple[tuple[int, int], tuple[int, int]], str]:
    try:
        uri, where, instruction = cast("list[Any]", params.arguments)
        places = tuple(
            (int(_get(_get(where, side), "line")), int(_get(_get(where, side), "character")))
            for side in ("start", "end")
        )
    except (TypeError, ValueError, KeyError, AttributeError) as error:
        raise invalid(f"{REWRITE} takes a document's uri, a range and an instruction.") from error
    if not isinstance(uri, str) or not isinstance(instruction, str) or not instruction.strip():
        raise invalid(f"{REWRITE} takes a document's uri, a range and an instruction.")
    return uri, (places[0], places[1]), instruction


def _get(value: Any, name: str) -> Any:
    """Pygls makes objects of some JSON objects and leaves others as they are."""
    return (
        cast("Mapping[str, Any]", value)[name]
        if isinstance(value, Mapping)
        else getattr(value, name)
    )
