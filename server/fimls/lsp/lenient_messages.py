"""What editors send that is not quite LSP, as what they mean by it.

Positions beyond the protocol's numbers are clamped, null is absent, and numbers of old drafts are
today's. What has no meaning is left as it is: then the message is refused
(`fimls.lsp.message_parsing`).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any, cast
from urllib.parse import urlsplit

from lsprotocol import types

from fimls.lsp.trigger_kinds import TriggerKinds

MOST = 2**31 - 1
"""The largest number that LSP has."""

MOST_DIAGNOSTICS = 100
"""That are read of one request for code actions: nobody chooses among more."""

Table = dict[str, Any]


def mended(method: str, params: Any, kinds: TriggerKinds) -> Any:
    """Return the parameters of a message as LSP has them; they may be changed in place."""
    if method == types.INITIALIZE:
        kinds.of_client(params)
    if not isinstance(params, dict):
        return {} if method in _MAY_HAVE_NOTHING else params
    table = cast("Table", params)
    mend = _BY_METHOD.get(method)
    if mend is not None:
        _clamp_place(table)
        mend(table, kinds)
    return table


def whole(value: object) -> int | None:
    """Return the number of LSP that a number of JSON stands for, or None for what is none.

    Editors in languages with one type of number write ``2.0``, and their largest one for an end.
    """
    if isinstance(value, bool) or not isinstance(value, int | float) or math.isnan(value):
        return None
    if isinstance(value, float) and not math.isinf(value) and not value.is_integer():
        return None
    return int(max(0, min(value, MOST)))


def range_of(value: object) -> Table | None:
    """Return a range whose numbers are clamped, or None for what is no range.

    A number below zero is a way to say "the last one" where a range ends, and 0 elsewhere.
    """
    if isinstance(value, list) and len(cast("list[Any]", value)) == 2:
        # vscode-languageclient 9 writes VS Code's own ranges as a pair.
        value = dict(zip(("start", "end"), cast("list[Any]", value), strict=True))
    if not isinstance(value, dict):
        return None
    table = cast("Table", value)
    start, end = _position(table.get("start")), _position(table.get("end"), last=True)
    return None if start is None or end is None else {"start": start, "end": end}


def _position(value: object, *, last: bool = False) -> Table | None:
    if not isinstance(value, dict):
        return None
    place = cast("Table", value)
    numbers = {name: whole(place.get(name)) for name in ("line", "character")}
    if None in numbers.values():
        return None
    if last:
        numbers |= {name: MOST for name in numbers if place[name] < 0}
    return dict(numbers)


def _clamp_place(params: Table) -> None:
    """Clamp the place that a request is about."""
    if (where := range_of(params.get("range"))) is not None:
        params["range"] = where
    if (place := _position(params.get("position"))) is not None:
        params["position"] = place


def _initialize(params: Table, kinds: TriggerKinds) -> None:
    process = params.get("processId")
    params["processId"] = process if isinstance(process, int) and 0 < process <= MOST else None
    if not _may_be_uri(params.get("rootUri")):
        params["rootUri"] = None
    folders = params.get("workspaceFolders")
    if isinstance(folders, list):
        params["workspaceFolders"] = [
            each
            for each in cast("list[Any]", folders)
            if isinstance(each, dict) and _may_be_uri(cast("Table", each).get("uri"))
        ]
    if not isinstance(params.get("capabilities"), dict):
        params["capabilities"] = {}


def _may_be_uri(value: object) -> bool:
    if not isinstance(value, str):
        return False
    try:
        urlsplit(value)
    except ValueError:
        return False
    return True


def _configuration(params: Table, kinds: TriggerKinds) -> None:
    params.setdefault("settings", None)


def _inline_completion(params: Table, kinds: TriggerKinds) -> None:
    context = params.get("context")
    table: Table = cast("Table", context) if isinstance(context, dict) else {}
    kind = kinds.read(table.get("triggerKind"))
    params["context"] = mended_context = Table(triggerKind=kind.value)
    selected = table.get("selectedCompletionInfo")
    if isinstance(selected, dict):
        info = cast("Table", selected)
        where, text = range_of(info.get("range")), info.get("text")
        if where is not None and isinstance(text, str):
            mended_context["selectedCompletionInfo"] = {"range": where, "text": text}


def _completion(params: Table, kinds: TriggerKinds) -> None:
    params.pop("context", None)  # nothing depends on it


def _code_action(params: Table, kinds: TriggerKinds) -> None:
    context = params.get("context")
    table: Table = cast("Table", context) if isinstance(context, dict) else {}
    diagnostics, only = table.get("diagnostics"), table.get("only")
    found = (
        cast("list[Any]", diagnostics)[:MOST_DIAGNOSTICS] if isinstance(diagnostics, list) else []
    )
    mended_context = Table(diagnostics=[d for each in found if (d := _diagnostic(each))])
    if isinstance(only, list):
        mended_context["only"] = [e for e in cast("list[Any]", only) if isinstance(e, str)]
    if table.get("triggerKind") in (1, 2):
        mended_context["triggerKind"] = int(table["triggerKind"])
    params["context"] = mended_context


def _diagnostic(value: object) -> Table | None:
    """Return a diagnostic with what is readable of it, or None where it says nothing."""
    if not isinstance(value, dict):
        return None
    given = cast("Table", value)
    where, message = range_of(given.get("range")), given.get("message")
    if isinstance(message, dict):  # LSP 3.18 allows Markdown
        message = cast("Table", message).get("value")
    if where is None:
        return None
    kept: Table = {"range": where, "message": message if isinstance(message, str) else ""}
    for name, readable in _OF_DIAGNOSTICS.items():
        if readable(given.get(name)):
            kept[name] = given[name]
    code = given.get("code")
    if isinstance(code, dict):  # VS Code's own shape
        code = cast("Table", code).get("value")
    if isinstance(code, float) and code.is_integer():
        code = int(code)
    if isinstance(code, str) or (type(code) is int and abs(code) <= MOST):
        kept["code"] = code
    elif isinstance(code, int | float) and not isinstance(code, bool):
        kept["code"] = str(code)
    return kept


_OF_DIAGNOSTICS: Mapping[str, Callable[[Any], bool]] = {
    "severity": lambda value: type(value) is int and 1 <= value <= 4,
    "source": lambda value: isinstance(value, str),
    "tags": lambda value: value in ([1], [2], [1, 2], [2, 1]),
    "data": lambda value: value is not None,
}
"""What else is kept of a diagnostic, and given back with the actions that mend it."""

_MAY_HAVE_NOTHING = (types.INITIALIZE, types.INITIALIZED, types.WORKSPACE_DID_CHANGE_CONFIGURATION)

_BY_METHOD: Mapping[str, Callable[[Table, TriggerKinds], None]] = {
    types.INITIALIZE: _initialize,
    types.WORKSPACE_DID_CHANGE_CONFIGURATION: _configuration,
    types.TEXT_DOCUMENT_INLINE_COMPLETION: _inline_completion,
    types.TEXT_DOCUMENT_COMPLETION: _completion,
    types.TEXT_DOCUMENT_CODE_ACTION: _code_action,
}
