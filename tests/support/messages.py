"""Every message by which fimls says that something is wrong, as its source has it.

``PYTHONPATH=tests python -m support.messages`` writes them into server/MESSAGES.md.
"""

from __future__ import annotations

import re
from pathlib import Path

from support.editor_messages import editor_messages
from support.message import Message
from support.server_messages import server_messages

TABLE = Path(__file__).parents[2] / "server" / "MESSAGES.md"

AREAS = {
    "cli": "Commands",
    "resources.py": "Commands",
    "settings": "Settings",
    "lsp": "In the editor",
    "refactor": "In the editor",
    "completion": "In the editor",
    "backend": "The engine",
    "prompt": "The model",
    "engine": "Starting an engine",
    "hub": "The hub",
    "message_framing.py": "The hub",
    "metrics": "The hub",
    "jail": "Running code in a jail",
    "bench": "Measuring",
    "evaluation": "Measuring",
    "capacity": "Measuring",
    "nvim": "The plug-in for Neovim",
    "vscode": "The extension for VS Code",
}
"""Folder or file of server/fimls, or folder of editors -> the part of the table that it fills."""

_AGAIN = "Nothing: the next keystroke asks again. If it lasts, the engine has too many users."
_STAYS = "Nothing: suggestions go on without it."
_MENU = "Click fimls in the status bar, and switch them on."
_FILE = "Correct the file. Until then its settings are not used; a hub does not start with it."
_OWN = "Set it in your own file or in your editor; the message says why."

NEEDS_NO_REMEDY = {
    "The engine at … has had too many requests: nothing is sent for … s.": _AGAIN,
    "Too many requests to the engine at … are under way.": _AGAIN,
    "The engine at … has no room for the request now….": _AGAIN,
    "The hub is busy: suggestions come back when fewer editors ask at once.": _AGAIN,
    "The connection to … has been closed.": "Nothing: the server is ending.",
    "The connection to the engine did not close: ….": "Nothing: it is dropped.",
    "The engine … is left out for now: …": "Nothing: the next engine answers until it is back.",
    "… answers, and is still left out: …": "Start it with the model, the path and the key that the"
    " others have.",
    "… is left out until it answers as the others do: …": "Nothing: other engines answer until it"
    " is back.",
    "… Another engine is asked.": "Nothing: the next engine answers.",
    "Another engine went on otherwise than the first one.": "Nothing: the request ends there.",
    "The engine reports impossible numbers of tokens: figures of its cache are wrong.": (
        "Nothing: only those figures are wrong."
    ),
    "Hosted engines have counted … of the … tokens that … allows.": (
        "Nothing yet: when the limit is reached, nothing more is sent."
    ),
    "Somebody at … showed a token that is not valid.": "Nothing: the connection was refused.",
    "An editor does not read what it is sent: its connection is dropped.": (
        "Nothing: the editor connects again."
    ),
    "No safe edit found: …": "Try again, select less, or choose a larger model.",
    "Cancelled.": "Nothing: you cancelled it.",
    "This needs a new file, and the editor lets no server make one.": (
        "Nothing: this editor cannot do it."
    ),
    "The editor changed a document that is not open; it is ignored.": _STAYS,
    "A message about a document cannot be read; its next whole text is awaited.": _STAYS,
    "A message from the editor has other parameters than LSP's: ….": _STAYS,
    "Nothing of other files is shown: ….": _STAYS,
    "The index was not brought up to date: ….": _STAYS,
    "The served model's chat template cannot be used (…); a plain layout is used.": _STAYS,
    "…. No token was made, listed or revoked.": "Correct what the first sentence names.",
    "…. The hub does not start until that is corrected.": "Correct what the first sentence names.",
    "…. Nothing was read again: all is as it was.": "Correct what the first sentence names.",
    "there is nothing to cancel.": "Nothing: what you waited for has ended.",
    "This buffer is not a file.": "Nothing: suggestions are for files.",
    "The server is gone.": "Nothing: it is started again, or the status bar says why not.",
    "The server does not run.": "Wait a moment, or run “fimls: Restart the Server”.",
    "The server cannot be reached; fimls keeps trying.": "Check that it runs, and fimls.connect.",
    "Suggestions are switched off.": _MENU,
    "Suggestions are switched off for this language.": _MENU,
    "Suggestions are switched off for this file.": _MENU,
    "The engine is slow.": "Nothing: the suggestion comes. If it lasts, choose a smaller model.",
    "There is no settings file …": _FILE,
    "The settings file … is empty": _FILE,
    "The table [hub] in … is empty, as if it were half saved": _FILE,
    "… cannot be read (…)": _FILE,
    "… cannot be read (it is not UTF-8)": _FILE,
    "… is not TOML (…)": _FILE,
    "… has a number with more digits than 64 bits hold": _FILE,
    "… has a text with a NUL in it": _FILE,
    "[[engines]] is ignored, because ….": _OWN,
    "… is ignored, because ….": _OWN,
}
"""Message -> what its reader has to do, where the message itself has no room or no need for it."""


def messages() -> list[Message]:
    """Return all messages, those of the server first."""
    return [*server_messages(), *editor_messages()]


def table() -> str:
    """Return server/MESSAGES.md."""
    lines = [
        "# What fimls says when something is wrong",
        "",
        "Generated from the source by `PYTHONPATH=tests python -m support.messages`. A test"
        " fails when a",
        "message has no remedy. `…` stands for what is only known at the time: an address, a"
        " file, a",
        "value. Editors spell settings their own way: `completion.max_lines` is",
        "`fimls.completion.maxLines` in VS Code.",
    ]
    by_area: dict[str, set[tuple[str, str]]] = {title: set() for title in AREAS.values()}
    for each in messages():
        if re.search(r"\w{2}", each.cause):
            remedy = each.remedy or NEEDS_NO_REMEDY.get(each.text, "")
            by_area[AREAS[each.file.partition("/")[0]]].add((each.cause, remedy))
    for title, rows in by_area.items():
        lines += ["", f"## {title}", "", "| what is wrong | what to do |", "|---|---|"]
        lines += [f"| {_cell(cause)} | {_cell(remedy)} |" for cause, remedy in sorted(rows)]
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    sentence = re.sub(r"\s+", " ", text).replace("|", "\\|").strip()
    sentence = re.sub(r"^pip install", "Run `pip install` with", sentence)
    if re.match(r"fimls|[a-z]+\.", sentence):
        return sentence
    return sentence[:1].upper() + sentence[1:] + ("" if sentence.endswith((".", "?", "…")) else ".")


if __name__ == "__main__":
    TABLE.write_text(table(), encoding="utf-8")
