"""What closes behind the cursor, and which of it a text closes itself.

Editors close brackets, quotes, comments and tags when they are opened, and a model that goes on
writes these closers, too. What stands behind the cursor says by itself what the cursor is in: a
quote ends a string, a bracket an expression, and so on outwards.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from fimls.completion.closer_patterns import begins_again, begun_again, ends_of, tokens_of
from fimls.syntax import (
    Delimiters,
    begin_of,
    closer_of,
    code_begins,
    is_string,
    plain_mark,
    strings_in,
)

_CLOSER = re.compile(r"\s*(\"\"\"|'''|\*/|-->|</[\w.:-]*>|[)\]}\"'`])")
_ONLY_CLOSED = re.compile(r"\s*[;,]?\s*\Z")
_OPENS = {"(": ")", "[": "]", "{": "}"}
_BRACKETS = frozenset(_OPENS.values())
_INTERPOLATED = re.compile(r"[$#]\{[^{}]*\Z")
"""An expression within a string, begun on the line, in a language whose strings are not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AutoClosed:
    """What stands behind the cursor on its line.

    Attributes:
        before: the line up to the cursor.
        after: the rest of the line.
        closers: what that begins with as far as it closes something, innermost first.
        ends: offsets behind each of them.
        in_text: whether the cursor is in a comment or string that none of the closers ends.
        nested: what began the string that the cursor is in, the code within it, the string in
            that, and so on; nothing where there is no code.
    """

    before: str
    after: str
    closers: tuple[str, ...]
    ends: tuple[int, ...]
    in_text: bool
    nested: tuple[str, ...] = ()

    @classmethod
    def of(
        cls,
        before: str,
        after: str,
        inside: str,
        nested: tuple[str, ...],
        marks: Delimiters,
    ) -> AutoClosed:
        """Read the rest of a line.

        Args:
            before: the line up to the cursor.
            after: the rest of it.
            inside: what ends the string or comment that the cursor is in, if it is in one.
            nested: that string as it began, and what is open within it.
            marks: those of the language.
        """
        nested = nested if len(nested) > 1 else ()
        closers, ends, at = list[str](), list[int](), 0
        waiting = [closer_of(begun, marks) for begun in nested]
        while found := _CLOSER.match(after, at):
            if waiting:
                if found[1] not in waiting:
                    break
                # Within strings editors close brackets, and most of them no quotes.
                while waiting.pop() != found[1]:
                    pass
                closers.append(found[1])
                at = found.end()
                ends.append(at)
                continue
            if found[1] not in _BRACKETS and not _is_open(found[1], before, after[at:], inside):
                break
            closers.append(found[1])
            at = found.end()
            ends.append(at)
        in_text = bool(inside) and inside not in closers
        if not nested and (in_text or any(closer[0] in "\"'`*-" for closer in closers)):
            count = _opened_in_words(closers, before)
            if count is not None:
                del closers[count:], ends[count:]
                in_text = bool(inside)
        return cls(
            before=before,
            after=after,
            closers=tuple(closers),
            ends=tuple(ends),
            in_text=in_text,
            nested=nested,
        )

    @property
    def tail(self) -> str:
        """What follows the closers."""
        return self.after[self.ends[-1] if self.ends else 0 :]

    @property
    def only_closes(self) -> bool:
        """Whether it is what an editor closed, and perhaps the end of the statement."""
        return bool(self.closers) and _ONLY_CLOSED.match(self.tail) is not None


def ends_string(quote: str, text: str) -> bool:
    """Whether a text at whose beginning a string is open ends it, by its number of quotes."""
    return (text.count(quote) - text.count("\\" + quote)) % 2 == 1


def _is_open(closer: str, before: str, after: str, inside: str) -> bool:
    """Whether the line, or one above, began the text or the element that a mark ends."""
    if closer[0] in "\"'`" and not ends_string(closer, after):
        return False  # it begins a string
    if closer == inside:
        return True
    if closer.startswith("</"):
        return before.rfind("<" + closer[2:-1]) > before.rfind(closer)
    if closer in ("*/", "-->"):
        return before.rfind("/*" if closer == "*/" else "<!--") > before.rfind(closer)
    return ends_string(closer, before)


def _opened_in_words(closers: Sequence[str], before: str) -> int | None:
    """Return how many brackets the line opened that are closed in words; None if all of them.

    A bracket in a string or comment can be a smile.
    """
    if _INTERPOLATED.search(before):
        return None
    opened = list[str]()
    for character in before:
        if character in _OPENS:
            opened.append(_OPENS[character])
        elif opened and character == opened[-1]:
            opened.pop()
    for count, closer in enumerate(closers):
        if closer not in _BRACKETS:
            return None
        if not opened or opened.pop() != closer:
            return count
    return None


