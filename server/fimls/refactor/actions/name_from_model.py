"""What actions have in common for which a model only finds a name."""

from __future__ import annotations

import builtins
import itertools
import keyword
import re

from fimls.refactor.action import Refusal
from fimls.refactor.change import ProposedName
from fimls.refactor.selection import Selection
from fimls.syntax.word_sets import words

_SNAKE = frozenset({"c", "cpp", "python", "ruby", "rust"})

SNAKE_CASE = "[a-z][a-z0-9]{0,11}(_[a-z0-9]{1,11}){0,3}"
CAMEL_CASE = "[a-z][a-zA-Z0-9]{1,30}"

_KEYWORDS = words(
    "abstract and as assert async await bool boolean break byte case catch chan char class "
    "const continue crate debugger def default defer delete do double dyn else enum export "
    "extends extern fallthrough false final finally float fn for func function go goto if impl "
    "implements import in instanceof int interface let long loop map match mod module move mut "
    "native new nil null object package private protected pub public range ref return select "
    "self short static string struct super switch synchronized this throw throws trait "
    "transient true try type typeof unsafe use val var void volatile when where while with "
    "yield"
)


def pattern(language: str) -> str:
    """Return what a name is to match, as the language's programmers write names of variables."""
    return SNAKE_CASE if language in _SNAKE else CAMEL_CASE


def style(language: str) -> str:
    """Return the same in a word for the model."""
    return "snake_case" if language in _SNAKE else "camelCase"


def checked_name(selection: Selection, answer: str, taken: frozenset[str]) -> str | Refusal:
    """Return the name that a model gave, or why it cannot be used."""
    name = answer.strip().strip("`'\"")
    if not re.fullmatch(r"[A-Za-z_]\w*", name):
        return Refusal("The answer is not one identifier.")
    if selection.language == "python":
        reserved = keyword.iskeyword(name) or hasattr(builtins, name)
    else:
        reserved = name in _KEYWORDS
    if reserved:
        return Refusal(f"`{name}` has a meaning of its own in this language.")
    if name in taken:
        return Refusal(f"`{name}` is already used here.")
    return name


def proposed_name(selection: Selection, answer: str) -> ProposedName | Refusal:
    """Return a name that stands nowhere in the document, for the editor's provider to give."""
    name = checked_name(selection, answer, words_in(selection.text))
    return name if isinstance(name, Refusal) else ProposedName(name)


def free_name(name: str, taken: frozenset[str]) -> str:
    """Return a name, with a number behind it where it is taken."""
    numbered = (f"{name}_{number}" for number in itertools.count(2))
    return next(each for each in itertools.chain([name], numbered) if each not in taken)


def words_in(text: str) -> frozenset[str]:
    """Return all words of a text: what is not among them is surely free as a name."""
    return frozenset(re.findall(r"[^\W\d]\w*", text))


def names_in(text: str) -> frozenset[str]:
    """Return the words of Python's text that may be names, not those that are attributes alone.

    `user.name` leaves `name` free for a variable or a function, and the natural name for it is
    that one. What is no attribute for certain counts as a name.
    """
    return frozenset(re.findall(r"(?:(?<![\w.])|(?<=\.\.))[^\W\d]\w*", text))
