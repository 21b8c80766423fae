"""Whether a document's text may go to hosted engines: by the settings, and by what the user says.

The user is asked once, by ``window/showMessageRequest``, when text would go to one for the first
time. What was answered is kept in the user's own state folder, by the engine's host.
"""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias, cast

import attrs
from lsprotocol import types
from platformdirs import user_state_path
from pygls.exceptions import JsonRpcException

from fimls.completion.exclusions import excluded

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from fimls.settings import Settings
    from fimls.text import Document

ALLOW, NOT_NOW, NEVER = "Allow", "Not now", "Never"

Show: TypeAlias = (
    "Callable[[types.ShowMessageRequestParams], Awaitable[types.MessageActionItem | None]]"
)
"""Sends ``window/showMessageRequest``."""

logger = logging.getLogger(__name__)


def _file() -> Path:
    return user_state_path("fimls") / "hosted_engines.json"


class HostedConsent:
    """What the user has said of hosted engines; read once."""

    def __init__(self, *, asks: bool = True) -> None:
        """Nothing is read yet; at a hub, whose users decide nothing, nobody is asked."""
        self._asks = asks
        self._answers: dict[str, str] | None = None
        self._asking = False
        self._asked: set[str] = set()

    def in_force(self, settings: Settings, document: Document | None) -> Settings:
        """Return settings in which ``privacy.hosted`` says whether a document's text may go there.

        Only ``ask`` is left open: where nobody has answered.
        """
        privacy = settings.privacy
        if privacy.hosted == "never" or not hosted_in(settings):
            return settings
        hosted: Literal["allow", "never", "ask"] = "ask"
        if document is not None and _kept_out(settings, document):
            hosted = "never"
        elif privacy.hosted == "allow":
            hosted = "allow"
        elif not self._asks:
            hosted = "never"
        elif self._says(settings, ALLOW):
            hosted = "allow"
        elif self._says(settings, NEVER):
            hosted = "never"
        return attrs.evolve(settings, privacy=attrs.evolve(privacy, hosted=hosted))

    async def ask(self, settings: Settings, show: Show) -> bool:
        """Ask the user, once a session; returns whether text may go there now.

        Args:
            settings: the user's own.
            show: shows a question, and returns what the user chose.
        """
        hosts = [host for host in hosted_in(settings) if host not in self._asked]
        if self._asking or not hosts or settings.privacy.hosted != "ask":
            return False
        self._asking = True
        self._asked.update(hosts)
        named = ", ".join(hosts)
        params = types.ShowMessageRequestParams(
            type=types.MessageType.Info,
            message=f"fimls: may the text of what you edit be sent to {named}, an engine that"
            " somebody else runs?",
            actions=[types.MessageActionItem(title) for title in (ALLOW, NOT_NOW, NEVER)],
        )
        try:
            answer = await show(params)
        except JsonRpcException as error:
            logger.info("The editor asks nobody: %s.", type(error).__name__)
            return False
        finally:
            self._asking = False
        if answer is None or answer.title not in (ALLOW, NEVER):
            return False
        answers = self._known()
        answers.update(dict.fromkeys(hosts, answer.title))
        _keep(answers)
        return answer.title == ALLOW

    def _says(self, settings: Settings, answer: str) -> bool:
        answers = self._known()
        said = [answers.get(host) for host in hosted_in(settings)]
        return all(each == ALLOW for each in said) if answer == ALLOW else NEVER in said

    def _known(self) -> dict[str, str]:
        if self._answers is None:
            try:
                found: object = json.loads(_file().read_text(encoding="utf-8"))
            except (OSError, ValueError):
                found = {}
            table = cast("dict[str, object]", found) if isinstance(found, dict) else {}
            self._answers = {host: str(answer) for host, answer in table.items()}
        return self._answers


def hosted_in(settings: Settings) -> list[str]:
    """Return the hosts of the hosted engines that settings name."""
    from fimls.backend.chosen_engines import hosted_in as hosts

    return hosts(settings)


def _kept_out(settings: Settings, document: Document) -> bool:
    privacy = settings.privacy
    kept = attrs.evolve(
        settings.completion,
        exclude_files=privacy.never_paths,
        exclude_languages=privacy.never_languages,
    )
    return excluded(document, kept)


def _keep(answers: dict[str, str]) -> None:
    file = _file()
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(answers, indent=1), encoding="utf-8")
    except OSError as error:
        logger.info("What you said of hosted engines is not kept: %s.", error.strerror)
