"""How languages write strings and comments: only what it takes to count brackets."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Syntax:
    """Strings and comments of a family of languages.

    Attributes:
        line_comments: what begins a comment that ends with its line.
        blocks: comments and strings that may span lines: what begins and what ends them.
        strings: quotes of strings that end on their line.
        characters: whether ``'`` encloses one character, so that other uses of it mean nothing.
        tokens: finds whatever matters outside strings and comments.
        exits: by what began a string or comment: finds its end, or what is to be skipped in it.
    """

    line_comments: tuple[str, ...] = ()
    blocks: tuple[tuple[str, str], ...] = ()
    strings: tuple[str, ...] = ()
    characters: bool = False
    tokens: re.Pattern[str] = field(init=False)
    exits: Mapping[str, re.Pattern[str]] = field(init=False)

    def __post_init__(self) -> None:
        """Compile the patterns."""
        exits = {begin: re.compile(r"\n") for begin in self.line_comments}
        exits |= {begin: re.compile(rf"\\[\s\S]|{re.escape(end)}") for begin, end in self.blocks}
        exits |= {quote: re.compile(rf"\\[\s\S]|{quote}|\n") for quote in self.strings}
        # The longest first: a block comment's begin may start like a line comment's.
        begins = [re.escape(begin) for begin in sorted(exits, key=len, reverse=True)]
        # In shells and others a # inside a word is no comment.
        begins = [rf"(?<![\w$&{{]){begin}" if begin == "\\#" else begin for begin in begins]
        character = [r"'(?:\\[^'\n]{1,9}|\\'|[^'\\\n])'"] if self.characters else []
        tokens = re.compile("|".join([*character, *begins, r"\\.", r"[()\[\]{}]"]))
        object.__setattr__(self, "tokens", tokens)
        object.__setattr__(self, "exits", MappingProxyType(exits))


_C_COMMENT = (("/*", "*/"),)
_TRIPLE = (('"""', '"""'),)

PLAIN = Syntax()
"""Brackets only."""
_C = Syntax(("//",), _C_COMMENT, ('"',), characters=True)
_JAVA = Syntax(("//",), (*_C_COMMENT, *_TRIPLE), ('"',), characters=True)
_GO = Syntax(("//",), (*_C_COMMENT, ("`", "`")), ('"',), characters=True)
_RUST = Syntax(("//",), (*_C_COMMENT, ('"', '"')), characters=True)
_SCRIPT = Syntax(("//",), (*_C_COMMENT, ("`", "`")), ('"', "'"))
_PHP = Syntax(("//", "#"), _C_COMMENT, ('"', "'"))
_CSS = Syntax((), _C_COMMENT, ('"', "'"))
_PYTHON = Syntax(("#",), (*_TRIPLE, ("'''", "'''")), ('"', "'"))
_HASH = Syntax(("#",), (), ('"', "'"))
_LUA = Syntax(("--",), (("--[[", "]]"), ("[[", "]]")), ('"', "'"))
_SQL = Syntax(("--",), _C_COMMENT, ('"', "'"))
_HASKELL = Syntax(("--",), (("{-", "-}"),), ('"',), characters=True)
_LISP = Syntax((";",), (), ('"',))
_MARKUP = Syntax((), (("<!--", "-->"),))

_FAMILIES: tuple[tuple[Syntax, str], ...] = (
    (_C, "c cpp cuda-cpp objective-c objective-cpp csharp d glsl hlsl proto3 proto zig verilog"),
    (_JAVA, "java kotlin scala swift groovy dart"),
    (_GO, "go"),
    (_RUST, "rust"),
    (_SCRIPT, "javascript javascriptreact typescript typescriptreact json jsonc json5"),
    (_PHP, "php"),
    (_CSS, "css scss less stylus"),
    (_PYTHON, "python starlark julia elixir toml nix"),
    (_HASH, "ruby perl r yaml shellscript sh bash zsh fish powershell makefile make dockerfile"),
    (_HASH, "cmake coffeescript crystal gdscript nim tcl terraform hcl"),
    (_LUA, "lua luau"),
    (_SQL, "sql plsql"),
    (_HASKELL, "haskell elm purescript ada vhdl"),
    (_LISP, "clojure lisp commonlisp scheme racket emacs-lisp"),
    (_MARKUP, "html xml vue svelte astro handlebars xsl"),
)
_BY_LANGUAGE = {name: syntax for syntax, names in _FAMILIES for name in names.split()}

PROSE = frozenset(
    ("markdown", "mdx", "plaintext", "text", "restructuredtext", "rst", "asciidoc", "latex", "tex")
)
"""Languages whose lines are sentences: what is odd in code may be meant in them."""

MARKUP = frozenset(("html", "xml", "vue", "svelte", "astro", "handlebars", "xsl"))
"""Languages of tags."""


def syntax_of(language_id: str) -> Syntax:
    """Return a language's syntax; one that is not known has brackets only."""
    return _BY_LANGUAGE.get(language_id, PLAIN)
