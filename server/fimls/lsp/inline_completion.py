"""``textDocument/inlineCompletion``."""

from __future__ import annotations

import logging
import time
import traceback
from typing import TYPE_CHECKING

from lsprotocol import types

from fimls.completion.eligibility import unwanted
from fimls.errors import ConsentNeeded, FimlsError
from fimls.logs import labels, log_request, new_request
from fimls.lsp.type_conversion import to_inline_completion
from fimls.lsp.usage_report import USAGE_NOTIFICATION, usage_params
from fimls.metrics import tracing
from fimls.prompt.tokenizer_files import is_on_this_machine

if TYPE_CHECKING:
    from fimls.completion import Completion, Query
    from fimls.lsp.server import FimServer
    from fimls.metrics import Outcome

logger = logging.getLogger(__name__)


class DeadlineError(FimlsError):
    """A completion took longer than the user wants to wait."""


class StillStarting(FimlsError):
    """What has to be known of the served model is being read; nothing is wrong."""


class InternalError(FimlsError):
    """A suggestion failed in a way that nobody foresaw."""


async def inline_completion(
    ls: FimServer, query: Query | None
) -> types.InlineCompletionList | None:
    """Answer with what could be inserted at the cursor; the query is None for an unknown document.

    Invariant: whatever goes wrong below, the answer is a list. It is empty when there is nothing
    to say, which takes an older suggestion off the screen, and also when the document moved on:
    a suggestion is made for one text. Null, which leaves the screen alone, is only for a request
    that a newer one for the document superseded: that one will say what is shown.
    """
    completions = await answered(ls, query)
    if completions is None:
        return None
    if query is None:
        return types.InlineCompletionList(items=[])
    return to_inline_completion(completions, query.document, ls.features.encoding)


async def answered(ls: FimServer, query: Query | None) -> list[Completion] | None:
    """Return what a query is answered with; see `inline_completion`."""
    if query is None:
        return []
    new_request()
    started = time.perf_counter()
    outcome: Outcome = "cancelled"
    completions: list[Completion] | None = None
    with tracing.within("completion", **labels()) as span:
        try:
            completions, outcome = await _complete(ls, query)
        finally:
            seconds = time.perf_counter() - started
            source = completions[0].source if completions else ""
            ls.meter.answered(outcome, source, seconds)
            log_request(outcome, source, seconds)
            span.set(outcome=outcome, source=source)
    if outcome in ("answered", "empty"):
        ls.statistics.answered(query, completions or [])
    if ls.features.wants_usage:
        for completion in completions or ():
            answer_ms = (time.perf_counter() - started) * 1e3
            ls.protocol.notify(USAGE_NOTIFICATION, usage_params(completion, answer_ms=answer_ms))
    return completions


async def _completed(ls: FimServer, query: Query) -> list[Completion]:
    """Return the completions; a notebook's cell is completed with the others around it."""
    around = ls.notebooks.around(query.document)
    asked = ls.context.asked(around.asked(query))
    return around.answered(await ls.services.complete(asked))


async def _ask(ls: FimServer) -> None:
    if await ls.consent.ask(ls.configuration.own, ls.window_show_message_request_async):
        ls.status.forget()
        ls.status.fine()


def _moved(ls: FimServer, query: Query) -> bool:
    return ls.documents.get(query.document.uri) is not query.document


def _too_late(deadline_ms: int, waits_for: str) -> DeadlineError | StillStarting:
    if waits_for and is_on_this_machine(waits_for):
        return StillStarting(
            f"fimls still reads the tokenizer {waits_for}: wait, suggestions come once it is read."
        )
    if waits_for:
        return DeadlineError(
            f"fimls still waits for the tokenizer {waits_for} on Hugging Face: it may be large or"
            " the network slow. Set model.tokenizer to a folder with the served model's"
            " tokenizer.json to spare the wait."
        )
    return DeadlineError(
        f"No suggestion came within {deadline_ms} ms: serve a faster model or raise"
        " completion.deadline_ms."
    )


async def _complete(ls: FimServer, query: Query) -> tuple[list[Completion] | None, Outcome]:
    """Return the completions, [] after telling why there are none, or None when superseded."""
    if _moved(ls, query):
        return [], "stale"
    ls.warm_up.stop()
    settings = ls.configuration.of(query.document.uri).completion
    deadline_ms = settings.deadline_ms
    ls.status.at(unwanted(query.document, query.cursor.line, settings))
    try:
        completions = await ls.inflight.run(
            query.document.uri, _completed(ls, query), timeout_s=deadline_ms / 1_000
        )
    except TimeoutError:
        outcome: Outcome = "late"
        problem = _too_late(deadline_ms, ls.services.waits_for(query.document))
    except FimlsError as error:
        outcome, problem = "failed", error
    except Exception as error:
        ls.meter.failed(type(error).__name__)
        problem = InternalError("A suggestion failed; the log says where, please report it.")
        if ls.status.problem(problem):
            # The traceback names places in the code; the message could quote a document.
            frames = traceback.extract_tb(error.__traceback__)
            places = " > ".join(f"{each.name} ({each.filename}:{each.lineno})" for each in frames)
            logger.error(
                "A suggestion failed (%s in %s): please report it.", type(error).__name__, places
            )
        logger.debug("It failed because:", exc_info=error)
        return [], "failed"
    else:
        if completions is None:
            return None, "superseded"
        ls.status.fine()
        if completions and _moved(ls, query):
            return [], "stale"  # and no word of what it cost
        return completions, "answered" if completions else "empty"
    ls.meter.failed(type(problem).__name__)
    if isinstance(problem, ConsentNeeded):
        ls.spawn(_ask(ls))  # in place of a message that says the same
        ls.status.not_started(problem)
    elif isinstance(problem, StillStarting):
        ls.status.starting(problem)
    else:
        ls.status.problem(problem)
    return [], outcome
