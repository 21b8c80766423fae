"""Recent edits as short diffs: what was just renamed or added is often wanted elsewhere next."""

from __future__ import annotations

from fimls.context.secrets import masked
from fimls.context.snippet import Snippet
from fimls.context.sources.source_input import SourceInput
from fimls.context.terms import terms
from fimls.context.windows import share

_MOST = 3
_MOST_LINES = 10
"""Of a diff."""


def edits(seen: SourceInput) -> list[Snippet]:
    """Return the recent edits that share most with the cursor's surroundings, the best first.

    Those near the cursor are left out: the prompt has them.
    """
    weights = seen.repository.weights(terms(seen.place.near))
    paths = {each.document.uri: each.path for each in seen.all}
    found = list[Snippet]()
    for edit in seen.edits:
        path = paths.get(edit.document.uri)
        end = edit.first + len(edit.added)
        if path is None or seen.in_prompt(path, edit.first, end):
            continue
        lines = [
            f"{mark}{line.rstrip()}"
            for mark, part in (("-", edit.removed), ("+", edit.added))
            for line in part[:_MOST_LINES]
            if line.strip()
        ]
        has = terms("\n".join(lines))
        score = share(weights, has.__contains__)
        if lines and has:
            text = masked("\n".join(lines))
            found.append(
                Snippet(path=path, text=text, score=score, reason="edits", first=edit.first)
            )
    return sorted(found, key=lambda each: -each.score)[:_MOST]
