"""What the prompts of one editor's documents have of other files now.

What is found is read by the engine before any prompt has it (`prefetch`), so that the key which
comes next costs what it always costs. A hub gets it from the editor's side, which reads the files::

    fimls/context {"version": 1, "textDocument": {"uri": ...}, "position": {"line": ...,
        "character": ...}, "snippets": [{"path": "a/b.py", "text": "def f():", "score": 0.8,
        "reason": "windows", "first": 12}]}
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar, cast, get_args

from fimls.context.cursor_site import near, place
from fimls.context.edits import EditHistory
from fimls.context.snippet import Snippet, SourceName
from fimls.errors import FimlsError
from fimls.lsp.expected_snippets import ExpectedSnippets
from fimls.lsp.snippet_search import SnippetSearch
from fimls.lsp.warm_up import moved

if TYPE_CHECKING:
    from fimls.completion import Query
    from fimls.lsp.configuration import Configuration
    from fimls.lsp.documents import Documents
    from fimls.text import Document, Point

CONTEXT_NOTIFICATION = "fimls/context"
VERSION = 1

PATIENCE_S = 0.7
"""How long the engine may take to read ahead what was found: then it is shown all the same."""

_MOST_DOCUMENTS = 16
_MOST_SNIPPETS, _LONGEST_TEXT, _LONGEST_PATH = 8, 8_000, 500

T = TypeVar("T")

Prefetch = Callable[["Document", "Point", "tuple[Snippet, ...]"], Awaitable[None]]

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Shown:
    line: int
    snippets: tuple[Snippet, ...]


class Context:
    """The snippets of the open documents.

    Invariant: a request never waits for them: it gets what is there.

    Attributes:
        looking: looks for them here, until the editor's side says what it found.
        history: what was changed lately.
    """

    def __init__(
        self,
        configuration: Configuration,
        documents: Documents,
        prefetch: Prefetch,
        *,
        reads_files: Callable[[], bool],
    ) -> None:
        """`prefetch` has the engine read what a prompt with snippets adds."""
        self.history = EditHistory()
        self.looking = SnippetSearch(
            configuration, documents.all, self.history, self._found, reads_files=reads_files
        )
        self._configuration = configuration
        self._documents = documents
        self._prefetch = prefetch
        self._given = False
        self._asked: OrderedDict[str, tuple[Document, Point]] = OrderedDict()
        self._expected = ExpectedSnippets(self.looking.expect, self._read_ahead)
        self._shown: OrderedDict[str, _Shown] = OrderedDict()
        self._tasks: set[asyncio.Task[None]] = set()

    def asked(self, query: Query) -> Query:
        """Return a query with the snippets that are there, and look for others if need be."""
        self.rests(query.document, query.cursor)
        snippets = self.at(query.document, query.cursor)
        return replace(query, snippets=snippets) if snippets else query

    def at(self, document: Document, cursor: Point) -> tuple[Snippet, ...]:
        """Return the snippets that are shown at a place: near, and within the same definition."""
        shown = self._shown.get(document.uri)
        if shown is None or not near(document.text.lines, shown.line, cursor.line):
            return ()
        return shown.snippets

    def rests(self, document: Document, cursor: Point) -> None:
        """Look for snippets where the cursor is, and show those that were expected there."""
        _keep(self._asked, document.uri, (document, cursor))
        if self._given:
            return
        here = place(document.text.lines, cursor.line, cursor.column)
        if ready := self._expected.ready(document.uri, here):
            self._show(document, cursor, ready)
        self.looking.look(document, cursor)
        self._expected.typing(document, cursor, here)

    def changed(self, before: Document | None, after: Document) -> None:
        """Take note of a change."""
        self.history.changed(before, after, now=time.monotonic())
        self.looking.changed(after.uri)

    def forget(self, uri: str) -> None:
        """Forget a document that was closed."""
        self._shown.pop(uri, None)
        self._asked.pop(uri, None)
        self.looking.forget(uri)

    def take(self, document: Document, cursor: Point, snippets: tuple[Snippet, ...]) -> None:
        """Take what the editor's side found; from now on nothing is looked for here."""
        self._given = True
        settings = self._configuration.of(document.uri).context
        if settings.enabled:
            task = asyncio.ensure_future(self._found(document, cursor, snippets))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def aclose(self) -> None:
        """End what runs."""
        tasks = [*self._tasks]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._expected.aclose()
        await self.looking.aclose()

    async def _found(
        self, document: Document, cursor: Point, snippets: tuple[Snippet, ...]
    ) -> None:
        """Show what was found, once the engine has read it; nothing takes away what was."""
        if not snippets:
            self._shown.pop(document.uri, None)
            return
        await self._read_ahead(document, cursor, snippets)
        self._show(document, cursor, snippets)

    def _show(self, document: Document, cursor: Point, snippets: tuple[Snippet, ...]) -> None:
        """Show snippets from now on, unless the best of them is shown already.

        On a new line they stay those of the place where they were found.
        """
        now, line = self._shown.get(document.uri), cursor.line
        if now is not None and self.at(document, cursor):
            if now.snippets[0] == snippets[0]:
                snippets = now.snippets
            if not place(document.text.lines, cursor.line, cursor.column).mark:
                line = now.line
        _keep(self._shown, document.uri, _Shown(line, snippets))

    async def _read_ahead(
        self, document: Document, cursor: Point, snippets: tuple[Snippet, ...]
    ) -> None:
        """Have the engine read snippets that are not shown yet; wait as long as is reasonable."""
        now = self.at(document, cursor)
        if now and now[0] == snippets[0]:  # the best is there already
            return
        # Where one types by now, lest the prompt be laid out anew for a place that was left.
        document, cursor = self._asked.get(document.uri, (document, cursor))

        async def read() -> None:
            try:
                await self._prefetch(document, document.text.clamp(cursor), snippets)
            except FimlsError as error:  # the user is told when a completion fails
                logger.debug("Nothing was read ahead: %s", error)

        task = asyncio.ensure_future(read())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        await asyncio.wait({task}, timeout=PATIENCE_S)


