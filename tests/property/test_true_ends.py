"""A model that writes a statement as it stood there, and then the rest of the file: where it ends.

The statements are those of real files, read by their grammars: clauses, cases, elements, items.
The cursor stands at the beginning of a statement's line or at that line's end.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterator

from fimls.completion.post_processing import post_process
from fimls.completion.stopping import Stopping
from fimls.completion.surroundings import Surroundings
from fimls.syntax import parse
from support.perfect_model import files_in, read

from .test_perfect_model import FOLDERS

EACH, FILES = 40, 12
"""Statements of a language, and files that they are taken from."""

MOST_LINES = 12
RUNS_ON = 1_200
"""Characters that the model writes behind the statement."""

LEAST_EXACT, MOST_BEYOND = 0.93, 0.01
"""Shares of statements: shown as they were, and shown with more or with something else."""

_STATEMENT = re.compile(
    r"(?:if|for|while|try|with|switch|case|match|when|function|method|class|element|rule_set)(?:_|\b)"
    r"|jsx_element|block_mapping_pair|block_sequence_item|switch_case|do_block"
)


def test_a_statement_ends_where_it_ended() -> None:
    chance, outcomes = random.Random(7), Counter[str]()
    beyond = list[str]()
    for language, paths in sorted(files_in([f for f in FOLDERS if f.exists()]).items()):
        texts = filter(None, map(read, chance.sample(paths, min(len(paths), FILES))))
        found = [(text, *place) for text in texts for place in _statements(text, language)]
        for text, start, end in chance.sample(found, min(len(found), EACH)):
            header = text.find("\n", start)
            cursor = chance.choice([start, header])
            shown = _shown(text, cursor, end, language)
            outcome = _outcome(shown, text[cursor:end])
            outcomes[outcome] += 1
            if outcome == "beyond":
                beyond.append(f"{language}: {text[start:end]!r}: {shown!r}")
    assert outcomes["beyond"] <= MOST_BEYOND * outcomes.total(), "\n".join(beyond)
    assert outcomes["exact"] >= LEAST_EXACT * outcomes.total(), outcomes


def _statements(text: str, language: str) -> Iterator[tuple[int, int]]:
    """Yield where statements begin and end that have their lines for themselves."""
    parsed = parse(text, language)
    nodes = [parsed.root] if parsed else []
    while nodes:
        node = nodes.pop()
        nodes += node.children
        if not _STATEMENT.match(node.type) or node.has_error or node.parent is None:
            continue
        if "else" in node.parent.type or node.parent.type == node.type:
            continue  # it is the end of another one
        start, end = (len(parsed.data[:at].decode()) for at in (node.start_byte, node.end_byte))
        end = len(text[:end].rstrip())
        before, after = text[text.rfind("\n", 0, start) + 1 : start], text[end:].partition("\n")[0]
        several = 1 <= text.count("\n", start, end) < MOST_LINES
        if several and not before.strip() and not after.strip():
            yield start, end


def _shown(text: str, cursor: int, end: int, language: str) -> str:
    above, below = text[:cursor].split("\n"), text[end:].split("\n")
    around = Surroundings(
        above=tuple(above[:-1]),
        before=above[-1],
        after=below[0],
        below=tuple(below[1:]),
        language_id=language,
    )
    stopping = Stopping(around, lines="auto", max_lines=20)
    written = text[cursor : end + RUNS_ON]
    for length in range(7, len(written) + 7, 7):
        if stopping.feed(written[:length]):
            break
    return post_process(stopping.shown, around).suggestion.text


def _outcome(shown: str, truth: str) -> str:
    shown, truth = (re.sub(r"[ \t]+$", "", each.rstrip(), flags=re.M) for each in (shown, truth))
    if shown == truth:
        return "exact"
    return "less" if truth.startswith(shown) else "beyond"
