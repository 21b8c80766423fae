"""How a language marks comments and strings: enough to find its brackets without a grammar."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

CHARACTER = r"'(?:\\[^'\n]{1,9}|\\'|[^'\\\n])'"
"""One character in quotes, where the language has that."""


@dataclass(frozen=True, slots=True)
class Interpolation:
    """Code within strings.

    Attributes:
        strings: marks of the strings that may have it.
        begins: what begins the code; the bracket in it says what ends it.
        within: marks of the strings that may stand in that code; nothing: all of the language.
        prefix: pattern of what stands before the mark of a string that has code within; nothing:
            all such strings may have it.
        patterns: whether that code may have regular expressions between slashes.
    """

    strings: tuple[str, ...]
    begins: tuple[str, ...]
    within: tuple[str, ...] = ()
    prefix: str = ""
    patterns: bool = False


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Delimiters:
    """The marks of one language; there is one object for each, so two are equal if they are one.

    Attributes:
        line: what begins a comment that ends with its line.
        block: what begins and ends a longer comment.
        quotes: what begins and ends a string on one line.
        characters: whether ``'`` encloses one character, so that other uses of it (a lifetime, the
            groups of a number) mean nothing.
        apostrophes: whether ``'`` between two letters begins nothing, as in the text of JSX.
        long: what begins and ends a string of several lines, longer marks first.
        indented: whether indentation alone says where a block ends.
        newline_ends: whether a line that is complete cannot go on in the next one.
        loose: brackets that close without having been opened.
        words: words that close a block, as ``}`` does elsewhere.
        interpolations: how code stands within strings.
    """

    line: tuple[str, ...] = ()
    block: tuple[str, str] | None = None
    quotes: tuple[str, ...] = ()
    characters: bool = False
    apostrophes: bool = False
    long: tuple[tuple[str, str], ...] = ()
    indented: bool = False
    newline_ends: bool = False
    loose: str = ""
    words: tuple[str, ...] = ()
    interpolations: tuple[Interpolation, ...] = ()

    @property
    def many_lines(self) -> tuple[tuple[str, str], ...]:
        """What begins and ends all that may go on in the next line: comments and strings."""
        return (*((self.block,) if self.block else ()), *self.long)


def begin_pattern(mark: str, marks: Delimiters) -> str:
    """Return the pattern of a mark where it begins something."""
    return _NO_APOSTROPHE if mark == "'" and marks.apostrophes else re.escape(mark)


def marks_of(language_id: str) -> Delimiters:
    """Return the marks of a language; where it is not known, those of prose: brackets only."""
    return _MARKS.get(language_id, NO_MARKS)


NO_MARKS = Delimiters()

_NO_APOSTROPHE = "(?:(?<![A-Za-z])'|'(?![A-Za-z]))"

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
_TEMPLATES = Interpolation(("`",), ("${",), patterns=True)
_CSS = Delimiters(block=("/*", "*/"), quotes=_QUOTES)
_SCSS = replace(_CSS, line=("//",), interpolations=(Interpolation(_QUOTES, ("#{",)),))
_HASH = Delimiters(line=("#",), quotes=_QUOTES)
_SHELL = Delimiters(
    line=("#",),
    long=(('"', '"'), ("'", "'")),
    newline_ends=True,
    loose=")",  # the patterns of a ``case``
    words=("fi", "done", "esac"),
    # Within ``"${a:-it's}"`` an apostrophe begins no string.
    interpolations=(Interpolation(('"',), ("$(", "`")), Interpolation(('"',), ("${",), ('"',))),
)
_TRIPLES = replace(_HASH, long=(_TRIPLE, ("'''", "'''")))
_F_STRINGS = Interpolation(('"""', "'''", *_QUOTES), ("{",), prefix="[fFtT][rR]?|[rR][fFtT]")
_PYTHON = replace(_TRIPLES, indented=True, newline_ends=True, interpolations=(_F_STRINGS,))
_PHP = Delimiters(
    line=("//", "#"),
    block=("/*", "*/"),
    long=(('"', '"'), ("'", "'")),
    interpolations=(Interpolation(('"',), ("{$", "${")),),
)
_RUBY = replace(_HASH, interpolations=(Interpolation(('"',), ("#{",), patterns=True),))
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


def _with(marks: Delimiters, *begins: str, prefix: str = "") -> Delimiters:
    """Return marks of a language that has code in its strings."""
    strings = (*marks.quotes, *(begin for begin, _ in marks.long))
    return replace(marks, interpolations=(Interpolation(strings, begins, prefix=prefix),))


_FAMILIES: tuple[tuple[Delimiters, str], ...] = (
    (_C, "c cpp cuda-cpp objective-c objective-cpp d glsl hlsl proto3 proto zig verilog"),
    (_with(_C, "{", prefix=r"\$@?|@\$"), "csharp"),
    (_JAVA, "java"),
    (_with(_JAVA, "${"), "kotlin scala groovy dart"),
    (_with(_JAVA, "\\("), "swift"),
    (replace(_C, long=(("`", "`"),), newline_ends=True), "go"),
    # A single quote is a lifetime more often than a character.
    (replace(_C, quotes=(), long=(('"', '"'),)), "rust"),
    (
        replace(_SCRIPT, interpolations=(_TEMPLATES,)),
        "javascript typescript",
    ),
    (
        replace(_SCRIPT, interpolations=(_TEMPLATES,), apostrophes=True),
        "javascriptreact typescriptreact",
    ),
    (replace(_SCRIPT, quotes=('"',), long=()), "json jsonc"),
    (replace(_SCRIPT, long=()), "json5"),
    (_PHP, "php"),
    (_CSS, "css"),
    (_SCSS, "scss less stylus"),
    (_PYTHON, "python"),
    (replace(_PYTHON, interpolations=()), "starlark"),
    (_TRIPLES, "toml"),
    (_with(_TRIPLES, "${"), "nix"),
    (_with(_JULIA, "$("), "julia"),
    (_with(_JULIA, "#{"), "elixir"),
    (replace(_RUBY, words=("end",)), "ruby crystal"),
    (replace(_HASH, quotes=('"',), indented=True), "yaml"),
    (_SHELL, "shellscript bash sh zsh"),
    (_HASH, "perl r makefile make dockerfile cmake gdscript nim tcl"),
    (replace(_HASH, interpolations=(Interpolation(('"',), ("$(",)),)), "fish powershell"),
    (replace(_HASH, interpolations=(Interpolation(('"',), ("#{",)),)), "coffeescript"),
    (replace(_HASH, interpolations=(Interpolation(('"',), ("${", "%{")),)), "terraform hcl"),
    (_LUA, "lua luau"),
    (_SQL, "sql plsql"),
    (_ADA, "ada vhdl"),
    (_HASKELL, "haskell elm purescript"),
    (Delimiters(line=(";",), quotes=('"',)), "clojure lisp commonlisp scheme racket emacs-lisp"),
    (Delimiters(block=("<!--", "-->")), " ".join(sorted(TAGS))),
)
_MARKS = {name: marks for marks, names in _FAMILIES for name in names.split()}
