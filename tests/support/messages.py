"""Every message by which fimls says that something is wrong, as its source has it.

``PYTHONPATH=tests python -m support.messages`` writes them into server/MESSAGES.md.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "server" / "fimls"
TABLE = ROOT / "server" / "MESSAGES.md"

_PLACEHOLDER = r"\{[^{}]*\}|%[sd]"

_VERBS = (
    "add allow answer ask call change check choose close copy correct fetch fix get give"
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
}
"""Folder or file of server/fimls -> the part of the table that its messages are in."""

_AGAIN = "Nothing: the next keystroke asks again. If it lasts, the engine has too many users."
_STAYS = "Nothing: suggestions go on without it."
_FILE = "Correct the file. Until then its settings are not used; a hub does not start with it."
_OWN = "Set it in your own file or in your editor; the message says why."

NEEDS_NO_REMEDY = {
    "The engine at … has had too many requests: nothing is sent for … s.": _AGAIN,
    "Too many requests to the engine at … are under way.": _AGAIN,
    "The engine at … has no room for the request now….": _AGAIN,
    "The hub is busy: completions come back when fewer editors ask at once.": _AGAIN,
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


@dataclass(frozen=True)
class Message:
    """One message.

    Attributes:
        file: where it stands, below server/fimls.
        line: where it stands there.
        kind: the class of the error, ``log``, ``setting`` or ``check``.
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


def messages() -> list[Message]:
    """Return all messages of the server, in the order of the files."""
    trees = {path: ast.parse(path.read_text("utf-8")) for path in sorted(PACKAGE.rglob("*.py"))}
    errors, texts = _errors(trees.values()), _constants(trees.values())
    found: list[Message] = []
    for path, tree in trees.items():
        file = path.relative_to(PACKAGE).as_posix()
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and (said := _said(node, errors)):
                kind, text = said
                found.append(Message(file, node.lineno, kind, _text(text, texts)))
    return found


def _said(node: ast.Call, errors: set[str]) -> tuple[str, ast.expr] | None:
    """Return what a call says, if it is one by which fimls says that something is wrong."""
    owner = ast.unparse(node.func.value) if isinstance(node.func, ast.Attribute) else ""
    name = ast.unparse(node.func).rpartition(".")[2]
    first = node.args[0] if node.args else None
    if name in errors and first is not None:
        return name, first
    if owner.endswith("logger") and name in ("warning", "error", "critical") and first is not None:
        return "log", first
    if re.search("problem", owner) and name in ("add", "append") and first is not None:
        return "setting", first
    if name == "CheckResult":
        given = {each.arg: each.value for each in node.keywords}
        state = given.get("state")
        says = given.get("says")
        if says is None or (isinstance(state, ast.Constant) and state.value == "ok"):
            return None
        remedy = given.get("remedy", ast.Constant(""))
        return "check", ast.JoinedStr(values=[says, ast.Constant(" → "), remedy])
    return None


def _errors(trees: Iterable[ast.Module]) -> set[str]:
    """Return the names of the classes of our own errors."""
    bases = {
        node.name: {ast.unparse(base).rpartition(".")[2] for base in node.bases}
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
    }
    known = {"FimlsError"}
    while more := {name for name, of in bases.items() if of & known} - known:
        known |= more
    return known


def _constants(trees: Iterable[ast.Module]) -> Mapping[str, str]:
    """Return the texts that modules give names in capitals."""
    return {
        target.id: node.value.value
        for tree in trees
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
        and target.id.isupper()
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    }


def _text(node: ast.expr, constants: Mapping[str, str]) -> str:
    match node:
        case ast.Constant(value=str() as text):
            return re.sub(r"%[sd]", "…", text)
        case ast.JoinedStr(values=values):
            return "".join(_text(each, constants) for each in values)
        case ast.FormattedValue(value=value):
            return _text(value, constants)
        case ast.BinOp(left=left, right=right, op=ast.Add()):
            return _text(left, constants) + _text(right, constants)
        case ast.IfExp(body=one, orelse=other):
            return " / ".join(filter(None, (_text(one, constants), _text(other, constants))))
        case ast.Name(id=name) if name in constants:
            return constants[name]
        case _:
            return "…"


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
