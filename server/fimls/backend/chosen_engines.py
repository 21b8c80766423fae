"""Which engines a purpose has, which of them text may go to, and a backend over those.

Settings are those in force for a document: `privacy.hosted` in them is ``allow`` where its text may
go to hosted engines, ``never`` where it may not, and ``ask`` while nobody has answered.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fimls.backend.engine_privacy import host_of, privacy_of
from fimls.backend.factory import GENERATIONS, engine_for
from fimls.backend.spending import Spending, SpendingBackend
from fimls.backend.stale_model_guard import identified
from fimls.errors import BackendForbidden, ConsentNeeded

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fimls.backend.base import Backend
    from fimls.backend.failover import Member
    from fimls.settings import EngineSettings, Settings

_spending: dict[tuple[int, int], Spending] = {}
"""Limits -> what was spent: of the process, whatever settings come and go."""


def engines_of(settings: Settings, purpose: str = "") -> list[EngineSettings]:
    """Return the engines of a purpose, the preferred one first; of any without one."""
    if not settings.engines:
        return [settings.engine]
    return [each for each in settings.engines if not purpose or purpose in each.for_]


def allowed_engines(settings: Settings, purpose: str = "") -> list[EngineSettings]:
    """Return those of them that text may go to."""
    may = settings.privacy.hosted == "allow"
    return [each for each in engines_of(settings, purpose) if may or privacy_of(each) != "hosted"]


def hosted_in(settings: Settings) -> list[str]:
    """Return the hosts of hosted engines, for whoever decides about them."""
    found = [host_of(each) for each in engines_of(settings) if privacy_of(each) == "hosted"]
    return list(dict.fromkeys(found))


def destination(settings: Settings, name: str) -> str:
    """Return where text goes, for a status bar: an engine, who runs it, and what it has counted.

    Args:
        settings: those in force.
        name: of the engine among several, as `ModelInfo.engine` has it, or empty.
    """
    engines = allowed_engines(settings)
    engine = next((each for each in engines if getattr(each, "name", "") == name), None)
    if engine is None:
        if not engines:
            return ""
        engine = engines[0]
    name, privacy, host = getattr(engine, "name", ""), privacy_of(engine), host_of(engine)
    where = f"{name} at {host} ({privacy})" if name else f"{host} ({privacy})"
    spending = _spending.get(_limits(settings)) if privacy == "hosted" else None
    return f"{where}{spending.shown}" if spending is not None else where


def _limits(settings: Settings) -> tuple[int, int]:
    return settings.privacy.hourly_tokens, settings.privacy.daily_tokens


def hides_secrets(settings: Settings) -> bool:
    """Whether the secrets of a document are masked in what an engine reads of it."""
    where = settings.privacy.mask_secrets
    return where == "always" or (where == "hosted" and bool(hosted_in(settings)))


def backend_for(
    settings: Settings, purpose: str = "completion", *, generations: int = GENERATIONS
) -> Backend:
    """Return a backend over the engines that may be asked; nothing is opened or asked yet.

    Raises:
        ConfigurationError: an API key cannot be read.
    """
    engines, allowed = engines_of(settings, purpose), allowed_engines(settings, purpose)
    kept_out = [each for each in engines if each not in allowed]
    if len(engines) == len(allowed) == 1:
        return _one(allowed[0], settings, generations)
    from fimls.backend.failover import FailoverBackend

    return FailoverBackend(
        [_member(each, settings, generations) for each in allowed],
        kept_out=_kept_out(kept_out, settings, purpose),
    )


def _member(engine: EngineSettings, settings: Settings, generations: int) -> Member:
    from fimls.backend.failover import Member

    name = getattr(engine, "name", "") or host_of(engine)
    return Member(name=name, backend=_one(engine, settings, generations))


def _one(engine: EngineSettings, settings: Settings, generations: int) -> Backend:
    backend = identified(engine_for(engine, generations=generations))
    if privacy_of(engine) != "hosted":
        return backend
    limits = _limits(settings)
    spending = _spending.setdefault(limits, Spending(hourly=limits[0], daily=limits[1]))
    return SpendingBackend(backend, spending)


def _kept_out(
    engines: Sequence[EngineSettings], settings: Settings, purpose: str
) -> BackendForbidden | None:
    """Return what to say of engines that are not asked."""
    if not engines:
        if engines_of(settings, purpose):
            return None
        return BackendForbidden(f"None of [[engines]] is for {purpose}: see `for` in the settings.")
    hosts = ", ".join(dict.fromkeys(host_of(each) for each in engines))
    if settings.privacy.hosted == "ask":
        return ConsentNeeded(
            f"Text goes to the hosted engine {hosts} only once you allow it: answer the question"
            ' of your editor, or set privacy.hosted to "allow".'
        )
    return BackendForbidden(
        f"The hosted engine {hosts} is not asked: privacy.hosted, never_paths or"
        " never_languages keeps this text from it. Change that if it may be sent."
    )
