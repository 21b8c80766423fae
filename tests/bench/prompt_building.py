"""How long a keystroke's prompt takes in a 20,000-line file, beside tokenizing that file whole.

    python tests/bench/prompt_building.py

Both are measured in turns in one run; the figure that counts is their ratio.
"""

from __future__ import annotations

import statistics
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from fimls.backend.base import ModelInfo
from fimls.completion import Query
from fimls.completion.prompt_layout import PromptLayout
from fimls.completion.served_model import ServedModel
from fimls.prompt import PromptBuilder, PromptTokenizer, choose_template
from fimls.settings import Settings
from fimls.text import Document, Point
from support.editing import SOURCE, long_text

LINES = 20_000
TYPED = "    result = compute(first, second)\n"
ROUNDS = 6


def main() -> None:
    """Print medians in milliseconds and the ratio."""
    tokenizer = PromptTokenizer.load(str(SOURCE / "engine/embedded"))
    template = choose_template("auto", model="embedded", has_token=tokenizer.has_token)
    info = ModelInfo(model_path="embedded", tokenizer_path="", context_length=4_096)
    layout = PromptLayout(
        ServedModel(info=info, builder=PromptBuilder(template, tokenizer)), Settings()
    )
    text, keys, places, wholes = long_text(LINES), [], [], []
    for turn in range(ROUNDS):
        cursor = Point(LINES // (turn + 2), 0)
        for number, key in enumerate(TYPED):
            started = time.perf_counter()
            text = text.replace(cursor, cursor, key)
            cursor = (
                Point(cursor.line + 1, 0) if key == "\n" else cursor._replace(column=number + 1)
            )
            document = Document(uri="file:///a.py", language_id="python", version=0, text=text)
            layout.ask(Query(document=document, cursor=cursor))
            (keys if number else places).append(time.perf_counter() - started)
        fresh = PromptTokenizer.load(str(SOURCE / "engine/embedded"))
        content = str(text)
        started = time.perf_counter()
        tokens = fresh.count(content)
        wholes.append(time.perf_counter() - started)
    key, place, whole = (statistics.median(times) * 1e3 for times in (keys, places, wholes))
    worst = sorted(keys)[int(len(keys) * 0.99)] * 1e3
    print(f"{LINES:,} lines, {tokens:,} tokens, {len(keys)} keys; medians:")
    print(f"  a key where one types   {key:8.3f} ms (99 of 100 below {worst:.3f} ms)")
    print(f"  the first key elsewhere {place:8.3f} ms")
    print(f"  the whole file          {whole:8.1f} ms, {whole / key:,.0f} times a key")


if __name__ == "__main__":
    main()
