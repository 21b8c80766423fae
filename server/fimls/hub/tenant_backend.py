"""The engine as one user's editors see it: their own cache, their turn, their place in line."""

from __future__ import annotations

import dataclasses
import hashlib
import hmac
import time
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, aclosing
from dataclasses import dataclass

from fimls.backend.base import Backend, Chunk, GenerateRequest, Priority
from fimls.backend.metering import kind_of
from fimls.backend.wrapper import BackendWrapper
from fimls.errors import BackendBusy, BackendForbidden
from fimls.hub.authentication import User
from fimls.hub.fair_queue import FairQueue
from fimls.metrics import Meter, tracing


@dataclass(frozen=True, slots=True, kw_only=True)
class Tenant:
    """Whose text it is.

    Attributes:
        user: who waits for turns.
        key: the cache namespace.
    """

    user: User
    key: str


class TenantBackend(BackendWrapper):
    """A backend for one tenant, over the one that all share."""

    def __init__(
        self,
        shared: Backend,
        tenant: Tenant,
        queue: FairQueue,
        meter: Meter | None = None,
        *,
        first_tenants: dict[str, str] | None = None,
    ) -> None:
        """Nothing is asked yet; closing it leaves `shared` open.

        Args:
            shared: asks the engine.
            tenant: whose text it is.
            queue: whose turn it is.
            meter: is told what happens.
            first_tenants: model -> the one namespace that an engine serves which cannot keep
                several apart; None where whoever runs the hub accepts that they share its cache.
        """
        super().__init__(shared)
        self._first_tenants = first_tenants
        self._meter = meter or Meter()
        self._tenant = tenant
        self._queue = queue

    async def stream(self, request: GenerateRequest) -> AsyncGenerator[Chunk, None]:
        """See `Backend.stream`.

        Raises:
            BackendBusy: the queue is full, or its turn did not come in time.
        """
        self._check_apart(request)
        user, work = self._tenant.user, work_of(request)
        request = dataclasses.replace(request, extra_key=self._tenant.key)
        turn = self._queue.turn(user.identity, work, cost=cost_of(request), weight=user.weight)
        async with AsyncExitStack() as stack:
            compiling = await stack.enter_async_context(AsyncExitStack())
            if request.regex is not None and work < Priority.COMPLETION:
                await compiling.enter_async_context(self._queue.grammars.turn(user.identity))
            asked, span = time.perf_counter(), tracing.begin("turn", kind=kind_of(request))
            try:
                await stack.enter_async_context(turn)
            except BackendBusy:
                self._meter.shed(kind_of(request))
                raise
            finally:
                span.end()
            self._meter.queued(kind_of(request), time.perf_counter() - asked)
            chunks = await stack.enter_async_context(aclosing(self._backend.stream(request)))
            async for chunk in chunks:
                await compiling.aclose()  # the first token is there, and so is the grammar
                yield chunk

    def _check_apart(self, request: GenerateRequest) -> None:
        """Refuse a second tenant at an engine that would match one's prompts with another's.

        Raises:
            BackendForbidden: the engine has no cache namespaces.
        """
        if self._first_tenants is None or request.model is None or request.model.can.namespaces:
            return
        name = request.model.engine or request.model.model_path
        if self._first_tenants.setdefault(name, self._tenant.key) != self._tenant.key:
            raise BackendForbidden(
                "The engine cannot keep caches apart, so response times could reveal what"
                " another user sent: ask whoever runs the hub to set hub.accept_shared_cache,"
                " if that is acceptable."
            )

    async def aclose(self) -> None:
        """Leave the shared connections open."""


def work_of(request: GenerateRequest) -> Priority:
    """Return what a request is for."""
    priority = request.priority or Priority.COMPLETION
    return Priority(max(min(Priority), min(max(Priority), priority)))


_PROMPT_TOKENS, _NEW_TOKENS = 2_048, 64


def cost_of(request: GenerateRequest) -> float:
    """Return about how much of the engine a request takes, where a usual completion is 1.

    Most of a prompt is in the cache and costs nothing, but nobody knows how much before it is
    asked: long prompts count a little.
    """
    read = len(request.input_ids) / _PROMPT_TOKENS
    return max(0.25, 0.75 * request.max_new_tokens / _NEW_TOKENS + 0.25 * read)


def namespace(secret: str, kind: str, user: User, repository: str) -> str:
    """Return the cache namespace of a user's text.

    It is made with a secret, so that nobody else on the engine can name it. What an editor calls
    its repository divides the cache of its team, and gives no way into another's.

    Args:
        secret: the hub's own.
        kind: the setting ``hub.cache``.
        user: who it is; without a team, the user is one alone.
        repository: what the editor calls it.
    """
    own = ("user", *user.identity)
    team = ("team", user.team) if user.team else own
    parts = {
        "user": own,
        "team": team,
        "repository": (*team, "repository", repository),
        "everybody": ("everybody",),
    }[kind]
    digest = hmac.new(secret.encode(), "\0".join(parts).encode(), hashlib.sha256)
    return digest.hexdigest()[:32]
