"""The state of one editor's server: what its handlers read and change; `create_server` makes it."""

from __future__ import annotations

import asyncio
import logging
from functools import cache
from typing import TYPE_CHECKING, Any

from lsprotocol import types
from pygls.lsp.server import LanguageServer
from pygls.protocol import default_converter

from fimls import __version__
from fimls.errors import FimlsError
from fimls.lsp.acceptance_statistics import AcceptanceStatistics
from fimls.lsp.capabilities import ClientFeatures
from fimls.lsp.context import Context
from fimls.lsp.documents import Documents
from fimls.lsp.engine_recovery import EngineRecovery
from fimls.lsp.hosted_consent import HostedConsent
from fimls.lsp.indexing import Indexing, Report
from fimls.lsp.notebooks import SYNC, Notebooks
from fimls.lsp.protocol import FimProtocol
from fimls.lsp.running_completions import RunningCompletions
from fimls.lsp.services_by_settings import ServicesBySettings
from fimls.lsp.syntax_trees import SyntaxTrees
from fimls.lsp.user_status import STATUS_NOTIFICATION, UserStatus
from fimls.lsp.warm_up import WarmUp
from fimls.lsp.work_progress import Shown
from fimls.metrics import Meter
from fimls.parent_process import ended

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Mapping
    from pathlib import Path
    from tempfile import TemporaryDirectory

    from cattrs import Converter

    from fimls.lsp.completion_services import ServiceFactory
    from fimls.lsp.configuration import Configuration
    from fimls.refactor import Action
    from fimls.settings import Settings
    from fimls.text import Document, Point

logger = logging.getLogger(__name__)


