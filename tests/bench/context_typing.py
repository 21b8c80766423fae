"""What other files in the prompt cost an engine while one types in three files in turn.

    python tests/bench/context_typing.py FOLDER FILE FILE FILE [--keys 1500]

Blocks of the files are typed again, 50 keys in one file, then 50 in the next. Each key's prompt is
laid out with and without what other files have, and what an engine would read newly is counted
against all prompts before it, as a radix cache keeps them; what is read ahead is counted apart. No
engine is needed: the figures are exact.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
from array import array
from collections import deque
from dataclasses import replace
from itertools import islice
from pathlib import Path

import attrs

from fimls.backend.base import ModelInfo
from fimls.bench.module_traces import from_module
from fimls.completion.prompt_layout import PromptLayout
from fimls.completion.served_model import ServedModel
from fimls.context import Snippet, near
from fimls.context.cursor_site import place
from fimls.context.finder import Finder, Look
from fimls.context.index import Store, build
from fimls.prompt import PromptBuilder, PromptTokenizer, choose_template
from fimls.settings import Settings

sys.path.insert(0, str(Path(__file__).parents[1]))
from support.editing import SOURCE

TURN = 50
"""Keys in one file before the next one's turn."""

KEPT = 64
"""Prompts that are compared with; older ones begin as one of them does."""


class Cache:
    """What a radix cache would have: the prompts that were read."""

    def __init__(self) -> None:
        self._read: deque[bytes] = deque(maxlen=KEPT)

    def read(self, ids: tuple[int, ...]) -> int:
        """Read a prompt; returns how many tokens of it were new."""
        data = array("I", ids).tobytes()
        known = max((_common(data, each) for each in self._read), default=0)
        self._read.append(data)
        return len(ids) - known


def _common(one: bytes, other: bytes) -> int:
    low, high = 0, min(len(one), len(other)) // 4
    while low < high:
        middle = (low + high + 1) // 2
        if one[: 4 * middle] == other[: 4 * middle]:
            low = middle
        else:
            high = middle - 1
    return low


def main() -> None:
    """Print the figures with and without other files."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("files", nargs="+", help="paths from the folder")
    parser.add_argument("--keys", type=int, default=1_500)
    parser.add_argument("--tokenizer", default=str(SOURCE / "engine/embedded"))
    args = parser.parse_args()
    tokenizer = PromptTokenizer.load(args.tokenizer)
    template = choose_template("auto", model=args.tokenizer, has_token=tokenizer.has_token)
    info = ModelInfo(model_path="bench", tokenizer_path="", context_length=32_768)
    settings = Settings()
    settings = attrs.evolve(settings, context=attrs.evolve(settings.context, search_ms=10_000))
    served = ServedModel(info=info, builder=PromptBuilder(template, tokenizer))
    root = args.folder.resolve()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "index.sqlite"
        store = Store(file)
        build(store, root, excluded=lambda p, language: False, rules="", most_files=20_000,
              most_bytes=262_144)  # fmt: skip
        finder = Finder(root, settings.context, store=store)
        for name, with_others in (("without", False), ("with", True)):
            report(name, root, args.files, args.keys, PromptLayout(served, settings),
                   finder if with_others else None)  # fmt: skip
        finder.close()


def report(
    name: str, root: Path, paths: list[str], keys: int, layout: PromptLayout, finder: Finder | None
) -> None:
    """Type, and print what it cost."""
    queries = [from_module(root / path, seed=0).queries() for path in paths]
    cache, typing, jumps, ahead = Cache(), list[int](), list[int](), list[int]()
    looked: dict[str, object] = {}
    shown: dict[str, tuple[int, tuple[Snippet, ...]]] = {}
    blocks, turn, last = 0, 0, -1
    while len(typing) + len(jumps) < keys:
        which = turn % len(paths)
        path, turn = paths[which], turn + 1
        for number, query in enumerate(islice(queries[which], TURN)):
            line, snippets = shown.get(path, (0, ()))
            is_near = near(query.document.text.lines, line, query.cursor.line)
            query = replace(query, snippets=snippets if is_near else ())
            jumped = number == 0 or abs(query.cursor.line - last) > 2
            last = query.cursor.line
            (jumps if jumped else typing).append(cache.read(layout.ask(query).prompt.input_ids))
            here = place(query.document.text.lines, *query.cursor)
            if finder is None or not here.mark or looked.get(path) == here.key:
                continue
            looked[path] = here.key
            found = finder.find(Look(document=query.document, path=path, cursor=query.cursor))
            if found and not (query.snippets and query.snippets[0] == found[0]):
                asked = replace(query, snippets=found)
                ahead.append(cache.read(layout.ask(asked).prompt.input_ids))
                blocks += 1
                shown[path] = query.cursor.line, found
            elif found:
                shown[path] = query.cursor.line, query.snippets
    typing.sort()
    everything = sum(typing) + sum(jumps)
    print(
        f"{name} other files: {len(typing)} keys, {len(jumps)} jumps, {blocks} times another block"
    )
    print(
        f"  newly read for a key p50 {typing[len(typing) // 2]} p90 {typing[9 * len(typing) // 10]}"
        f" p99 {typing[99 * len(typing) // 100]} mean {statistics.mean(typing):.1f};"
        f" for a jump p50 {statistics.median(jumps):.0f}"
    )
    print(
        f"  read ahead {sum(ahead)} tokens ({sum(ahead) / max(1, len(ahead)):.0f} at a time,"
        f" {sum(ahead) / (len(typing) + len(jumps)):.1f} a key); all keys {everything}"
    )


if __name__ == "__main__":
    main()
