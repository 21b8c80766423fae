"""A repository as the sources see it: its index, and what is open in the editor over that."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from fimls.context.index import Definition, Store, entry
from fimls.context.index.files import Excluded, file_at, stamp_of, text_of
from fimls.context.languages import together
from fimls.context.open_documents import OpenDocuments
from fimls.context.secrets import masked
from fimls.context.terms import terms
from fimls.text import Document

_CANDIDATES = 24
"""Windows of the index that are looked for: some are of files that are open, or of others."""

_READ = 6
"""Windows of the index, and of each open document, that are read and looked at more closely."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """A document that is open, and may be read.

    Attributes:
        path: from the repository's root, or its name where it is elsewhere.
        document: its snapshot.
    """

    path: str
    document: Document


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Lines of a file with their terms.

    Attributes:
        path: the file's.
        first: number of the first line.
        text: the lines.
        terms: what they have.
    """

    path: str
    first: int
    text: str
    terms: Collection[str]


class Repository:
    """One folder's index, and the documents that are open; for one thread at a time."""

    def __init__(self, root: Path | None, store: Store | None, *, most_bytes: int) -> None:
        """A repository without an index has the open documents only."""
        self.root = root
        self._store = store
        self._most_bytes = most_bytes
        self._opened = OpenDocuments()

    def update(self, path: str, *, excluded: Excluded) -> None:
        """Bring the index up to date with one file, which may be gone."""
        if self._store is None or self.root is None:
            return
        file = file_at(self.root, path, excluded=excluded, most_bytes=self._most_bytes)
        text = None if file is None else text_of(self.root, path, most_bytes=self._most_bytes)
        made = None if file is None or text is None else entry(text, file.language_id)
        self._store.put([(path, file.stamp if file else "", made)])

    def weights(self, terms: Collection[str]) -> dict[str, float]:
        """Return what each term weighs; without an index all weigh the same."""
        known = {} if self._store is None else self._store.weights(terms)
        return known or dict.fromkeys(terms, 1.0)

    def windows(
        self,
        weights: Mapping[str, float],
        language_id: str,
        opened: Sequence[Open],
        *,
        needed: str,
        skip: Callable[[str, int, int], bool],
        until: float,
    ) -> Iterator[Window]:
        """Yield windows that have a term, and as much as can be of others.

        Args:
            weights: what each term weighs that is looked for.
            language_id: the language that they must be of, or go with.
            opened: the open documents.
            needed: the term that they must have.
            skip: says of lines of a file that they do not matter.
            until: when it gives up, by `time.monotonic`.
        """
        yield from self._of_index(weights, language_id, opened, needed=needed, until=until)
        for each in opened:
            if together(each.document.language_id, language_id):
                found = self._opened.windows(
                    each.document,
                    weights,
                    needed=needed,
                    skip=lambda first, end, path=each.path: skip(path, first, end),
                    most=_READ,
                )
                for lines, has in found:
                    text = "".join(each.document.text.lines[lines.first : lines.end])
                    text = masked(text.replace("\r\n", "\n").rstrip("\n"))
                    yield Window(path=each.path, first=lines.first, text=text, terms=has)

    def _of_index(
        self,
        weights: Mapping[str, float],
        language_id: str,
        opened: Sequence[Open],
        *,
        needed: str,
        until: float,
    ) -> Iterator[Window]:
        if self._store is None or needed not in weights:
            return
        ours, read = {each.path for each in opened}, 0
        for hit in self._store.search(weights, needed=needed, most=_CANDIDATES, until=until):
            if hit.path in ours or not together(hit.language_id, language_id):
                continue
            text = self._read(hit.path, hit.stamp, hit.first, hit.end)
            if text is not None:
                yield Window(path=hit.path, first=hit.first, text=text, terms=terms(text))
            read += 1
            if read == _READ:
                return

    def lines(self, path: str, first: int, end: int) -> str | None:
        """Return lines of a file as it was indexed, without its secrets; None if it changed."""
        stamp = None if self._store is None else self._store.stamp(path)
        return None if stamp is None else self._read(path, stamp, first, end)

    def definitions(self, name: str, opened: Sequence[Open], *, most: int) -> list[Definition]:
        """Return where a name is defined; open documents have what they say now."""
        return self._both(
            opened,
            name,
            most,
            lambda tag: tag.name == name,
            lambda store: store.definitions(name, most=most + len(opened)),
        )

    def members(self, owner: str, opened: Sequence[Open], *, most: int) -> list[Definition]:
        """Return the members of the types of a name."""
        return self._both(
            opened,
            owner,
            most,
            lambda tag: tag.owner == owner,
            lambda store: store.members(owner, most=most + len(opened)),
        )

    def text_at(self, found: Definition, opened: Sequence[Open]) -> str | None:
        """Return the lines of a definition."""
        for each in opened:
            if each.path == found.path:
                lines = each.document.text.lines[found.first : found.end]
                return masked("".join(lines).replace("\r\n", "\n").rstrip("\n"))
        return self.lines(found.path, found.first, found.end)

    def marks_behind(self, name: str, opened: Sequence[Open]) -> list[str]:
        """Return what other files have behind a name: ``(`` where they define it, ``.``."""
        defined = self.definitions(name, opened, most=1)
        used = self._store is not None and self._store.weights([f"{name.lower()}."])
        return ["("] * bool(defined) + ["."] * bool(defined or used)

    def modules(self, name: str, *, most: int) -> list[str]:
        """Return the paths of files that are called so, or that stand for a folder so called."""
        if self._store is None:
            return []
        name = "".join(char for char in name if char.isalnum() or char == "_")
        return [
            path
            for pattern in (f"{name}.*", f"*/{name}.*", f"*/{name}/__init__.py")
            for path in self._store.paths(pattern, most=most)
        ]

    def in_file(self, path: str, *, most: int) -> list[Definition]:
        """Return what a file defines."""
        return [] if self._store is None else self._store.in_file(path, most=most)

    @property
    def dropped(self) -> bool:
        """Whether somebody deleted the index since it was opened."""
        return self._store is not None and self._store.dropped

    def close(self) -> None:
        """Close the index."""
        if self._store is not None:
            self._store.close()

    def _both(
        self,
        opened: Sequence[Open],
        name: str,
        most: int,
        wanted: Callable[[Definition], bool],
        stored: Callable[[Store], list[Definition]],
    ) -> list[Definition]:
        found = list[Definition]()
        for each in opened:
            for tag in self._opened.tags(each.document, name):
                one = Definition(each.path, tag.name, tag.owner, tag.first, tag.end)
                if wanted(one):
                    found.append(one)
        if self._store is not None:
            ours = {each.path for each in opened}
            found += [each for each in stored(self._store) if each.path not in ours]
        return found[:most]

    def _read(self, path: str, stamp: str, first: int, end: int) -> str | None:
        if self.root is None:
            return None
        text = text_of(self.root, path, most_bytes=self._most_bytes)
        if text is None or stamp_of(self.root, path) != stamp:
            return None
        lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n", end)
        return masked("\n".join(lines[first:end]))
