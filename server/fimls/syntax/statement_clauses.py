"""Lines that go on with a statement that stands above them, and lines that begin a definition."""

from __future__ import annotations

import re
from collections.abc import Mapping

from fimls.syntax.word_sets import words

Clauses = Mapping[str, frozenset[str]]
"""Each word that a clause begins with -> what the clause before it may begin with."""

_WORD = re.compile(r"[\s)\]}]*(else\s+if\b|\w+)")

_DEFINING = re.compile(
    r"(?:(?:export|default|public|private|protected|internal|static|abstract|final|async|pub|local"
    r"|override|suspend|inline|open|data|sealed)\s+)*"
    r"(?:(?P<function>def|function\*?|fn|func|fun|sub|defp)"
    r"|class|impl|trait|interface|struct|enum|module|namespace|defmodule)\b"
)


def _table(text: str) -> Clauses:
    lines = (line.partition(":") for line in text.split("\n") if line.strip())
    return {clause.strip(): words(before) for clause, _, before in lines}


_PYTHON = _table("""
    else: if elif for while try except async
    elif: if elif
    except: try except
    finally: try except else
    case: case
""")
_BRACES = _table("""
    else: if elseif
    elseif: if elseif
    catch: try catch
    finally: try catch
    case: case default
    default: case
""")
_PERL = _table("""
    else: if elsif unless
    elsif: if elsif unless
""")
_RUBY = _table("""
    else: if elsif unless when in rescue case
    elsif: if elsif
    when: when
    in: in
    rescue: begin rescue def do
    ensure: begin rescue else def do
""")
_SHELL = _table("else: if elif\n elif: if elif")
_LUA = _table("else: if elseif\n elseif: if elseif")
_JULIA = _table("""
    else: if elseif
    elseif: if elseif
    catch: try
    finally: try catch
    rescue: try rescue
    after: try rescue receive
""")

_FAMILIES: tuple[tuple[Clauses, str], ...] = (
    (_PYTHON, "python starlark gdscript"),
    (
        _BRACES,
        "c cpp cuda-cpp objective-c objective-cpp csharp d glsl hlsl java kotlin scala swift",
    ),
    (_BRACES, "groovy dart go rust zig javascript javascriptreact typescript typescriptreact"),
    (_BRACES, "php r powershell vue svelte astro"),
    (_PERL, "perl"),
    (_RUBY, "ruby crystal"),
    (_SHELL, "shellscript bash sh zsh"),
    (_LUA, "lua luau"),
    (_JULIA, "julia elixir"),
)
_CLAUSES = {name: clauses for clauses, names in _FAMILIES for name in names.split()}


def clauses_of(language_id: str) -> Clauses:
    """Return the clauses of a language's statements; none where it is not known."""
    return _CLAUSES.get(language_id, {})


def first_word(line: str) -> str:
    """Return the first word of a line, behind brackets that close; empty if there is none.

    ``else if`` is one word, ``elseif``.
    """
    found = _WORD.match(line)
    return "".join(found[1].split()) if found else ""


def defines(line: str) -> bool:
    """Whether a line begins a function, a class or the like."""
    return _DEFINING.match(line.lstrip()) is not None


def defines_function(line: str) -> bool:
    """Whether a line begins a function, whose statements go on behind what is defined in it."""
    found = _DEFINING.match(line.lstrip())
    return found is not None and found["function"] is not None