@dataclass(frozen=True, slots=True)
class Closing:
    """What a text at the cursor closes of what is open there.

    Attributes:
        places: offsets behind what closes it, innermost first.
        open: what is still to be closed at the text's end, innermost first.
    """

    places: tuple[int, ...]
    open: tuple[str, ...]


def closing(text: str, behind: AutoClosed, marks: Delimiters) -> Closing:
    """Read a text at a cursor that has this behind it."""
    stack = _open_at(behind, marks)
    backslashes = len(behind.before) - len(behind.before.rstrip("\\"))
    places, at = list[int](), backslashes % 2  # the first character may be an escaped one
    shut = dict[str, re.Pattern[str]]()
    values = () if marks.quotes else tuple({*behind.closers} & {'"', "'"})
    while True:
        top, code = stack[-1] if stack else None, tuple[str, ...]()
        ends = [each.closer for each in stack]
        if top is not None and top.is_text:
            one_line = not top.inherited and top.closer in marks.quotes
            code = code_begins(top.begun or begin_of(top.closer, marks), marks)
            tokens = ends_of(top.closer, code, one_line=one_line)
        elif _in_words(stack, behind.in_text):
            words = {end for end in ends if end not in _BRACKETS}
            tokens = tokens_of(None, tuple(sorted(words)), ())
        else:
            # In code a quote begins a string, whatever the string around the code ends with.
            ends = [each.closer for each in stack if not each.is_text]
            words = {*values, *(each for each in ends if each not in _BRACKETS)}
            within = next((each.begun for each in reversed(stack) if each.interpolates), "")
            tokens = tokens_of(marks, tuple(sorted(words)), strings_in(within, marks))
        found = tokens.search(text, at)
        again = begun_again(text, at, shut)
        known = found is not None and (found[0] in ends or bool(_begun(found[0], marks)))
        if again and (found is None or again[1].start() < found.start() + (not known)):
            stack.append(_Open(again[0]))
            at = again[1].end()
            continue
        if found is None:
            break
        at, token = found.end(), found[0]
        if token in ends:
            # What the text left open inside is closed with it.
            while not stack[-1].inherited and stack[-1].closer != token:
                stack.pop()
            closed = stack.pop()
            if closed.closer != token:
                return Closing(tuple(places), ())  # it is written for other closers
            places += [at] * closed.inherited
            if closed.inherited and token not in _BRACKETS:
                shut[token] = begins_again(token)
        elif token == "\n":
            stack.pop()
        elif token in values and text[: found.start()].endswith("="):
            stack.append(_Open(token))  # the next attribute's value
        elif token in code:
            stack.append(_Open(closer_of(token, marks), interpolates=True, begun=token))
        elif closer := _begun(token, marks):
            stack.append(_Open(closer, begun=token))
    return Closing(tuple(places), tuple(each.closer for each in reversed(stack)))


@dataclass(frozen=True, slots=True)
class _Open:
    """Something open.

    Attributes:
        closer: what closes it.
        inherited: whether it was open before the text, and what closes it stands behind.
        interpolates: whether it is code within a string.
        begun: what began it, where that is known.
    """

    closer: str
    inherited: bool = False
    interpolates: bool = False
    begun: str = ""

    @property
    def is_tag(self) -> bool:
        return self.closer.startswith("</")

    @property
    def is_text(self) -> bool:
        return self.closer not in _BRACKETS and not self.is_tag and not self.interpolates


def _open_at(behind: AutoClosed, marks: Delimiters) -> list[_Open]:
    """Return what is open at a cursor, outermost first."""
    closers, stack = list(behind.closers), list[_Open]()
    for begun in reversed(behind.nested):
        closer = closer_of(begun, marks)
        is_behind = bool(closers) and closers[0] == closer
        if is_behind:
            del closers[0]
        stack.append(_Open(closer, is_behind, not is_string(begun, marks), begun))
    stack += [_Open(closer, inherited=True) for closer in closers]
    if not behind.nested and _INTERPOLATED.search(behind.before):
        inner = next((each for each in stack if each.closer == "}"), None)
        stack = [_Open(each.closer, True, each is inner) for each in stack]
    return stack[::-1]


def _in_words(stack: Sequence[_Open], in_text: bool) -> bool:
    """Whether the brackets at the top stand in a text, where quotes may be apostrophes."""
    for each in reversed(stack):
        if each.interpolates:
            return False
        if each.is_text:
            return True
    return in_text


def _begun(token: str, marks: Delimiters) -> str:
    """Return what closes that which a token begins, if it begins anything."""
    if token in marks.line:
        return "\n"
    if token in _OPENS:
        return _OPENS[token]
    mark = plain_mark(token)
    return dict(marks.many_lines).get(mark, mark if mark in marks.quotes else "")
