"""The contract of one session: what a server may send to a client that announced what it can do.

Every editor of the tests has one. Violations end the test in which they come (`tests/conftest.py`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from lsprotocol import types

from support.meta_model import faults

VIOLATIONS: list[str] = []
"""Of the test that runs."""

_OURS = {"$/fimls/status": "status", "$/fimls/usage": "usage"}
_EARLY = (types.WINDOW_SHOW_MESSAGE, types.WINDOW_LOG_MESSAGE, types.PROGRESS)
_WANTS = {
    types.WORKSPACE_CONFIGURATION: "workspace.configuration",
    types.WORKSPACE_APPLY_EDIT: "workspace.applyEdit",
    types.WORKSPACE_WORKSPACE_FOLDERS: "workspace.workspaceFolders",
    types.WINDOW_WORK_DONE_PROGRESS_CREATE: "window.workDoneProgress",
    types.WINDOW_SHOW_DOCUMENT: "window.showDocument.support",
    types.WINDOW_SHOW_MESSAGE: "",
    types.WINDOW_SHOW_MESSAGE_REQUEST: "",
    types.WINDOW_LOG_MESSAGE: "",
    types.PROGRESS: "",
    types.CLIENT_REGISTER_CAPABILITY: "",
    types.CLIENT_UNREGISTER_CAPABILITY: "",
}
"""What a server may send -> what the client has to have announced for it."""

_CANCELLED = -32_800


class Contract:
    """Looks at both directions of one session."""

    def __init__(self) -> None:
        self.capabilities: dict[str, Any] = {}
        self._asked: dict[Any, list[dict[str, Any]]] = {}
        self._cancelled: set[Any] = set()
        self._initialized = False
        self._shut_down = False
        self._tokens: Counter[Any] = Counter()
        """Token of progress -> 0 allowed, 1 begun, 2 ended."""

    def sent(self, message: Any) -> None:
        """Take note of what the client says; it may be anything."""
        if not isinstance(message, dict) or not isinstance(message.get("method"), str):
            return
        params = message.get("params")
        params = params if isinstance(params, dict) else {}
        if message["method"] == types.INITIALIZE and not self._initialized:
            declared = params.get("capabilities")
            self.capabilities = declared if isinstance(declared, dict) else {}
        self._shut_down = self._shut_down or message["method"] == types.SHUTDOWN
        if message["method"] == types.CANCEL_REQUEST:
            self._cancelled.add(params.get("id"))
        if "workDoneToken" in params:
            self._tokens[params["workDoneToken"]] = 0
        if "id" in message and isinstance(message["id"], int | str | float):
            self._asked.setdefault(message["id"], []).append(message)

    def received(self, message: Any) -> None:
        """Check what the server says."""
        VIOLATIONS.extend(f"{fault} in {str(message)[:300]}" for fault in self._faults(message))

    def can(self, path: str) -> Any:
        """Return what the client announced at a path, or None."""
        value: Any = self.capabilities
        for name in filter(None, path.split(".")):
            value = value.get(name) if isinstance(value, dict) else None
        return value

    def _faults(self, message: Any) -> Iterator[str]:
        if not isinstance(message, dict) or message.get("jsonrpc") != "2.0":
            yield "no message of JSON-RPC 2.0"
        elif "method" in message:
            yield from self._of_method(message["method"], message)
        else:
            yield from self._of_answer(message)

    def _of_method(self, method: str, message: dict[str, Any]) -> Iterator[str]:
        params = message.get("params")
        if method in _OURS:
            if not self.can(f"experimental.fimls.{_OURS[method]}"):
                yield f"{method} was not asked for"
            return
        if method not in _WANTS:
            yield f"{method} is not what a server sends"
            return
        yield from faults(message, types.METHOD_TO_TYPES[method][0])
        if not self._initialized and method not in _EARLY:
            yield f"{method} before initialize was answered"
        if _WANTS[method] and not self.can(_WANTS[method]):
            yield f"{method}, and {_WANTS[method]} was not announced"
        if method == types.WORKSPACE_APPLY_EDIT:
            yield from self._of_edit(params["edit"])
        elif method == types.WINDOW_WORK_DONE_PROGRESS_CREATE:
            self._tokens[params["token"]] = 0
        elif method == types.PROGRESS:
            yield from self._of_progress(params)
        elif method == types.CLIENT_REGISTER_CAPABILITY:
            for each in params["registrations"]:
                where = each["method"].replace("/", ".") + ".dynamicRegistration"
                if not self.can(where):
                    yield f"{each['method']} is registered, and {where} was not announced"

    def _of_progress(self, params: Any) -> Iterator[str]:
        token, kind = params["token"], params["value"].get("kind")
        shapes = {
            "begin": types.WorkDoneProgressBegin,
            "report": types.WorkDoneProgressReport,
            "end": types.WorkDoneProgressEnd,
        }
        if kind not in shapes:
            yield f"progress of the kind {kind!r}"
            return
        yield from faults(params["value"], shapes[kind])
        if token not in self._tokens:
            yield "progress for a token that nobody made"
        if self._tokens[token] != (kind != "begin"):
            yield f"progress {kind!r} out of order"
        self._tokens[token] = {"begin": 1, "report": 1, "end": 2}[kind]

    def _of_answer(self, message: dict[str, Any]) -> Iterator[str]:
        ident, error = message.get("id"), message.get("error")
        if ("result" in message) == ("error" in message):
            yield "an answer has either a result or an error"
            return
        if error is not None:
            yield from faults(error, types.ResponseError)
        if ident is None:
            if "id" not in message or error is None:
                yield "an answer without an id"
            return
        if not self._asked.get(ident):
            yield "an answer to what nobody asked"
            return
        request = self._asked[ident].pop(0)
        method = request["method"]
        if error is not None:
            if error.get("code") == _CANCELLED and not self._may_be_cancelled(ident):
                yield "cancelled, and the client did not cancel it"
            return
        if method in types.METHOD_TO_TYPES:
            yield from faults(message, types.METHOD_TO_TYPES[method][1])
        check = {
            types.INITIALIZE: self._of_initialize,
            types.TEXT_DOCUMENT_CODE_ACTION: self._of_actions,
            types.CODE_ACTION_RESOLVE: self._of_resolved,
            types.TEXT_DOCUMENT_COMPLETION: self._of_menu,
        }.get(method)
        if check is not None and message["result"] is not None:
            yield from check(message["result"], request)

    def _may_be_cancelled(self, ident: Any) -> bool:
        return ident in self._cancelled or self._shut_down or bool(self._tokens)

    def _of_initialize(self, result: Any, request: Any) -> Iterator[str]:
        self._initialized = True
        announced = result["capabilities"]
        encodings = self.can("general.positionEncodings") or ["utf-16"]
        if announced.get("positionEncoding", "utf-16") not in [*encodings, "utf-16"]:
            yield "an encoding that the client does not have"
        if "notebookDocumentSync" in announced and not self.can("notebookDocument.synchronization"):
            yield "notebooks are asked for, and the client has none"
        actions = announced.get("codeActionProvider")
        resolves = isinstance(actions, dict) and actions.get("resolveProvider")
        if resolves and not self.can("textDocument.codeAction.resolveSupport"):
            yield "actions are resolved, and the client resolves none"

    def _of_actions(self, result: Any, request: Any) -> Iterator[str]:
        can = "textDocument.codeAction."
        only = (request["params"].get("context") or {}).get("only")
        for each in result:
            if isinstance(each.get("command"), str):
                continue  # a command
            if not self.can(can + "codeActionLiteralSupport"):
                yield "an action in place of a command"
            if "disabled" in each and not self.can(can + "disabledSupport"):
                yield "a disabled action"
            if "isPreferred" in each and not self.can(can + "isPreferredSupport"):
                yield "a preferred action"
            if set(each.get("tags") or ()) - set(self.can(can + "tagSupport.valueSet") or ()):
                yield "an action with tags"
            if "data" in each and not self.can(can + "dataSupport"):
                yield "an action with data"
            if "edit" in each:
                yield from self._of_edit(each["edit"])
            kind = each.get("kind", "")
            if only and not any(not o or kind == o or kind.startswith(f"{o}.") for o in only):
                yield f"an action of the kind {kind}, which was not asked for"

    def _of_resolved(self, result: Any, request: Any) -> Iterator[str]:
        asked = request["params"]
        lazy = self.can("textDocument.codeAction.resolveSupport.properties") or ()
        for name in result.keys() | asked.keys():
            if result.get(name) != asked.get(name) and name not in (*lazy, "disabled"):
                yield f"resolving changed {name}"
        if "disabled" in result and not self.can("textDocument.codeAction.disabledSupport"):
            yield "a disabled action"
        if "edit" in result:
            yield from self._of_edit(result["edit"])

    def _of_edit(self, edit: Any) -> Iterator[str]:
        can, changes = "workspace.workspaceEdit.", edit.get("documentChanges")
        # Who takes files that are made takes them as document changes: there is no other place.
        takes = self.can(can + "documentChanges") or self.can(can + "resourceOperations")
        if changes is not None and not takes:
            yield "documentChanges"
        if "changeAnnotations" in edit and self.can(can + "changeAnnotationSupport") is None:
            yield "changeAnnotations"
        for each in changes or ():
            kind = each.get("kind")
            if kind is not None and kind not in (self.can(can + "resourceOperations") or ()):
                yield f"the resource operation {kind}"
            for text_edit in each.get("edits", ()):
                if "snippet" in text_edit and not self.can(can + "snippetEditSupport"):
                    yield "a snippet"
                if "annotationId" in text_edit and "changeAnnotations" not in edit:
                    yield "an annotation that is not there"

    def _of_menu(self, result: Any, request: Any) -> Iterator[str]:
        can = "textDocument.completion.completionItem."
        for each in result["items"] if isinstance(result, dict) else result:
            if each.get("insertTextFormat") == 2 and not self.can(can + "snippetSupport"):
                yield "a snippet"
            if "insertTextMode" in each:
                modes = self.can(can + "insertTextModeSupport.valueSet") or ()
                if each["insertTextMode"] not in modes:
                    yield "an insertTextMode"
            if "labelDetails" in each and not self.can(can + "labelDetailsSupport"):
                yield "labelDetails"
            if "tags" in each and not self.can(can + "tagSupport"):
                yield "tags"
            if isinstance(each.get("documentation"), dict):
                formats = self.can(can + "documentationFormat") or ()
                if each["documentation"]["kind"] not in formats:
                    yield "documentation in a form that the client does not have"
            if "insert" in each.get("textEdit", {}) and not self.can(can + "insertReplaceSupport"):
                yield "an InsertReplaceEdit"
