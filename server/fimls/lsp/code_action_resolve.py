"""``codeAction/resolve``: the work behind an offer; the answer is the offer with its edit."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import attrs
from lsprotocol import types

from fimls.errors import FimlsError
from fimls.lsp.action_execution import Carried, carry_out_asked
from fimls.lsp.request_errors import RequestError
from fimls.lsp.resolve_data import ResolveData

if TYPE_CHECKING:
    from fimls.lsp.server import FimServer


async def code_action_resolve(ls: FimServer, params: types.CodeAction) -> types.CodeAction:
    """Answer with the action and its edit.

    Invariant: where no edit passed its checks, the action comes back without one and nothing is
    changed. The user is told why in a message: clients hide errors of this request, or show them
    twice. A document that moved is an error all the same, for which the protocol has a code.
    """
    if params.data is None:
        return params  # a disabled one, or one of another server
    try:
        asked = ResolveData.of(params.data)
        carried = await carry_out_asked(ls, asked)
    except RequestError as declined:
        if declined.code != types.LSPErrorCodes.RequestFailed:
            raise
        problem = str(declined)
    except FimlsError as error:
        problem = str(error)
    else:
        return _resolved(params, asked, carried, ls.features.edits.resolved) if carried else params
    ls.warn(f"fimls: {problem}")
    reason = types.CodeActionDisabled(reason=problem) if ls.features.edits.disabled else None
    return attrs.evolve(params, disabled=reason)


def _resolved(
    params: types.CodeAction, asked: ResolveData, carried: Carried, takes: frozenset[str]
) -> types.CodeAction:
    """Return the action with its edit, and what stands behind that where the client takes it."""
    action = attrs.evolve(params, edit=carried.edit, command=carried.command)
    if "title" in takes:
        action.title = carried.title
    if "data" in takes:
        verdict = carried.verdict
        data = asked.data() | {"kind": verdict.kind if verdict else "exact"}
        if verdict:
            data["rungs"] = [asdict(each) for each in verdict.findings]
        action.data = data
    return action
