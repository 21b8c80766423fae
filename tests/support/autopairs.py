"""What an editor puts behind the cursor by itself while a line is typed key by key.

The rules are those of VS Code's language configurations and of nvim-autopairs, as far as they
agree: a bracket or quote is closed where nothing but a closer or a blank follows, and typing that
closer moves over it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

BRACKETS = {"(": ")", "[": "]", "{": "}"}
_FREE = re.compile(r"[\s;:.,=}\])>`'\"*/<]|\Z")
"""What may stand behind the cursor where a bracket is closed."""

_TAG = re.compile(r"<([A-Za-z][\w.-]*)(?:\s[^<>]*)?\Z")
_VOID = frozenset(("br", "hr", "img", "input", "link", "meta", "source", "area", "base", "col"))
_TAGGED = ("html", "vue", "javascriptreact", "typescriptreact", "xml")
_QUOTES = {"rust": '"', "html": "\"'", "json": '"', "css": "\"'", "go": "\"'`"}
_TRIPLE = ("python", "toml")
_BLOCK = ("c", "cpp", "css", "java", "javascript", "typescript", "typescriptreact", "php", "scss")
_BLOCK += ("go", "rust", "kotlin", "swift", "csharp", "scala", "javascriptreact")
_LINE = {"python": "#", "ruby": "#", "shellscript": "#", "yaml": "#", "toml": "#", "lua": "--"}


@dataclass
class Typing:
    """A line while it is typed.

    Attributes:
        language: its language as LSP names it.
        text: what stands before the cursor.
        behind: what the editor put behind the cursor, one closer an item, the next one first.
        partly: whether a closer of several characters is only half typed.
        inside: whether the line's beginning is in a string or comment: no quotes are closed.
    """

    language: str
    text: str = ""
    behind: list[str] = field(default_factory=list)
    inside: bool = False
    partly: bool = False

    @property
    def rest(self) -> str:
        """What stands behind the cursor."""
        return "".join(self.behind)

    def type(self, keys: str) -> None:
        """Type one key after the other."""
        for key in keys:
            self._key(key)

    def _key(self, key: str) -> None:
        self.partly = False
        if self.behind and len(self.behind[0]) > 1 and self.behind[0][0] not in "\"'":
            self.text += key
            if self.text.endswith(self.behind[0]):
                del self.behind[0]
                return
            self.text = self.text[:-1]
            part = [n for n in range(1, len(self.behind[0])) if self._ends(self.behind[0][:n], key)]
            self.partly = bool(part)
        elif self.behind and self.behind[0].startswith(key) and not self._escaped():
            self.text += key
            left = self.behind[0][1:]
            self.behind[:1] = [left] if left else []
            return
        before, self.text = self.text, self.text + key
        if closer := self._closer(before, key):
            self.behind.insert(0, closer)

    def _ends(self, begin: str, key: str) -> bool:
        return (self.text + key).endswith(begin)

    def _escaped(self) -> bool:
        return (len(self.text) - len(self.text.rstrip("\\"))) % 2 == 1

    def _closer(self, before: str, key: str) -> str:
        if not _FREE.match(self.rest):
            return ""
        if self.language in _BLOCK and self.text.endswith("/*") and not self._in_string():
            return "*/"
        if self.language in _TAGGED and self.text.endswith("<!--"):
            return "-->"
        if self.language in _TAGGED and key == ">":
            tag = _TAG.search(before)
            single = tag is None or before.endswith("/") or tag[1].lower() in _VOID
            return "" if single else f"</{tag[1]}>"
        if key in BRACKETS:
            return "" if before.endswith("\\") else BRACKETS[key]
        if key not in _QUOTES.get(self.language, "\"'`"):
            return ""
        if key == "`" and self.language not in ("javascript", "typescript", "typescriptreact"):
            return "" if self.language != "go" else self._quote(before, key)
        return self._quote(before, key)

    def _quote(self, before: str, key: str) -> str:
        if self.inside or self._in_string() or self._in_comment(before):
            return ""
        if self.language in _TRIPLE and before.endswith(2 * key) and not before.endswith(3 * key):
            return 3 * key
        if before[-1:] == key or before[-1:] == "\\":
            return ""
        # Behind a word a quote is an apostrophe; the prefixes of strings are no words.
        word = re.search(r"\w+\Z", before)
        if word and word[0].lower() not in ("f", "r", "b", "u", "rb", "br", "fr", "rf"):
            return ""
        if self.language in ("html", "vue") and not re.search(r"=\s*\Z", before):
            return ""
        return key

    def _in_string(self) -> bool:
        return any(closer[0] in "\"'`" for closer in self.behind)

    def _in_comment(self, before: str) -> bool:
        mark = _LINE.get(self.language, "//")
        return re.search(rf"(?:^|\s){re.escape(mark)}", before) is not None or "*/" in self.rest
