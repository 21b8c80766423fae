"""Asking an engine at each site with and without what other files have."""

from __future__ import annotations

import random
import re
import time
from collections.abc import Callable, Sequence
from contextlib import aclosing
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import attrs

from fimls.backend.base import Backend
from fimls.completion import Query
from fimls.completion.generation_attempts import Generator
from fimls.completion.prompt_layout import PlannedPrompt, PromptLayout
from fimls.completion.served_model import ServedModel
from fimls.context import Snippet
from fimls.context.finder import Finder, Look
from fimls.context.index import Store
from fimls.evaluation.cross_file import LANGUAGES, Site, sites
from fimls.evaluation.git_history import GitHistory, name_of
from fimls.evaluation.result_file import Records
from fimls.evaluation.tree_index import index_before
from fimls.settings import Settings

_MOST_TOKENS = 48
_NAME = re.compile(r"\W*\w+")
_MOST_DEFINITIONS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteResult:
    """What became of one site.

    Attributes:
        name: the site's.
        kind: the site's.
        path: the file's.
        tokens: of the block; 0 where it was left out.
        reasons: the sources that its snippets are from.
        named: whether the block has the first name that stood there.
        search_ms: how long it was looked for.
        same: without a block the prompt is the one without context, token for token.
        exact: whether the line is right, with and without; None where it was not asked.
        first: whether its first name is.
    """

    name: str
    kind: str
    path: str
    tokens: int
    reasons: Sequence[str]
    named: bool
    search_ms: float
    same: bool
    exact: tuple[bool, bool] | None = None
    first: tuple[bool, bool] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitResult:
    """What became of one commit's sites, as JSON values: a run goes on behind the last commit.

    Attributes:
        key: the repository's name and the commit.
        sites: a `SiteResult` each.
    """

    key: str
    sites: Sequence[dict[str, Any]]

    @property
    def results(self) -> list[SiteResult]:
        """What became of the sites."""
        return [SiteResult(**each) for each in self.sites]


class CrossFileRun:
    """One run: everything that its questions have in common."""

    def __init__(
        self,
        backend: Backend | None,
        served: ServedModel,
        settings: Settings,
        records: Records[CommitResult],
        *,
        each: int,
        seed: int,
    ) -> None:
        """Without a backend it is only looked for; `each` is sites of a kind in a commit."""
        self._backend = backend
        self._layout = PromptLayout(served, settings)
        self._settings = settings
        self._records = records
        self._each, self._seed = each, seed
        self._limits = attrs.evolve(
            settings.completion, max_new_tokens=_MOST_TOKENS, temperature=0.0, reranking=False
        )

    async def repository(
        self,
        repository: Path,
        folder: Path,
        *,
        most: int,
        advance: Callable[[], None] = lambda: None,
    ) -> None:
        """Ask at the sites of so many commits of a repository, as far as that is not recorded."""
        history = GitHistory(repository, folder)
        limits = self._settings.context
        store = Store(folder / "index.sqlite")
        finder = Finder(history.root, limits, store=store)
        for commit in history.commits(languages=LANGUAGES, most=most, seed=self._seed):
            key = f"{name_of(repository)} {commit[:12]}"
            if key not in self._records:
                index_before(commit, history, store, limits)

                def defined(name: str) -> set[str]:
                    return {each.path for each in store.definitions(name, most=_MOST_DEFINITIONS)}

                chosen = sites(
                    history.written(commit),
                    defined,
                    each=self._each,
                    choose=random.Random(f"{self._seed} {commit}"),
                )
                results = [asdict(await self._site(site, finder)) for site in chosen]
                self._records.add(CommitResult(key=key, sites=results))
            advance()
        finder.close()

    async def _site(self, site: Site, finder: Finder) -> SiteResult:
        look = Look(document=site.document, path=site.path, cursor=site.cursor)
        started = time.perf_counter()
        snippets = finder.find(look)
        took = (time.perf_counter() - started) * 1e3
        without = Query(document=site.document, cursor=site.cursor)
        query = replace(without, snippets=snippets)
        self._layout.forget(site.document.uri)
        shown = [*self._layout.shown(query)]
        asked = self._layout.ask(query), self._layout.ask(without)
        result = SiteResult(
            name=site.name,
            kind=site.kind,
            path=site.path,
            tokens=sum(tokens for _, tokens in shown),
            reasons=[snippet.reason for snippet, _ in shown],
            named=_named([snippet for snippet, _ in shown], site.rest),
            search_ms=round(took, 2),
            same=bool(shown) or asked[0].prompt == asked[1].prompt,
        )
        if self._backend is None or not shown or site.kind == "control":
            return result
        generator = Generator(self._backend, self._limits)
        texts = [await _written(generator, each) for each in reversed(asked)][::-1]
        exact = [text.rstrip() == site.rest.rstrip() for text in texts]
        first = [_first(text) == _first(site.rest) for text in texts]
        return replace(result, exact=(exact[0], exact[1]), first=(first[0], first[1]))


async def _written(generator: Generator, asked: PlannedPrompt) -> str:
    """Return the rest of the line; the prompt may lack what stands right before the cursor."""
    text = ""
    async with aclosing(generator.generate(asked)) as steps:
        async for step in steps:
            if step.text.startswith(asked.fragment):
                text = step.text.removeprefix(asked.fragment)
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