class FimServer(LanguageServer):
    """The state of one connection; only synchronous notification handlers change it.

    Attributes:
        documents: the open documents.
        notebooks: which of them are cells of which notebook.
        syncs_notebooks: editors may open notebooks as such; a hub does not count what is in them.
        configuration: the settings and where they come from.
        services: the completion services that fit the settings.
        inflight: the requests that run.
        warm_up: what the engine reads ahead.
        context: what prompts have of other files.
        indexing: has the indexes of folders built.
        status: tells the user what is wrong, without repeating itself.
        recovery: finds by itself that an engine is back.
        gone: what to do when the editor's process has ended; None where nobody looks.
        features: what the client said it can do.
        shares_disk: the editor is on this machine, and its files may be read; whoever makes a
            server for another one says no.
        actions: the code actions that there are, for each folder of the workspace.
        trees: the syntax trees of documents that code actions were asked for.
        explanations: the folder of texts that are shown as documents, once there are some.
        consent: whether text may go to hosted engines.
        statistics: what became of suggestions.
        meter: is told what becomes of requests.
    """

    protocol: FimProtocol  # pyright: ignore[reportIncompatibleVariableOverride]

    def __init__(
        self,
        *,
        configuration: Configuration,
        service_factory: ServiceFactory,
        clock: Callable[[], float],
        meter: Meter,
        offer: Callable[[FimServer, types.InitializeParams], None],
    ) -> None:
        """Use `create_server`; `offer` takes a client's first message."""
        super().__init__(  # pyright: ignore[reportUnknownMemberType]
            "fimls", __version__, protocol_cls=FimProtocol, converter_factory=_converter
        )
        self.documents = Documents(reads_files=lambda: self.shares_disk)
        self.notebooks = Notebooks(self.documents)
        self.syncs_notebooks = True
        self.configuration = configuration
        self.consent = HostedConsent(asks=not configuration.of_hub)
        self.services = ServicesBySettings(service_factory, self._settings_of)
        self.inflight = RunningCompletions()
        self.warm_up = WarmUp(self._warm, self.inflight.idle)
        self.context = Context(
            configuration,
            self.documents,
            self.services.warm,
            reads_files=lambda: self.shares_disk,
        )
        self.indexing = Indexing(self._indexing)
        self.indexing.ended = self.context.looking.files_changed
        self.recovery = EngineRecovery(
            self.services.look, back=lambda: self.spawn(self.prepare()), still=self._still_failing
        )
        self.status = UserStatus(
            self.warn,
            clock=clock,
            tell=self._tell_status,
            see=self.recovery.see,
            goes_to=lambda: self.services.goes_to,
        )
        self.features = ClientFeatures()
        self.gone: Callable[[], None] | None = None
        self.shares_disk = True
        self.actions: Mapping[Path | None, tuple[Action, ...]] = {}
        self.trees = SyntaxTrees()
        self.renamed_elsewhere: set[str] = set()
        self.explanations: TemporaryDirectory[str] | None = None
        self.statistics = AcceptanceStatistics(self.documents.all, clock=clock, meter=meter)
        self.meter = meter
        self._offer = offer
        self._offered = False
        self._tasks: set[asyncio.Task[None]] = set()

    def offer(self, params: types.InitializeParams) -> None:
        """Take a client's first message, once: what is announced depends on it."""
        if not self._offered:
            self._offered = True
            self._offer(self, params)

    async def prepare(self) -> None:
        """Get to know the engine, and say in the status how that went."""
        self.status.starting()
        try:
            await self.services.prepare()
        except FimlsError as error:
            # No message: the user is told when a completion fails, not for opening an editor.
            logger.warning("%s", error)
            self.status.not_started(error)
        else:
            self.status.fine()

    def announce_notebooks(self) -> None:
        """Have editors that know notebooks open them as such."""
        self._notebook_document_sync = SYNC

    def actions_of(self, uri: str) -> tuple[Action, ...]:
        """Return the code actions that there are for a document."""
        return self.actions.get(self.configuration.folder_of(uri), ())

    def warn(self, message: str) -> None:
        """Show the user one short message."""
        self.window_show_message(
            types.ShowMessageParams(type=types.MessageType.Warning, message=message)
        )

    def end_with(self, process: int) -> None:
        """End when the editor's process has, whoever holds its end of standard input."""
        if self.gone is not None:
            self.spawn(self._end_with(process, self.gone))

    async def _end_with(self, process: int, gone: Callable[[], None]) -> None:
        await ended(process)
        logger.info("The editor's process has ended.")
        gone()

    async def _warm(self, document: Document, cursor: Point | None) -> None:
        snippets = self.context.at(document, cursor) if cursor is not None else ()
        await self.services.warm(document, cursor, snippets)

    def _indexing(self, root: Path) -> Report:
        """Show the progress of an index where the client shows such."""
        shown = Shown(self, f"Indexing {root.name}")

        def report(done: int, of: int) -> None:
            shown.report(done, of)

        return report

    def _settings_of(self, document: Document | None) -> Settings:
        """Return the settings for a document, with what its text may be sent to."""
        settings = self.configuration.of("" if document is None else document.uri)
        return self.consent.in_force(settings, document)

    def _still_failing(self, error: FimlsError) -> None:
        self.status.not_started(error)

    def _tell_status(self, params: Mapping[str, str | None]) -> None:
        if self.features.wants_status:
            # Some languages have a null that is not nothing.
            said = {name: value for name, value in params.items() if value is not None}
            self.protocol.notify(STATUS_NOTIFICATION, said)

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Run work in the background; it ends with the server, and its failure is logged."""
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    async def aclose(self) -> None:
        """End everything that runs and close the connections to the engine."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.warm_up.aclose()
        await self.context.aclose()
        await self.indexing.aclose()
        await self.recovery.aclose()
        await self.inflight.aclose()
        await self.services.aclose()
        if self.explanations is not None:
            self.explanations.cleanup()

    def report_server_error(self, error: Exception, source: Any) -> None:
        """Log what pygls could not handle; pygls would show each one to the user."""
        logger.error(
            "A message from the editor failed (%s): please report it.", type(error).__name__
        )
        logger.debug("It failed because:", exc_info=error)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            logger.error("A background task failed (%s): please report it.", type(error).__name__)
            logger.debug("It failed because:", exc_info=error)


def prepare_messages() -> None:
    """Make what all servers of this process read and write their first messages with.

    A hub does so before it listens: its first editor would keep the loop for 50 ms otherwise.
    """
    converter = _converter()
    for read in (types.InitializeRequest, types.InlineCompletionRequest, types.CompletionRequest):
        converter.get_structure_hook(read)
    for written in (types.InitializeResponse, types.InlineCompletionResponse):
        converter.get_unstructure_hook(written)


@cache
def _converter() -> Converter:
    """Return what all servers of this process read messages with.

    It keeps the code that it makes for each type of message, and nothing of the messages. To make
    it takes ten milliseconds, and a hub would have 2,000 objects more for each editor.
    """
    return default_converter()
