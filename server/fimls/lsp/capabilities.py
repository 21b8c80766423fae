"""What the client can do, resolved once from what it declares."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from lsprotocol import types
from pygls.capabilities import ServerCapabilitiesBuilder, get_capability

from fimls.text import Encoding

_MODES = "text_document.completion.completion_item.insert_text_mode_support.value_set"


@dataclass(frozen=True, slots=True, kw_only=True)
class EditFeatures:
    """What a client does with code actions and with the edits that a server sends.

    Attributes:
        code_actions: it asks for code actions.
        literals: it takes more than commands for code actions.
        resolves: it asks for a code action's edit when that is chosen, and brings its data back.
        disabled: it shows actions that cannot be done, with the reason.
        applies: it makes edits that a server asks for (``workspace/applyEdit``).
        versions: it checks which version of a document an edit is for.
        annotations: it shows what edits are for, and asks before it makes those that want it.
        creates: it makes new files.
        snippets: it makes edits with placeholders, at which the user goes on typing.
        progress: it shows the progress of work that the server begins.
        documents: it shows a document that the server names.
        resolved: which properties of a code action may be others once it is resolved.
        llm_tag: it tells what a model writes apart by a tag.
    """

    code_actions: bool = False
    literals: bool = False
    resolves: bool = False
    disabled: bool = False
    applies: bool = False
    versions: bool = False
    annotations: bool = False
    creates: bool = False
    snippets: bool = False
    progress: bool = False
    documents: bool = False
    resolved: frozenset[str] = frozenset()
    llm_tag: bool = False

    @property
    def confirms(self) -> bool:
        """Whether it can ask the user before it makes an edit."""
        return self.annotations and self.versions

    @classmethod
    def resolve(cls, capabilities: types.ClientCapabilities) -> EditFeatures:
        """Read a client's capabilities."""

        def get(name: str) -> Any:
            return get_capability(capabilities, name)

        edit, action = "workspace.workspace_edit", "text_document.code_action"
        resolved = get(f"{action}.resolve_support.properties") or ()
        return cls(
            code_actions=get(action) is not None,
            literals=get(f"{action}.code_action_literal_support") is not None,
            resolves="edit" in resolved and bool(get(f"{action}.data_support")),
            disabled=bool(get(f"{action}.disabled_support")),
            applies=bool(get("workspace.apply_edit")),
            versions=bool(get(f"{edit}.document_changes")),
            annotations=get(f"{edit}.change_annotation_support") is not None,
            creates="create" in (get(f"{edit}.resource_operations") or ()),
            snippets=bool(get(f"{edit}.snippet_edit_support")),
            progress=bool(get("window.work_done_progress")),
            documents=bool(get("window.show_document.support")),
            resolved=frozenset(resolved),
            llm_tag=types.CodeActionTag.LlmGenerated
            in (get(f"{action}.tag_support.value_set") or ()),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientFeatures:
    """The client's side of the contract.

    Attributes:
        encoding: what its positions count; the first of its choices that there is.
        pulls_configuration: it answers ``workspace/configuration``.
        watches_files: it tells of changed files that a server names.
        wants_usage: it is told what each completion cost (`fimls.lsp.usage_report`).
        wants_status: it is told whether completions work (`fimls.lsp.user_status`).
        inserts_as_is: it can be told not to indent what an item of its menu inserts.
        notebooks: it opens notebooks as such, and not only their cells.
        edits: what it does with code actions and edits.
    """

    encoding: Encoding = Encoding.UTF16
    pulls_configuration: bool = False
    watches_files: bool = False
    wants_usage: bool = False
    wants_status: bool = False
    inserts_as_is: bool = False
    notebooks: bool = False
    edits: EditFeatures = field(default_factory=EditFeatures)

    @classmethod
    def resolve(cls, capabilities: types.ClientCapabilities) -> ClientFeatures:
        """Read a client's capabilities."""
        # pygls chooses by the same function what it announces to the client.
        encoding = ServerCapabilitiesBuilder.choose_position_encoding(capabilities)
        return cls(
            encoding=Encoding(encoding),
            pulls_configuration=bool(get_capability(capabilities, "workspace.configuration")),
            watches_files=bool(
                get_capability(
                    capabilities, "workspace.did_change_watched_files.dynamic_registration"
                )
            ),
            wants_usage=wants(capabilities.experimental, "usage"),
            wants_status=wants(capabilities.experimental, "status"),
            inserts_as_is=types.InsertTextMode.AsIs in (get_capability(capabilities, _MODES) or ()),
            notebooks=get_capability(capabilities, "notebook_document.synchronization") is not None,
            edits=EditFeatures.resolve(capabilities),
        )


def wants(experimental: object, name: str) -> bool:
    """Whether ``capabilities.experimental`` has ``{"fimls": {name: true}}``."""
    if not isinstance(experimental, Mapping):
        return False
    ours = cast("Mapping[str, Any]", experimental).get("fimls")
    return isinstance(ours, Mapping) and cast("Mapping[str, Any]", ours).get(name) is True
