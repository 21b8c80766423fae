"""One message by which fimls says that something is wrong: its cause, and what to do about it."""

from __future__ import annotations

import re
from dataclasses import dataclass

_VERBS = (
    "add allow answer ask call change check choose click close copy correct fetch fix get give"
    " have install leave let listen look lower make move name open pass point put raise reinstall"
    " remove rename renew report restart run save say see select send serve set split start stop"
    " tell top try type undo unset use wait write"
)
_TELLS_TO = re.compile(
    rf"(?:^|[:;.?!,(] |: |→ | and | or )(?:please )?(?:pip install|{_VERBS.replace(' ', '|')})\b"
    r"|must be|may only",
    re.IGNORECASE,
)
"""Where a message begins to say what to do, or what a value has to be."""


@dataclass(frozen=True)
class Message:
    """One message.

    Attributes:
        file: where it stands, below server/fimls or editors.
        line: where it stands there.
        kind: the class of the error, ``log``, ``setting``, ``check``, or a plug-in's language.
        text: with `…` for what is only known when it is said.
    """

    file: str
    line: int
    kind: str
    text: str

    @property
    def passes_on(self) -> bool:
        """Whether it has no words of its own: they stand where they are made."""
        return not re.search(r"\w{2}", self.text)

    @property
    def cause(self) -> str:
        """What is wrong."""
        return self._parts[0]

    @property
    def remedy(self) -> str:
        """What to do about it; empty where it does not say."""
        return self._parts[1]

    @property
    def _parts(self) -> tuple[str, str]:
        found = _TELLS_TO.search(self.text)
        if found is None:
            return self.text, ""
        if found[0].lower() in ("must be", "may only"):
            who = self.text[: found.start()].strip(" :;,.")
            return f"Wrong value: {who}", f"It {self.text[found.start() :]}"
        cause, remedy = self.text[: found.start()], self.text[found.start() :]
        return cause.strip(" :;,.→"), remedy.lstrip(" :;,.(→?!").strip()
