"""``workspace/executeCommand``: work that ends in an edit which the server asks the client to make.

pygls has a handler of its own, which does not pass a cancellation on to what it started.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any

from lsprotocol import types

from fimls.lsp.action_execution import Carried, carry_out_asked
from fimls.lsp.request_errors import RequestError, invalid
from fimls.lsp.resolve_data import ResolveData
from fimls.lsp.rewrite_command import REWRITE, rewrite

if TYPE_CHECKING:
    from fimls.lsp.server import FimServer

CARRY_OUT = "fimls.carryOut"
"""Carries a listed action out; its argument is the action's data."""

Command = Callable[["FimServer", types.ExecuteCommandParams], Awaitable["Carried | None"]]


async def execute_command(ls: FimServer, params: types.ExecuteCommandParams) -> Any:
    """Carry a command out; the answer is null, and an error says why nothing was changed."""
    command = COMMANDS.get(params.command)
    if command is None:
        raise invalid(f"There is no command {params.command}.")
    carried = await command(ls, params)
    if carried is not None and carried.edit is not None:
        # The document was looked at just before: nothing has been read from the client since.
        answer = await ls.workspace_apply_edit_async(
            types.ApplyWorkspaceEditParams(edit=carried.edit, label=carried.title)
        )
        if not answer.applied:
            why = f": {answer.failure_reason}" if answer.failure_reason else ""
            raise RequestError(f"The editor did not make the edit{why}: try the action again.")
    return None


async def carry_out_listed(ls: FimServer, params: types.ExecuteCommandParams) -> Carried | None:
    """Return what a listed action made."""
    if not params.arguments or len(params.arguments) != 1:
        raise invalid(f"{CARRY_OUT} takes the data of one code action.")
    asked = ResolveData.of(params.arguments[0])
    return await carry_out_asked(ls, asked, token=params.work_done_token)


COMMANDS: Mapping[str, Command] = {CARRY_OUT: carry_out_listed, REWRITE: rewrite}
