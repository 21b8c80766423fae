"""Places in a repository where a line goes on with what another file defines, and others.

Three kinds, as files of the repository have them now:

- ``imported``: right behind ``Name(`` or ``Name.`` of a name that the file imports and another one
  defines;
- ``member``: right behind the ``.`` of a member that exactly one other file defines, and that
  stands nowhere else in this file;
- ``control``: before a word at random.

The file itself is never looked at for snippets, as it would be before its author wrote the line.
"""

from __future__ import annotations

import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from fimls.context.index.files import files, text_of
from fimls.syntax import parse
from fimls.syntax.tags import tags
from fimls.text import Document, Point, Text

Kind: TypeAlias = Literal["imported", "member", "control"]
KINDS: tuple[Kind, ...] = ("imported", "member", "control")

LANGUAGES = ("python", "typescript", "typescriptreact")

_MOST_BYTES = 256 * 1_024
_WORD = re.compile(r"[^\W\d]\w*")
_USE = re.compile(r"\b(?P<name>[^\W\d]\w*)[.(](?=\w)")
_MEMBER = re.compile(r"\.(?P<name>[^\W\d]\w*)")
_IMPORT = re.compile(
    r"^\s*from\s+\S+\s+import\s+(?:\((?P<many>[^)]*)\)|(?P<one>[^\n]*))"
    r"|^\s*import\s+(?:type\s+)?\{(?P<script>[^}]*)\}",
    re.MULTILINE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """One place.

    Attributes:
        kind: of the three.
        path: the file's, from the root.
        document: the file, without the rest of the cursor's line.
        cursor: where one types.
        rest: what stood there, up to the line's end.
    """

    kind: Kind
    path: str
    document: Document
    cursor: Point
    rest: str

    @property
    def name(self) -> str:
        """What stands for the site in a record."""
        return f"{self.kind} {self.path}:{self.cursor.line}:{self.cursor.column}"


def sites(root: Path, *, each: int, seed: int) -> list[Site]:
    """Return so many sites of each kind, chosen at random from the whole repository."""
    texts = dict[str, tuple[str, str]]()
    defined = defaultdict[str, set[str]](set)
    for file in files(root, excluded=lambda path, language: False, most_bytes=_MOST_BYTES):
        text = text_of(root, file.path, most_bytes=_MOST_BYTES)
        if file.language_id not in LANGUAGES or text is None:
            continue
        texts[file.path] = text.replace("\r\n", "\n"), file.language_id
        parsed = parse(texts[file.path][0], file.language_id)
        for tag in tags(parsed, file.language_id) if parsed else ():
            defined[tag.name].add(file.path)
    choose, found = random.Random(seed), defaultdict[Kind, list[Site]](list)
    for path, (text, language_id) in sorted(texts.items()):
        for site in _of(path, text, language_id, defined, choose):
            found[site.kind].append(site)
    chosen = [choose.sample(found[kind], min(each, len(found[kind]))) for kind in KINDS]
    return [site for group in chosen for site in group]


def _of(
    path: str,
    text: str,
    language_id: str,
    defined: Mapping[str, set[str]],
    choose: random.Random,
) -> Iterator[Site]:
    imported = {
        name
        for match in _IMPORT.finditer(text)
        for name in _WORD.findall(match["many"] or match["one"] or match["script"] or "")
    }
    stands, lines = Counter(_WORD.findall(text)), Text.parse(text).lines

    def site(kind: Kind, line: int, column: int) -> Site:
        rest = lines[line].rstrip("\n")[column:]
        held = (*lines[:line], lines[line][:column] + "\n", *lines[line + 1 :])
        document = Document(
            uri=f"file:///{path}", language_id=language_id, version=1, text=Text(held)
        )
        return Site(kind=kind, path=path, document=document, cursor=Point(line, column), rest=rest)

    for number, line in enumerate(lines):
        if not line.strip() or line.lstrip().startswith(("#", "//", "import", "from", "export {")):
            continue
        for match in _USE.finditer(line):
            if match["name"] in imported and defined.get(match["name"], set()) - {path}:
                yield site("imported", number, match.end())
        for match in _MEMBER.finditer(line):
            owners = defined.get(match["name"], set())
            if len(owners) == 1 and path not in owners and stands[match["name"]] == 1:
                yield site("member", number, match.start() + 1)
        words = [match.start() for match in _WORD.finditer(line)]
        if words:
            yield site("control", number, choose.choice(words))
