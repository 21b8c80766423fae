"""How a language marks comments and strings: enough to find its brackets without a grammar."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Delimiters:
    """The marks of one language; there is one object for each, so two are equal if they are one.

    Attributes:
        line: what begins a comment that ends with its line.
        block: what begins and ends a longer comment.
        quotes: what begins and ends a string on one line.
        characters: whether ``'`` encloses one character, so that other uses of it (a lifetime, the
            groups of a number) mean nothing.
        long: what begins and ends a string of several lines, longer marks first.
        indented: whether indentation alone says where a block ends.
        newline_ends: whether a line that is complete cannot go on in the next one.
        loose: brackets that close without having been opened.
        words: words that close a block, as ``}`` does elsewhere.
    """

    line: tuple[str, ...] = ()
    block: tuple[str, str] | None = None
    quotes: tuple[str, ...] = ()
    characters: bool = False
    long: tuple[tuple[str, str], ...] = ()
    indented: bool = False
    newline_ends: bool = False
    loose: str = ""
    words: tuple[str, ...] = ()

    @property
    def many_lines(self) -> tuple[tuple[str, str], ...]:
        """What begins and ends all that may go on in the next line: comments and strings."""
        return (*((self.block,) if self.block else ()), *self.long)


def marks_of(language_id: str) -> Delimiters:
    """Return the marks of a language; where it is not known, those of prose: brackets only."""
    return _MARKS.get(language_id, NO_MARKS)


NO_MARKS = Delimiters()

PROSE = frozenset(
    ("markdown", "mdx", "plaintext", "text", "restructuredtext", "rst", "asciidoc", "latex", "tex")
)
"""Languages whose lines are sentences: what is odd in code may be meant in them."""

TAGS = frozenset(("html", "xml", "vue", "svelte", "astro", "handlebars", "xsl"))
"""Languages of tags."""


_QUOTES = ('"', "'")
_TRIPLE = ('"""', '"""')
_C = Delimiters(line=("//",), block=("/*", "*/"), quotes=('"',), characters=True)
_JAVA = replace(_C, long=(_TRIPLE,))
_SCRIPT = Delimiters(line=("//",), block=("/*", "*/"), quotes=_QUOTES, long=(("`", "`"),))
_CSS = Delimiters(block=("/*", "*/"), quotes=_QUOTES)
_HASH = Delimiters(line=("#",), quotes=_QUOTES)
_SHELL = Delimiters(
    line=("#",),
    long=(('"', '"'), ("'", "'")),
    newline_ends=True,
    loose=")",  # the patterns of a ``case``
    words=("fi", "done", "esac"),
)
_TRIPLES = replace(_HASH, long=(_TRIPLE, ("'''", "'''")))
_PYTHON = replace(_TRIPLES, indented=True, newline_ends=True)
_JULIA = Delimiters(line=("#",), quotes=('"',), characters=True, long=(_TRIPLE,), words=("end",))
_LUA = Delimiters(
    line=("--",),
    block=("--[[", "]]"),
    quotes=_QUOTES,
    long=(("[[", "]]"),),
    words=("end", "until"),
)
_SQL = Delimiters(line=("--",), block=("/*", "*/"), quotes=("'", '"'))
_ADA = Delimiters(line=("--",), quotes=('"',), characters=True)
_HASKELL = Delimiters(
    line=("--",), block=("{-", "-}"), quotes=('"',), characters=True, indented=True
)

_FAMILIES: tuple[tuple[Delimiters, str], ...] = (
    (_C, "c cpp cuda-cpp objective-c objective-cpp csharp d glsl hlsl proto3 proto zig verilog"),
    (_JAVA, "java kotlin scala swift groovy dart"),
    (replace(_C, long=(("`", "`"),), newline_ends=True), "go"),
    # A single quote is a lifetime more often than a character.
    (replace(_C, quotes=(), long=(('"', '"'),)), "rust"),
    (_SCRIPT, "javascript javascriptreact typescript typescriptreact"),
    (replace(_SCRIPT, quotes=('"',), long=()), "json jsonc"),
    (replace(_SCRIPT, long=()), "json5"),
    (Delimiters(line=("//", "#"), block=("/*", "*/"), long=(('"', '"'), ("'", "'"))), "php"),
    (_CSS, "css"),
    (replace(_CSS, line=("//",)), "scss less stylus"),
    (_PYTHON, "python starlark"),
    (_TRIPLES, "toml nix"),
    (_JULIA, "julia elixir"),
    (replace(_HASH, words=("end",)), "ruby crystal"),
    (replace(_HASH, quotes=('"',), indented=True), "yaml"),
    (_SHELL, "shellscript bash sh zsh"),
    (_HASH, "perl r fish powershell makefile make dockerfile cmake coffeescript gdscript nim tcl"),
    (_HASH, "terraform hcl"),
    (_LUA, "lua luau"),
    (_SQL, "sql plsql"),
    (_ADA, "ada vhdl"),
    (_HASKELL, "haskell elm purescript"),
    (Delimiters(line=(";",), quotes=('"',)), "clojure lisp commonlisp scheme racket emacs-lisp"),
    (Delimiters(block=("<!--", "-->")), " ".join(sorted(TAGS))),
)
_MARKS = {name: marks for marks, names in _FAMILIES for name in names.split()}
