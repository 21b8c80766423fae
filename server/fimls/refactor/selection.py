"""What a code action is asked about: a snapshot and a part of it; no LSP types."""

from __future__ import annotations

from dataclasses import dataclass

from fimls.syntax import Parsed
from fimls.text import Document


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """A diagnostic that the editor shows.

    Attributes:
        start: offset of its first character in the text.
        end: offset after its last character.
        message: what it says.
        code: its name, or empty.
        source: the tool that reports it, or empty.
    """

    start: int
    end: int
    message: str
    code: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """What the user has selected, in one snapshot of one document.

    Offsets, here and in all of `fimls.refactor`, count code points of `text`.

    Attributes:
        document: the immutable snapshot.
        text: the whole text of it.
        start: offset where the selection begins.
        end: offset where it ends; equal to `start` for a bare cursor.
        problems: the diagnostics in it.
        parsed: the text's syntax tree, or None where there is no grammar for its language.
        siblings: paths of files of the same project, from the root and with slashes, that an action
            may look at by name, for example to find where its tests are. They are only there when
            an action is carried out; empty for editors on other machines.
        renamed_elsewhere: whether the editor has a provider that renames across files.
    """

    document: Document
    text: str
    start: int
    end: int
    problems: tuple[Problem, ...] = ()
    parsed: Parsed | None = None
    siblings: tuple[str, ...] = ()
    renamed_elsewhere: bool = False

    @property
    def language(self) -> str:
        """The document's LSP language identifier."""
        return self.document.language_id

    @property
    def selected(self) -> str:
        """The selected text, empty for a bare cursor."""
        return self.text[self.start : self.end]
