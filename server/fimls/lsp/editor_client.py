"""A small editor: drives a language server over stdio the way a real one does.

`fimls demo` and `fimls doctor` use it, so what they show went through the whole of LSP.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections import deque
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lsprotocol import types
from pygls.lsp.client import LanguageClient

from fimls import __version__
from fimls.errors import FimlsError
from fimls.lsp.usage_report import CLIENT_CAPABILITY, USAGE_NOTIFICATION
from fimls.lsp.warm_up import MOVED_NOTIFICATION
from fimls.text import Encoding, Point, Text

SERVE = (sys.executable, "-P", "-m", "fimls", "serve")
"""What starts this installation's server, and no Python file of the folder that it starts in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One inline completion as the editor got it.

    Attributes:
        text: what Tab would insert.
        here: whether it is for the cursor: it replaces nothing, and begins there.
        usage: what the server said of it (`fimls.lsp.usage_report`), or empty.
    """

    text: str
    here: bool
    usage: Mapping[str, Any]


class EditorClient:
    """An editor with one document open and the cursor at the end of what was typed.

    Attributes:
        server: what it said of itself.
        text: the document.
        cursor: where one types.
        messages: what the server would have shown since they were read last.
    """

    def __init__(self, client: LanguageClient, server: types.InitializeResult) -> None:
        """Use `EditorClient.start`."""
        self.server = server
        self._client = client
        self._usage: deque[Mapping[str, Any]] = deque(maxlen=16)
        self.messages: deque[str] = deque(maxlen=16)
        self._uri = ""
        self._version = 0
        self.text = Text.parse("")
        self.cursor = Point(0, 0)

        def usage_arrived(params: Any) -> None:
            self._usage.append(params._asdict())  # pygls makes a named tuple of unknown objects

        def message_arrived(params: types.ShowMessageParams) -> None:
            self.messages.append(params.message)

        client.feature(USAGE_NOTIFICATION)(usage_arrived)
        client.feature(types.WINDOW_SHOW_MESSAGE)(message_arrived)

    @classmethod
    @contextlib.asynccontextmanager
    async def start(
        cls, options: Mapping[str, Any], *, command: Sequence[str] = SERVE
    ) -> AsyncGenerator[EditorClient, None]:
        """Start the server, initialize it with settings, and shut it down at the end.

        Raises:
            FimlsError: the server ended before it answered; the message has its last words.
        """
        client = LanguageClient("fimls-demo", __version__)
        await client.start_io(*command)  # pyright: ignore[reportUnknownMemberType]
        process = client._server  # pyright: ignore[reportPrivateUsage] - pygls offers no other way
        assert process is not None
        assert process.stderr is not None
        last_words: deque[str] = deque(maxlen=5)
        drain = asyncio.create_task(_drain(process.stderr, last_words))
        try:
            result = await client.initialize_async(
                types.InitializeParams(
                    capabilities=_capabilities(), initialization_options=dict(options)
                )
            )
        except RuntimeError as error:
            await drain
            raise FimlsError(
                f"The server did not start ({' '.join(last_words)}): run `fimls serve` by hand."
            ) from error
        client.initialized(types.InitializedParams())
        try:
            yield cls(client, result)
        finally:
            await client.shutdown_async(None)
            client.exit(None)
            await client.stop()
            await drain

    def open(self, uri: str, language_id: str, text: str, cursor: Point) -> None:
        """Open a document with the cursor in it."""
        self._uri, self._version = uri, 1
        self.text, self.cursor = Text.parse(text), cursor
        self._client.text_document_did_open(
            types.DidOpenTextDocumentParams(
                text_document=types.TextDocumentItem(uri, language_id, 1, text)
            )
        )

    def type(self, text: str) -> None:
        """Insert text at the cursor, which moves behind it."""
        here = self._position()
        self._version += 1
        self._client.text_document_did_change(
            types.DidChangeTextDocumentParams(
                text_document=types.VersionedTextDocumentIdentifier(self._version, self._uri),
                content_changes=[
                    types.TextDocumentContentChangePartial(types.Range(here, here), text)
                ],
            )
        )
        self.text = self.text.replace(self.cursor, self.cursor, text)
        *above, last = Text.parse(text).lines
        start = self.cursor.column if not above else 0
        self.cursor = Point(self.cursor.line + len(above), start + len(last))

    def rest(self, cursor: Point) -> None:
        """Move the cursor and tell the server, as plug-ins do when it rests."""
        self.cursor = cursor
        self._client.protocol.notify(
            MOVED_NOTIFICATION,
            {
                "textDocument": {"uri": self._uri},
                "position": {"line": cursor.line, "character": self._position().character},
            },
        )

    async def complete(self) -> Shown | None:
        """Ask for an inline completion at the cursor; None if the server has none."""
        self._usage.clear()
        position = self._position()
        answer = await self._client.text_document_inline_completion_async(
            types.InlineCompletionParams(
                context=types.InlineCompletionContext(types.InlineCompletionTriggerKind.Automatic),
                text_document=types.TextDocumentIdentifier(self._uri),
                position=position,
            )
        )
        items = answer.items if isinstance(answer, types.InlineCompletionList) else answer or ()
        if not items:
            return None
        text, place = items[0].insert_text, types.Range(position, position)
        return Shown(
            text=text if isinstance(text, str) else text.value,
            here=items[0].range == place,
            usage=self._usage[-1] if self._usage else {},
        )

    def _position(self) -> types.Position:
        return types.Position(self.cursor.line, self.text.units(self.cursor, Encoding.UTF8))


def _capabilities() -> types.ClientCapabilities:
    return types.ClientCapabilities(
        general=types.GeneralClientCapabilities(
            position_encodings=[types.PositionEncodingKind.Utf8]
        ),
        text_document=types.TextDocumentClientCapabilities(
            inline_completion=types.InlineCompletionClientCapabilities()
        ),
        experimental=CLIENT_CAPABILITY,
    )


async def _drain(stream: asyncio.StreamReader, last_words: deque[str]) -> None:
    """Keep the server's log from filling its pipe, and remember the end of it."""
    async for line in stream:
        last_words.append(line.decode(errors="replace").strip())
