"""What the document around the cursor says about where a completion may end."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import chain, islice

from fimls.completion.closers_behind import AutoClosed, ends_string
from fimls.completion.surroundings import Surroundings
from fimls.session_memo import remembered
from fimls.syntax import (
    LITTLE,
    PROSE,
    TAGS,
    Delimiters,
    Scan,
    closer_of,
    indentation,
    is_string,
    marks_of,
    parse,
    scan,
    scan_line,
    string_end,
    texts_at,
    window,
)
from fimls.syntax import in_comment as inside_comment
from fimls.syntax import in_string as inside_string

ABOVE, BELOW = 120, 60
"""Lines that are looked at: some 0.5 ms of parsing."""

MEMORY = 4_000
"""Lines above the cursor in which a string or comment may have begun."""

CLOSING = (")", "]", "}", "</")


@dataclass(frozen=True, slots=True)
class StopContext:
    """The cursor's place in its document.

    Attributes:
        around: the text.
        head: the last lines above the cursor's, from one on that is no part of a string.
        before: what is open at the cursor because of its own line: brackets that the document does
            not close, and the string or comment one is in.
        owed: closing brackets for what lines above opened, which the document lacks as well.
        prose: whether the cursor is in a comment or string that began on a line above.
        taken: whether only closers stand behind the cursor: a completion takes them over, so it is
            read as if nothing stood there.
        string: what ends, behind more of it on the cursor's line, the string or attribute that the
            cursor is in; or nothing.
        text_below: what ends, on a line below, the string or comment that the cursor is in.
        shallow: a completion's lines are not less indented than this.
    """

    around: Surroundings
    head: tuple[str, ...]
    before: Scan
    owed: str
    prose: bool
    taken: bool
    string: str
    text_below: str
    shallow: int

    @classmethod
    def of(cls, around: Surroundings) -> StopContext:
        """Return the place of a cursor."""
        marks = marks_of(around.language_id)
        head, until = _head(around.above[-MEMORY:], marks)
        if until:
            # The tree knows more kinds of strings than the marks.
            prefix = "".join(line + "\n" for line in head)
            rest = "\n".join((around.before + around.after, *around.below[:BELOW]))
            if marks.block and until == marks.block[1]:  # it may be longer than what is looked at
                prefix = prefix if marks.block[0] in prefix else marks.block[0] + prefix
                ended = until in rest or not any(until in line for line in around.below[BELOW:])
                rest = rest if ended else rest + "\n" + until
            parsed = parse(prefix + rest, around.language_id, effort=LITTLE)
            at = len(prefix)
            if parsed and not inside_string(parsed, at) and not inside_comment(parsed, at):
                until, head = "", ()
        line = scan(around.before, marks, Scan(until=until))
        opened = [] if until else _opened(head, around.before, marks)
        taken = (
            around.before.strip() != ""
            and AutoClosed.of(
                around.before, around.after, line.until, line.nested, marks
            ).only_closes
        )
        missing = _missing(opened, replace(around, after="") if taken else around)
        owed = "".join(closer for closer, own, _ in missing if not own)
        here = "".join(closer for closer, own, _ in missing if own)
        return cls(
            around=around,
            head=head,
            before=Scan(open=here, until=line.until, nested=line.nested),
            owed=owed,
            prose=bool(until) and line.until == until,
            taken=taken,
            string="" if taken else _string(around, line, marks),
            text_below=_text_below(around, line.until, marks),
            shallow=indentation(around.before) if around.before else 0,
        )

    @property
    def after(self) -> str:
        """The rest of the cursor's line, or nothing if it is blank or taken over."""
        return self.around.after if self.around.after.strip() and not self.taken else ""

    @property
    def following(self) -> list[str]:
        """The next two lines of the document that are not blank, or fewer."""
        here = (self.after,) if self.after and not self.around.before.strip() else ()
        return list(islice(chain(here, filter(str.strip, self.around.below)), 2))

    def closes(self, base: int) -> bool:
        """Whether the document ends the block around lines that are indented by `base`."""
        above = (*self.around.above, self.around.before)
        header = next((i for i in map(_depth, reversed(above)) if i is not None and i < base), 0)
        words = marks_of(self.around.language_id).words
        below = (self.after, *self.around.below)
        for line in below:
            depth = _depth(line)
            if depth is not None and depth <= header:
                return depth == header and is_closing(line, words)
        return False


def is_closing(line: str, words: tuple[str, ...]) -> bool:
    """Whether a line begins with what closes a block."""
    line = line.lstrip()
    return line.startswith(CLOSING) or any(
        line.startswith(word) and not line[len(word) :][:1].isalnum() for word in words
    )


