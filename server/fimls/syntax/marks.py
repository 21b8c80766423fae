"""How a language marks comments and strings: enough to find its brackets without a grammar."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Marks:
    """The marks of one language; there is one object for each, so two are equal if they are one.

    Attributes:
        line: what begins a comment that ends with its line.
        block: what begins and ends a longer comment.
        quotes: what begins and ends a string on one line.
        long: what begins and ends a string of several lines, longer marks first.
        indented: whether indentation alone says where a block ends.
        newline_ends: whether a line that is complete cannot go on in the next one.
        loose: brackets that close without having been opened.
        words: words that close a block, as ``}`` does elsewhere.
    """

    line: tuple[str, ...] = ()
    block: tuple[str, str] | None = None
    quotes: tuple[str, ...] = ()
    long: tuple[tuple[str, str], ...] = ()
    indented: bool = False
    newline_ends: bool = False
    loose: str = ""
    words: tuple[str, ...] = ()


def marks_of(language_id: str) -> Marks:
    """Return the marks of a language; those of prose, which has none, where it is not known."""
    return _MARKS.get(language_id, _PROSE)


_PROSE = Marks()
_C = Marks(line=("//",), block=("/*", "*/"), quotes=('"', "'"))
_SCRIPT = Marks(line=("//",), block=("/*", "*/"), quotes=('"', "'"), long=(("`", "`"),))
_TRIPLE = Marks(line=("//",), block=("/*", "*/"), quotes=('"', "'"), long=(('"""', '"""'),))
_HASH = Marks(line=("#",), quotes=('"', "'"))
_SHELL = Marks(
    line=("#",),
    long=(('"', '"'), ("'", "'")),
    newline_ends=True,
    loose=")",  # the patterns of a ``case``
    words=("fi", "done", "esac"),
)

_MARKS = {
    **dict.fromkeys(("c", "cpp", "cuda-cpp", "csharp", "objective-c"), _C),
    **dict.fromkeys(("javascript", "javascriptreact", "typescript", "typescriptreact"), _SCRIPT),
    **dict.fromkeys(("java", "kotlin", "scala", "swift", "dart"), _TRIPLE),
    **dict.fromkeys(("shellscript", "bash", "sh", "zsh"), _SHELL),
    "go": Marks(
        line=("//",),
        block=("/*", "*/"),
        quotes=('"', "'"),
        long=(("`", "`"),),
        newline_ends=True,
    ),
    # A single quote is a lifetime more often than a character.
    "rust": Marks(line=("//",), block=("/*", "*/"), long=(('"', '"'),)),
    "php": Marks(line=("//", "#"), block=("/*", "*/"), long=(('"', '"'), ("'", "'"))),
    "python": Marks(
        line=("#",),
        quotes=('"', "'"),
        long=(('"""', '"""'), ("'''", "'''")),
        indented=True,
        newline_ends=True,
    ),
    "ruby": Marks(line=("#",), quotes=('"', "'"), words=("end",)),
    "lua": Marks(
        line=("--",),
        block=("--[[", "]]"),
        quotes=('"', "'"),
        long=(("[[", "]]"),),
        words=("end", "until"),
    ),
    "julia": Marks(line=("#",), quotes=('"',), long=(('"""', '"""'),), words=("end",)),
    "elixir": Marks(line=("#",), quotes=('"',), long=(('"""', '"""'),), words=("end",)),
    "yaml": Marks(line=("#",), quotes=('"',), indented=True),
    "toml": Marks(line=("#",), quotes=('"', "'"), long=(('"""', '"""'), ("'''", "'''"))),
    **dict.fromkeys(("r", "perl", "makefile", "dockerfile", "nim"), _HASH),
    "sql": Marks(line=("--",), block=("/*", "*/"), quotes=("'", '"')),
    "haskell": Marks(line=("--",), block=("{-", "-}"), quotes=('"',), indented=True),
    "css": Marks(block=("/*", "*/"), quotes=('"', "'")),
    **dict.fromkeys(("scss", "less"), _C),
    **dict.fromkeys(("json", "jsonc"), Marks(line=("//",), quotes=('"',))),
    **dict.fromkeys(("html", "xml", "vue", "svelte"), Marks(block=("<!--", "-->"))),
}
