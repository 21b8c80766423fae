"""The composition root: a server from its parts, all of them explicit."""

from __future__ import annotations

import asyncio
import logging
import time
from functools import cache
from typing import TYPE_CHECKING, Any

from lsprotocol import types
from pygls.lsp.server import LanguageServer
from pygls.protocol import default_converter

from fimls import __version__
from fimls.lsp.acceptance_statistics import AcceptanceStatistics
from fimls.lsp.capabilities import ClientFeatures
from fimls.lsp.code_action import code_action, code_action_options
from fimls.lsp.code_action_resolve import code_action_resolve
from fimls.lsp.completion_menu import OPTIONS, menu_completion, menu_wanted
from fimls.lsp.configuration import Configuration
from fimls.lsp.configuration import user_file as default_user_file
from fimls.lsp.context import Context
from fimls.lsp.documents import Documents
from fimls.lsp.engine_recovery import EngineRecovery
from fimls.lsp.execute_command import COMMANDS
from fimls.lsp.handlers import FEATURES, NOTEBOOKS, initialize, prepare
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

    from fimls.completion import CompletionService
    from fimls.errors import FimlsError
    from fimls.lsp.completion_services import ServiceFactory
    from fimls.refactor import Action
    from fimls.settings import Settings
    from fimls.text import Document, Point

logger = logging.getLogger(__name__)


def create_server(
    *,
    service_factory: ServiceFactory | None = None,
    user_file: Path | None = None,
    configuration: Configuration | None = None,
    clock: Callable[[], float] = time.monotonic,
    meter: Meter | None = None,
) -> FimServer:
    """Return a server for one editor that is ready to be connected to it.

    Args:
        service_factory: makes the completion service for settings; called in a worker thread,
            because its imports take a while. By default the engine is the settings'.
        user_file: the user's settings file; by default ``fimls.toml`` in the user's configuration
            folder.
        configuration: the settings and where they come from, instead of a user file.
        clock: seconds, for messages that are not repeated within a period.
        meter: is told what becomes of requests; by default nobody is.
    """
    server = FimServer(
        configuration=configuration or Configuration(user_file or default_user_file()),
        service_factory=service_factory or engine_service,
        clock=clock,
        meter=meter or Meter(),
    )
    for method in _NOT_BY_PYGLS:
        server.protocol.fm.builtin_features.pop(method)  # pyright: ignore[reportUnknownMemberType]
    for method, handler, options in FEATURES:
        server.feature(method, options)(handler)
    return server


def engine_service(settings: Settings) -> CompletionService:
    """Return the completion service over the engine that the settings name."""
    from fimls.backend.chosen_engines import backend_for, engines_of
    from fimls.backend.factory import OF_ONE_EDITOR
    from fimls.completion import CompletionService

    backend = backend_for(settings, generations=OF_ONE_EDITOR)
    actions = None
    if engines_of(settings, "actions") != engines_of(settings, "completion"):
        actions = backend_for(settings, "actions", generations=OF_ONE_EDITOR)
    return CompletionService(backend=backend, actions=actions, settings=settings)


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
    ) -> None:
        """Use `create_server`."""
        super().__init__(  # pyright: ignore[reportUnknownMemberType]
            "fimls", __version__, protocol_cls=FimProtocol, converter_factory=_converter
        )
        self.documents = Documents()
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
        self.indexing.ended = self.context.looking.again
        self.recovery = EngineRecovery(
            self.services.look, back=lambda: self.spawn(prepare(self)), still=self._still_failing
        )
        self.status = UserStatus(
            self.warn, clock=clock, tell=self._tell_status, see=self.recovery.see
        )
        self.features = ClientFeatures()
        self.gone: Callable[[], None] | None = None
        self.shares_disk = True
        self.actions: Mapping[Path | None, tuple[Action, ...]] = {}
        self.trees = SyntaxTrees()
        self.explanations: TemporaryDirectory[str] | None = None
        self.statistics = AcceptanceStatistics(self.documents.all, clock=clock, meter=meter)
        self.meter = meter
        self._offered = False
        self._tasks: set[asyncio.Task[None]] = set()

    def offer(self, params: types.InitializeParams) -> None:
        """Take a client's first message, and add what is only announced to some."""
        if self._offered:
            return
        self._offered = True
        initialize(self, params)
        # A workspace's file may change, and another folder come: what is announced stays.
        settings, can = self.configuration.own, self.features.edits
        if menu_wanted(params.capabilities, settings.completion):
            self.feature(types.TEXT_DOCUMENT_COMPLETION, OPTIONS)(menu_completion)
        if settings.refactor.enabled and can.code_actions and (can.resolves or can.applies):
            options = code_action_options(self)
            self.feature(types.TEXT_DOCUMENT_CODE_ACTION, options)(code_action)
            if can.resolves:
                self.feature(types.CODE_ACTION_RESOLVE)(code_action_resolve)
        if settings.refactor.enabled and can.applies:
            for name, command in COMMANDS.items():
                self.command(name)(command)
        if self.syncs_notebooks and self.features.notebooks:
            self._notebook_document_sync = SYNC
            for method, handler in NOTEBOOKS:
                self.feature(method)(handler)

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
        snippets = self.context.at(document.uri, cursor) if cursor is not None else ()
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
        logger.error("A message from the editor failed: %s.", type(error).__name__)
        logger.debug("It failed because:", exc_info=error)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            logger.error("A background task failed: %s.", type(error).__name__)
            logger.debug("It failed because:", exc_info=error)


@cache
def _converter() -> Converter:
    """Return what all servers of this process read messages with.

    It keeps the code that it makes for each type of message, and nothing of the messages. To make
    it takes ten milliseconds, and a hub would have 2,000 objects more for each editor.
    """
    return default_converter()


# pygls' own handlers of these would keep a second copy of every document, with lines that break
# at form feeds and positions that overshoot after astral characters, and one future for every
# change for ever. Notebooks nobody asked for it would keep too. That of commands does not pass a
# cancellation on to what it started.
_NOT_BY_PYGLS = (
    types.TEXT_DOCUMENT_DID_OPEN,
    types.TEXT_DOCUMENT_DID_CHANGE,
    types.TEXT_DOCUMENT_DID_CLOSE,
    types.WORKSPACE_EXECUTE_COMMAND,
    types.NOTEBOOK_DOCUMENT_DID_OPEN,
    types.NOTEBOOK_DOCUMENT_DID_CHANGE,
    types.NOTEBOOK_DOCUMENT_DID_CLOSE,
    types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS,
)
