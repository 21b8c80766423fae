"""The perfect model: at a place of a real file it writes exactly what stood there.

Whatever then is not the file again, once it is accepted, is our own rules' doing.
"""

from __future__ import annotations

import random
import re
from collections.abc import AsyncGenerator, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from fimls.backend.base import Chunk, GenerateRequest, Usage
from fimls.completion import Completion, CompletionService, Query
from fimls.completion.post_processing import post_process
from fimls.completion.stopping import Stopping
from fimls.completion.surroundings import Surroundings
from fimls.prompt import PromptTokenizer
from fimls.settings import Layer, Settings, resolve
from fimls.syntax import in_comment, in_string, parse
from fimls.text import Document, Point, Text
from support.autopairs import Typing
from support.toy_backend import ToyBackend

LANGUAGES = {
    ".c": "c",
    ".cpp": "cpp",
    ".cs": "csharp",
    ".css": "css",
    ".go": "go",
    ".h": "c",
    ".hpp": "cpp",
    ".html": "html",
    ".java": "java",
    ".js": "javascript",
    ".json": "json",
    ".jsx": "javascriptreact",
    ".kt": "kotlin",
    ".lua": "lua",
    ".mjs": "javascript",
    ".php": "php",
    ".py": "python",
    ".rb": "ruby",
    ".rs": "rust",
    ".scala": "scala",
    ".sh": "shellscript",
    ".swift": "swift",
    ".toml": "toml",
    ".ts": "typescript",
    ".tsx": "typescriptreact",
    ".yaml": "yaml",
    ".yml": "yaml",
}
MOST_LINES = 6
"""Lines that it may take until all is closed that the editor closed."""

RUNS_ON = 1_200
"""Characters of the file that a model writes which does not know when to stop."""

