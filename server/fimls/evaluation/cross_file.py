"""Places that commits wrote where a line goes on with what another file defines, and others.

Three kinds, in lines that a commit added, with all other files as they were before it:

- ``imported``: right behind ``Name(`` or ``Name.`` of a name that the file imports and another one
  defines;
- ``member``: right behind the ``.`` of a member that exactly one other file defines, and that
  stands nowhere else in this file;
- ``control``: before a word at random.

The document is as its author had it: what the commit put above is there, what it put below is not.
"""

from __future__ import annotations

import random
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

from fimls.evaluation.git_history import Written
from fimls.text import Document, Point, Text

Kind: TypeAlias = Literal["imported", "member", "control"]
KINDS: tuple[Kind, ...] = ("imported", "member", "control")

LANGUAGES = frozenset(("python", "typescript", "typescriptreact"))

CONTROLS = 5
"""So many controls for each site of another kind: most lines are no site."""

_WORD = re.compile(r"[^\W\d]\w*")
_USE = re.compile(r"\b(?P<name>[^\W\d]\w*)[.(](?=\w)")
_MEMBER = re.compile(r"\.(?P<name>[^\W\d]\w*)")
_IMPORT = re.compile(
    r"^\s*from\s+\S+\s+import\s+(?:\((?P<many>[^)]*)\)|(?P<one>[^\n]*))"
    r"|^\s*import\s+(?:type\s+)?(?:\w+\s*,\s*)?\{(?P<script>[^}]*)\}",
    re.MULTILINE,
)
_NO_CODE = ("#", "//", "*", "/*", "import", "from", "export {", "} from")

Defined: TypeAlias = Callable[[str], set[str]]
"""Returns the paths of the files that define a name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """One place.

    Attributes:
        kind: of the three.
        path: the file's, from the root.
        document: the file, without the rest of the cursor's line.
        cursor: where one types.
        rest: what was written there, up to the line's end.
    """

    kind: Kind
    path: str
    document: Document
    cursor: Point
    rest: str

    @property
    def name(self) -> str:
        """What stands for the site within its commit."""
        return f"{self.kind} {self.path}:{self.cursor.line}:{self.cursor.column}"


def sites(
    written: Iterable[Written], defined: Defined, *, each: int, choose: random.Random
) -> list[Site]:
    """Return up to so many sites of each kind of what one commit wrote, chosen at random."""
    found = defaultdict[Kind, list[Site]](list)
    for hunk in written:
        if hunk.language_id in LANGUAGES:
            for site in _of(hunk, defined, choose):
                found[site.kind].append(site)
    many = {"control": CONTROLS * each}
    return [
        site
        for kind in KINDS
        for site in choose.sample(found[kind], min(many.get(kind, each), len(found[kind])))
    ]


def _of(hunk: Written, defined: Defined, choose: random.Random) -> Iterator[Site]:
    lines = hunk.above + hunk.added
    text = "".join((*lines, *hunk.below))
    imported = {
        name
        for match in _IMPORT.finditer(text)
        for name in _WORD.findall(match["many"] or match["one"] or match["script"] or "")
    }
    stands = Counter(_WORD.findall(text))

    def site(kind: Kind, number: int, column: int) -> Site:
        rest = lines[number].rstrip("\n")[column:]
        held = (*lines[:number], lines[number][:column] + "\n", *hunk.below)
        document = Document(
            uri=f"file:///{hunk.path}",
            language_id=hunk.language_id,
            version=1,
            text=Text.parse("".join(held)),
        )
        cursor = Point(number, column)
        return Site(kind=kind, path=hunk.path, document=document, cursor=cursor, rest=rest)

    for number in range(len(hunk.above), len(lines)):
        line = lines[number]
        if not line.strip() or line.lstrip().startswith(_NO_CODE):
            continue
        for match in _USE.finditer(line):
            if match["name"] in imported and defined(match["name"]) - {hunk.path}:
                yield site("imported", number, match.end())
        for match in _MEMBER.finditer(line):
            if stands[match["name"]] == 1:
                owners = defined(match["name"])
                if len(owners) == 1 and hunk.path not in owners:
                    yield site("member", number, match.start() + 1)
        words = [match.start() for match in _WORD.finditer(line)]
        if words:
            yield site("control", number, choose.choice(words))