def _string(around: Surroundings, line: Scan, marks: Delimiters) -> str:
    """Return the quote behind the cursor that ends what the cursor is in, or nothing."""
    language, until = around.language_id, line.until
    if len(line.nested) > 1:  # in code within a string, or in a string of that
        inner = line.nested[-1:]
        ended = is_string(inner[0], marks) and string_end(around.after, 0, inner, marks).closed
        return closer_of(inner[0], marks) if ended else ""
    quotes = ['"', "'"] if language in TAGS or language.endswith("react") else []
    quotes += ["`", "**"] if language in PROSE else []
    before = around.before
    if language in TAGS or language.endswith("react"):
        tag = before.rfind("<")
        before = before[tag:] if tag > before.rfind(">") else ""
    begun = [quote for quote in quotes if ends_string(quote, before)]
    if until in ("", "\n") or (marks.block and until == marks.block[1]):
        quote = begun[0] if begun else ""
    else:
        quote = until
    return quote if quote and ends_string(quote, around.after) else ""


def _text_below(around: Surroundings, until: str, marks: Delimiters) -> str:
    """Return what ends the string or comment that the cursor is in, if a line below has that."""
    begin = next((begin for begin, end in marks.many_lines if end == until), "")
    if not begin or until in around.after:
        return ""
    below = "\n".join(around.below)
    found = below.find(until)
    if found < 0:
        return ""
    if begin != until:
        other = below.find(begin)
        return until if other < 0 or found < other else ""
    if until in ('"', "'") and below[below.rfind("\n", 0, found) + 1 : found].strip():
        return ""  # in a comment, an apostrophe
    return until if ends_string(until, below) else ""


def _depth(line: str) -> int | None:
    return indentation(line) if line.strip() else None


# What stands above a line is read once, and not for each key that is typed on it.
_KEPT = 4
"""Places that are remembered: where one types, and where one would if a suggestion is accepted."""


@remembered(_KEPT)
def _head(lines: tuple[str, ...], marks: Delimiters) -> tuple[tuple[str, ...], str]:
    """Return the last of the lines, from one on that is no part of a string, and what is begun."""
    in_text = texts_at(lines, marks)
    first = window(lines, len(lines), before=ABOVE, after=0, in_text=in_text).start
    return lines[first:], in_text[-1]


def _opened(head: tuple[str, ...], before: str, marks: Delimiters) -> list[tuple[str, bool, int]]:
    """Return what is open after lines: closer, whether the last line opened it, indentation."""
    stack, until = _opened_above(head, marks)
    state = scan_line(before, marks, Scan(until=until))
    left = stack[: len(stack) - min(len(state.unmatched), len(stack))]
    return [*left, *((closer, True, indentation(before)) for closer in state.open)]


@remembered(_KEPT)
def _opened_above(
    head: tuple[str, ...], marks: Delimiters
) -> tuple[tuple[tuple[str, bool, int], ...], str]:
    state, stack = Scan(), list[tuple[str, bool, int]]()
    for line in head:
        state = scan_line(line, marks, Scan(until=state.until))
        del stack[len(stack) - min(len(state.unmatched), len(stack)) :]
        stack += [(closer, False, indentation(line)) for closer in state.open]
    return tuple(stack), state.until


def _missing(
    opened: list[tuple[str, bool, int]], around: Surroundings
) -> list[tuple[str, bool, int]]:
    """Return the innermost brackets that the text after the cursor does not close.

    A closing bracket below belongs to the bracket whose line is indented as it is; else a
    function that is just being written would take the bracket of what is around it. Where fewer
    are closed than the cursor's line has opened, they are its outer ones.
    """
    marks, state = marks_of(around.language_id), Scan()
    stack, first, closed = list(opened), len(opened), list[str]()
    for number, line in enumerate((around.after, *around.below[:BELOW])):
        in_text = state.in_text
        state = scan_line(line, marks, state)
        if number and line.strip() and not in_text and not is_closing(line, ()):
            # What began on a line as far to the left is over.
            while stack and indentation(line) <= stack[-1][2]:
                if closed:
                    return _inner(opened, closed) or opened[first:]
                stack.pop()
        for place in state.unmatched:
            depth = indentation(line) if number else None
            while stack:
                closer, own, indent = stack[-1]
                if closer == line[place] and (depth is None or depth >= indent):
                    first = first if closed else len(stack)
                    if not own:
                        return opened[first:]
                    closed.append(closer)
                    stack.pop()
                    break
                if closed:
                    return _inner(opened, closed) or opened[first:]
                stack.pop()
    return (_inner(opened, closed) or opened[first:]) if closed else opened


def _inner(opened: list[tuple[str, bool, int]], closed: list[str]) -> list[tuple[str, bool, int]]:
    """Return the inner brackets of a line whose outer ones are closed; none if these are others."""
    own = [closer for closer, own, _ in reversed(opened) if own]
    count = len(own) - len(closed)
    return opened[len(opened) - count :] if count > 0 and own[count:] == closed else []