PIECE = 5
"""Characters that arrive at a time."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """One cursor, and what stood there.

    Attributes:
        kind: what was deleted: ``rest`` of the line, ``span`` within it, whole ``line`` or
            ``lines``.
        behind: what stands behind the cursor: ``nothing``, ``closed`` or the true ``rest``.
        runs_on: whether the model writes on behind what stood there.
        prefix: the document before the cursor.
        truth: what stood there.
        left: what stands behind the cursor on its line.
        suffix: the lines below, with the line end before them.
        closed: what stands behind the cursor as the editor closed it, the next one first.
        inside: whether the line begins in a string or comment.
    """

    language: str
    source: str
    kind: str
    behind: str
    runs_on: bool
    prefix: str
    truth: str
    left: str
    suffix: str
    closed: tuple[str, ...] = ()
    inside: bool = False

    @property
    def file(self) -> str:
        """The document as it was."""
        rest = self.left if self.behind == "rest" else ""
        return self.prefix + self.truth + rest + self.suffix

    @property
    def written(self) -> str:
        """What the model writes."""
        rest = self.left if self.behind == "rest" else ""
        return self.truth + (rest + self.suffix)[: RUNS_ON * self.runs_on]

    @property
    def query(self) -> Query:
        """What is asked."""
        text = Text.parse(self.prefix + self.left + self.suffix)
        document = Document(uri="file:///w/a", language_id=self.language, version=1, text=text)
        line = self.prefix.count("\n")
        return Query(document=document, cursor=Point(line, len(self.prefix.rpartition("\n")[2])))

    def accepted(self, completion: Completion) -> str:
        """Return the document once the completion is accepted."""
        replaced = completion.end.column - completion.start.column
        return self.prefix + completion.text + self.left[replaced:] + self.suffix

    def judge(self, completions: list[Completion]) -> str:
        """Return what came of it: ``exact``, ``beginning``, ``nothing`` or ``spoilt``."""
        if not completions:
            return "nothing"
        accepted = self.accepted(completions[0])
        if _same(accepted) == _same(self.file):
            return "exact"
        text = completions[0].text.rstrip()
        begun = self.truth.startswith(text) and text != self.truth
        return "beginning" if begun else "spoilt"

    def why(self) -> str:
        """Return the rules that had a say, for people to read."""
        around = Surroundings.of(self.query)
        stopping = Stopping(around, lines="auto", max_lines=20)
        for end in range(PIECE, len(self.written) + PIECE, PIECE):
            if stopping.feed(self.written[:end]):
                break
        filtered = post_process(stopping.shown, around)
        stopped = stopping.why if len(stopping.shown) < len(self.truth.rstrip()) else None
        names = ([f"stop:{stopped}"] if stopped else []) + list(filtered.changed_by)
        return " ".join(names) or f"goes on ({stopping.why})"


def _same(text: str) -> str:
    return re.sub(r"[ \t]+$", "", text, flags=re.MULTILINE).rstrip()


class PerfectBackend(ToyBackend):
    """An engine that writes what it is told, in small pieces."""

    def __init__(self) -> None:
        """Nothing is told yet."""
        self.text = ""
        self.asked = 0

    async def stream(self, request: GenerateRequest) -> AsyncGenerator[Chunk, None]:
        """Write it."""
        self.asked += 1
        text = self.text
        for count, start in enumerate(range(0, len(text), PIECE), 1):
            last = start + PIECE >= len(text)
            yield Chunk(
                text=text[start : start + PIECE],
                usage=Usage(prompt_tokens=len(request.input_ids), completion_tokens=count),
                finish_reason="stop" if last else None,
            )


class PerfectModel:
    """All below LSP, with an engine that always knows best."""

    def __init__(self, tokenizer: Path, *, reuse: bool = False) -> None:
        """Take the settings as they are, but for what remembers between places, unless `reuse`."""
        own = {"reuse": reuse, "speculation": False, "debounce_ms": 0, "reranking": False}
        values = {
            "completion": own,
            "prompt": {"layout": "whole", "prefix_tokens": 64, "suffix_tokens": 64},
        }
        settings, problems = resolve([Layer(name="test", values=values)])
        assert not problems
        self.settings: Settings = settings
        self._backend = PerfectBackend()
        loaded = PromptTokenizer.load(str(tokenizer))
        self._service = CompletionService(
            backend=self._backend, settings=settings, load_tokenizer=lambda _: loaded
        )

    async def complete(self, place: Place) -> list[Completion]:
        """Return what is proposed at a place."""
        self._backend.text = place.written
        return await self._service.complete(place.query)

    async def type_through(self, place: Place) -> str | None:
        """Type the first line of what is shown, key by key in an editor that closes brackets.

        Returns:
            None where the file is not shown at once, or what the editor closes is not the file's;
            else the worst that is shown on the way, as
            `Place.judge` has it, or ``asked`` if the engine was asked again.
        """
        self._service.forget(place.query.document.uri)
        completions, asked = await self.complete(place), self._backend.asked
        if place.judge(completions) != "exact":
            return None
        line = completions[0].text.partition("\n")[0]
        before = place.prefix.rpartition("\n")[2]
        typing = Typing(place.language, before, list(place.closed), place.inside)
        whole = Typing(place.language, before, list(place.closed), place.inside)
        whole.type(line)
        replaced = completions[0].end.column - completions[0].start.column
        if whole.rest != place.left[replaced:]:
            return None  # the editor would close what the file closes on a line below
        for typed, key in enumerate(line[:-1], 1):
            typing.type(key)
            if typing.partly:
                continue
            prefix = place.prefix + line[:typed]
            now = replace(place, prefix=prefix, truth=place.truth[typed:], left=typing.rest)
            completions = await self.complete(now)
            if completions and (outcome := now.judge(completions)) != "exact":
                return outcome
            done = "".join(now.truth.split()) in ("", "".join(typing.rest.split()))
            if not completions and not done:
                return "nothing"
        return "exact" if self._backend.asked == asked else "asked"

    async def aclose(self) -> None:
        """Close what was opened."""
        await self._service.aclose()


def places_of(text: str, language: str, source: str, chance: random.Random) -> Iterator[Place]:
    """Yield places of a file, each of its own kind, without end or until there are none."""
    parsed = parse(text, language)
    lines, starts = text.split("\n"), [0]
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)
    filled = [number for number, line in enumerate(lines) if line.strip()]
    kinds = ("rest", "rest", "closed", "closed", "closed", "span", "span", "line", "lines")
    if not filled:
        return
    while True:
        number, kind = chance.choice(filled), chance.choice(kinds)
        line, start = lines[number], starts[number]
        indent = len(line) - len(line.lstrip())
        code = line.rstrip()
        behind, left, closers = "nothing", "", tuple[str, ...]()
        within = _inside(parsed, start + indent)
        first, last = start + indent, start + len(code)
        if kind == "lines":
            last = starts[min(number + chance.randrange(1, 5), len(lines) - 1)] - 1
        elif kind != "line":
            ends = [m.start() for m in re.finditer(r"\b|(?<=[^\w\s])|(?<=\s)", code)]
            first = start + chance.choice([end for end in ends if end >= indent] or [indent])
        if kind == "span":
            last = start + chance.randrange(first - start, len(code) + 1)
            behind, left = "rest", text[last : start + len(line)]
        if kind == "closed":
            typing = Typing(language, text=line[:indent], inside=within)
            typing.type(line[indent : first - start])
            kind, behind, left, closers = "rest", "closed", typing.rest, tuple(typing.behind)
            closed = _where_closed(typing, text, first)
            if not left or closed is None or typing.partly:
                continue
            last = closed
        truth = text[first:last]
        if truth.strip() == left.strip():
            continue  # it is there already
        if not truth.strip() or (behind == "rest" and not left.strip()):
            continue
        end = text.find("\n", last)
        below = text[end if end >= 0 else len(text) :]
        yield Place(
            language=language,
            source=f"{source}:{number + 1}",
            kind=kind,
            behind=behind,
            runs_on=chance.random() < 0.5,
            prefix=text[:first],
            truth=truth,
            left=left,
            suffix=below,
            closed=closers,
            inside=within,
        )


def _inside(parsed: object, at: int) -> bool:
    return bool(parsed) and (in_string(parsed, at) or in_comment(parsed, at))


def _where_closed(typing: Typing, text: str, at: int) -> int | None:
    """Return the end of the line on which the last closer would be typed over, if it is near."""
    own = Typing(typing.language, typing.text, list(typing.behind), typing.inside)
    waiting = len(own.behind)
    for number in range(MOST_LINES):
        end = text.find("\n", at)
        end = end if end >= 0 else len(text)
        for key in text[at:end]:
            own.type(key)
            waiting = min(waiting, len(own.behind))
            if not waiting:
                return len(text[:end].rstrip(" \t\r"))
        if any(closer[0] in "\"'" and len(closer) == 1 for closer in own.behind[-waiting:]):
            return None  # a string that its line does not close was no string
        at = end + 1
        if at >= len(text) or number + 1 == MOST_LINES:
            return None
        own.text = ""
    return None


def files_in(folders: list[Path]) -> dict[str, list[Path]]:
    """Return the files of each language in folders; those nobody wrote by hand are left out."""
    found: dict[str, list[Path]] = {}
    for folder in folders:
        for path in sorted(folder.rglob("*")) if folder.is_dir() else [folder]:
            language = LANGUAGES.get(path.suffix)
            if language is None or not path.is_file() or ".min." in path.name:
                continue
            if 400 <= path.stat().st_size <= 120_000:
                if "c++" in path.parts:
                    language = "cpp"
                found.setdefault(language, []).append(path)
    return found


def read(path: Path) -> str | None:
    """Return a file's text with plain line ends, or None where people would not edit it."""
    try:
        text = path.read_text("utf-8").replace("\r\n", "\n")
    except (OSError, UnicodeDecodeError):
        return None
    lines = text.split("\n")
    return text if "\r" not in text and max(map(len, lines)) < 400 else None