def _keep(known: OrderedDict[str, T], uri: str, value: T) -> None:
    known.pop(uri, None)
    known[uri] = value
    if len(known) > _MOST_DOCUMENTS:
        known.popitem(last=False)


def notification(
    uri: str, line: int, character: int, snippets: tuple[Snippet, ...]
) -> dict[str, Any]:
    """Return the message that `given` reads."""
    params = {
        "version": VERSION,
        "textDocument": {"uri": uri},
        "position": {"line": line, "character": character},
        "snippets": [asdict(each) for each in snippets[:_MOST_SNIPPETS]],
    }
    return {"jsonrpc": "2.0", "method": CONTEXT_NOTIFICATION, "params": params}


def given(params: Any) -> tuple[str, int, int, tuple[Snippet, ...]]:
    """Return uri, line, character and snippets of a message, as far as they are within bounds.

    Raises:
        ValueError: it is not as the module's description says.
    """
    uri, line, character = moved(params)
    if params.get("version") != VERSION:
        raise ValueError(f"Snippets of version {VERSION} are taken only.")
    try:
        found = tuple(map(_snippet, cast("list[Any]", params["snippets"])[:_MOST_SNIPPETS]))
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError("A message with snippets has some that are none.") from error
    return uri, line, character, found


def _snippet(value: Any) -> Snippet:
    reason = str(value["reason"])
    if reason not in get_args(SourceName):
        raise ValueError("A snippet has a reason that is none.")
    return Snippet(
        path=str(value["path"])[:_LONGEST_PATH].replace("\n", " ").replace("\r", " "),
        text=str(value["text"])[:_LONGEST_TEXT],
        score=float(value["score"]),
        reason=cast("SourceName", reason),
        first=int(value["first"]),
    )
