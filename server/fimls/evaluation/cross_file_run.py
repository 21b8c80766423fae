"""Asking an engine at each site with and without what other files have, and counting."""

from __future__ import annotations

import random
import re
import time
import uuid
from collections.abc import Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from pathlib import Path

from fimls.backend.base import Backend, GenerateRequest
from fimls.completion import Query
from fimls.completion.prompt_layout import PromptLayout
from fimls.completion.served_model import ServedModel
from fimls.confidence_intervals import Interval
from fimls.context import Snippet
from fimls.context.finder import Finder, Look
from fimls.evaluation.cross_file import KINDS, Site
from fimls.evaluation.result_file import Records
from fimls.settings import Settings

_MOST_TOKENS = 48
_NAME = re.compile(r"\W*\w+")
_DRAWS = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteResult:
    """What became of one site.

    Attributes:
        key: the site's name.
        kind: the site's.
        tokens: of the block; 0 where it was left out.
        named: whether the block has the first name that stood there.
        search_ms: how long it was looked for.
        same: without a block the prompt is the one without context, token for token.
        exact: whether the line is right, with and without; None where it was not asked.
        first: whether its first name is.
    """

    key: str
    kind: str
    tokens: int
    named: bool
    search_ms: float
    same: bool
    exact: tuple[bool, bool] | None = None
    first: tuple[bool, bool] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteFinding:
    """Figures of one kind; gains are in points, paired, with 95 % bootstrap intervals over files.

    Attributes:
        kind: of the sites.
        sites: how many.
        present: share of them that have a block, in percent.
        named: share in whose block the wanted name stands, in percent.
        tokens: of a block, on average.
        search_ms: median of the search.
        asked: sites that were asked both ways.
        exact: gain of right lines.
        first: gain of right first names.
        won: lines that are right with it alone.
        lost: lines that are right without it alone.
        unchanged: whether every prompt without a block was the one without context.
    """

    kind: str
    sites: int
    present: float
    named: float
    tokens: float
    search_ms: float
    asked: int
    exact: Interval | None
    first: Interval | None
    won: int
    lost: int
    unchanged: bool


async def ask_sites(
    found: Sequence[Site],
    root: Path,
    backend: Backend | None,
    served: ServedModel,
    settings: Settings,
    records: Records[SiteResult],
    *,
    advance: Callable[[], None] = lambda: None,
) -> None:
    """Ask what is not in the records yet; without a backend it is only looked for."""
    finder, layout = Finder(root, settings.context), PromptLayout(served, settings)
    extra_key = uuid.uuid4().hex
    for site in found:
        if site.name in records:
            continue
        look = Look(document=site.document, path=site.path, cursor=site.cursor)
        started = time.perf_counter()
        snippets = finder.find(look)
        took = (time.perf_counter() - started) * 1e3
        without = Query(document=site.document, cursor=site.cursor)
        query = replace(without, snippets=snippets)
        shown = layout.shown(query)
        prompts = layout.ask(query).prompt, layout.ask(without).prompt
        result = SiteResult(
            key=site.name,
            kind=site.kind,
            tokens=sum(tokens for _, tokens in shown),
            named=_named([snippet for snippet, _ in shown], site.rest),
            search_ms=took,
            same=bool(shown) or prompts[0] == prompts[1],
        )
        if backend is not None and shown:
            texts = [
                await _written(backend, prompt.input_ids, prompt.stop_token_ids, extra_key)
                for prompt in reversed(prompts)
            ][::-1]
            exact = [text.rstrip() == site.rest.rstrip() for text in texts]
            first = [_first(text) == _first(site.rest) for text in texts]
            result = replace(result, exact=(exact[0], exact[1]), first=(first[0], first[1]))
        records.add(result)
        advance()
    finder.close()


def summarise_sites(records: Records[SiteResult], found: Sequence[Site]) -> list[SiteFinding]:
    """Return the figures of each kind."""
    results = [(site, records[site.name]) for site in found if site.name in records]
    findings = list[SiteFinding]()
    for kind in KINDS:
        these = [(site, result) for site, result in results if site.kind == kind]
        if not these:
            continue
        shown = [(site, result) for site, result in these if result.tokens]
        asked = [(site, result) for site, result in these if result.exact and result.first]
        # Where nothing is shown both ways are one.
        whole = len(these) if len(asked) == len(shown) else 0
        times = sorted(result.search_ms for _, result in these)
        exact = [(site.path, result.exact or (False, False)) for site, result in these]
        first = [(site.path, result.first or (False, False)) for site, result in these]
        findings.append(
            SiteFinding(
                kind=kind,
                sites=len(these),
                present=100 * len(shown) / len(these),
                named=100 * sum(result.named for _, result in these) / len(these),
                tokens=sum(result.tokens for _, result in shown) / max(1, len(shown)),
                search_ms=times[len(times) // 2],
                asked=len(asked),
                exact=_gain(exact) if whole else None,
                first=_gain(first) if whole else None,
                won=sum(pair[0] and not pair[1] for _, pair in exact),
                lost=sum(pair[1] and not pair[0] for _, pair in exact),
                unchanged=all(result.same for _, result in these),
            )
        )
    return findings


def _gain(pairs: Sequence[tuple[str, tuple[bool, bool]]]) -> Interval:
    """Return the mean difference in points; files are drawn, as sites of one are alike."""
    of_files = dict[str, list[int]]()
    for path, (one, other) in pairs:
        of_files.setdefault(path, []).append(int(one) - int(other))
    draw, groups = random.Random(0), list(of_files.values())
    means = list[float]()
    for _ in range(_DRAWS):
        drawn = [value for group in draw.choices(groups, k=len(groups)) for value in group]
        means.append(100 * sum(drawn) / len(drawn))
    means.sort()
    values = [value for group in groups for value in group]
    return Interval(
        value=100 * sum(values) / len(values),
        low=means[int(0.025 * _DRAWS)],
        high=means[int(0.975 * _DRAWS)],
        rows=len(values),
    )


async def _written(
    backend: Backend, ids: Sequence[int], stops: tuple[int, ...], extra_key: str
) -> str:
    request = GenerateRequest(
        rid=uuid.uuid4().hex,
        input_ids=ids,
        max_new_tokens=_MOST_TOKENS,
        stop_token_ids=stops,
        extra_key=extra_key,
    )
    text = ""
    async with aclosing(backend.stream(request)) as chunks:
        async for chunk in chunks:
            text += chunk.text
            if "\n" in text:
                break
    return text.partition("\n")[0]


def _named(snippets: Sequence[Snippet], rest: str) -> bool:
    name = re.search(r"[^\W\d]\w*", rest)
    if name is None:
        return False
    wanted = re.compile(rf"\b{re.escape(name.group())}\b")
    return any(wanted.search(snippet.text) for snippet in snippets)


def _first(text: str) -> str | None:
    match = _NAME.match(text)
    return match.group() if match else None
