"""``textDocument/codeAction``: what can be done here, without the engine.

An offer costs a look at the syntax tree. The work is done when one is chosen: in
``codeAction/resolve`` (`fimls.lsp.code_action_resolve`), or, for clients that do not resolve, by
the command that the offer carries (`fimls.lsp.execute_command`).
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from lsprotocol import types

from fimls.completion.exclusions import excluded
from fimls.lsp.action_titles import titled
from fimls.lsp.change_verification import promise
from fimls.lsp.execute_command import CARRY_OUT
from fimls.lsp.request_errors import unread
from fimls.lsp.resolve_data import ResolveData
from fimls.lsp.type_conversion import ActionsAsked, from_code_action
from fimls.refactor.action_listing import Offer, offers
from fimls.refactor.registry import kinds

if TYPE_CHECKING:
    from fimls.lsp.capabilities import EditFeatures
    from fimls.lsp.server import FimServer
    from fimls.lsp.syntax_trees import SyntaxTree
    from fimls.refactor import Selection
    from fimls.refactor.verdict import Kind


def code_action_options(ls: FimServer) -> types.CodeActionOptions:
    """Return what to announce."""
    return types.CodeActionOptions(
        code_action_kinds=kinds(chain(*ls.actions.values())),
        resolve_provider=ls.features.edits.resolves,
    )


async def code_action(
    ls: FimServer, asked: ActionsAsked
) -> list[types.CodeAction | types.Command] | None:
    """Answer with what is offered at a selection, or null where nothing may be.

    Invariant: the document's text goes nowhere, so that this works with no engine running.
    """
    params, document = asked.params, asked.document
    settings = ls.configuration.of(params.text_document.uri)
    if document is None or not settings.refactor.enabled:
        return None
    if excluded(document, settings.completion):
        return None
    context, can, encoding = params.context, ls.features.edits, ls.features.encoding
    # While the cursor only rests, nobody wants to know what cannot be done.
    by_hand = context.trigger_kind != types.CodeActionTriggerKind.Automatic
    with_disabled = by_hand and can.disabled and can.literals
    actions = ls.actions_of(document.uri)
    if not by_hand:
        # A light bulb on every line says nothing: unasked there are corrections alone.
        actions = tuple(each for each in actions if each.kind.startswith("quickfix"))
    if not actions:
        return []
    kind_of = promise(ls, document)

    def at(tree: SyntaxTree) -> list[types.CodeAction | types.Command]:
        elsewhere = document.uri in ls.renamed_elsewhere
        selection = from_code_action(
            params, document, encoding, tree.parsed, renamed_elsewhere=elsewhere
        )
        found = offers(
            actions,
            selection,
            only=[str(getattr(kind, "value", kind)) for kind in context.only or ()],
            with_disabled=with_disabled,
        )
        if not can.confirms:
            found = [each for each in found if not each.target.confirm]
        if not can.literals:
            return [_command(offer, selection, kind_of(offer.action.name)) for offer in found]
        listed = list[types.CodeAction | types.Command]()
        listed += [
            _action(offer, selection, params, can, kind_of(offer.action.name)) for offer in found
        ]
        if tree.why_not is not None and with_disabled:
            listed.append(_unread(tree.why_not))
        return listed

    return await ls.trees.look(document, at)


def _unread(why_not: str) -> types.CodeAction:
    return types.CodeAction(
        title="Refactor",
        kind=types.CodeActionKind.Refactor,
        disabled=types.CodeActionDisabled(reason=unread(why_not)),
    )


def _action(
    offer: Offer,
    selection: Selection,
    params: types.CodeActionParams,
    can: EditFeatures,
    kind: Kind,
) -> types.CodeAction:
    target = offer.target
    action = types.CodeAction(title=_title(offer, kind), kind=offer.action.kind)
    if kind != "exact" and can.llm_tag:
        action.tags = [types.CodeActionTag.LlmGenerated]
    if offer.action.kind.startswith("quickfix"):
        action.diagnostics = params.context.diagnostics
    if target.disabled is not None:
        action.disabled = types.CodeActionDisabled(reason=target.disabled)
    elif can.resolves:
        action.data = _asked(offer, selection, kind).data()
    else:
        action.command = _command(offer, selection, kind)
    return action


def _title(offer: Offer, kind: Kind) -> str:
    """Return the title; what is only read, and what cannot be done, says no more than that."""
    if offer.action.name == "explain" or offer.target.disabled is not None:
        return offer.target.title
    return titled(offer.target.title, kind)


def _command(offer: Offer, selection: Selection, kind: Kind) -> types.Command:
    data = _asked(offer, selection, kind).data()
    return types.Command(title=_title(offer, kind), command=CARRY_OUT, arguments=[data])


def _asked(offer: Offer, selection: Selection, kind: Kind) -> ResolveData:
    about = offer.action.kind.startswith("quickfix")
    return ResolveData(
        uri=selection.document.uri,
        version=selection.document.version,
        action=offer.action.name,
        start=selection.start,
        end=selection.end,
        problems=selection.problems if about else (),
        kind=kind,
    )
