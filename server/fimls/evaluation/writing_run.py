"""Writing the stretches of a repository's history once for each way of being helped."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from contextlib import aclosing
from dataclasses import asdict, dataclass
from pathlib import Path

import attrs

from fimls.backend.base import Backend
from fimls.context.finder import Finder
from fimls.context.index import Store
from fimls.evaluation.assistants import Fimls, Plain
from fimls.evaluation.cross_file import LANGUAGES, sites
from fimls.evaluation.git_history import GitHistory, name_of
from fimls.evaluation.result_file import Records
from fimls.evaluation.simulated_author import write
from fimls.evaluation.stretches import Stretch, stretch
from fimls.evaluation.tree_index import index_before
from fimls.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class WritingResult:
    """What writing one stretch in one way took; see `Tally`.

    Attributes:
        key: repository, stretch and way.
        stretch: repository and stretch.
        way: ``none`` (no context), ``all`` sources, one of them, or ``plain``: the model's prompt.
        language_id: the file's language.
        crosses: whether the stretch has places that use another file (`fimls.evaluation.sites`).
        characters: see `Tally`, as the others.
    """

    key: str
    stretch: str
    way: str
    language_id: str
    crosses: bool
    characters: int
    keys: int
    wrong: int
    waited: int
    read: int
    ahead: int


class WritingRun:
    """One run: everything that its stretches have in common."""

    def __init__(
        self,
        backend: Backend,
        settings: Settings,
        records: Records[WritingResult],
        *,
        ways: Sequence[str],
        seed: int,
    ) -> None:
        """Write each stretch in these ways, one after another."""
        self._backend = backend
        self._settings = settings
        self._records = records
        self._ways = ways
        self._seed = seed

    async def repository(
        self,
        repository: Path,
        folder: Path,
        *,
        most: int,
        advance: Callable[[], None] = lambda: None,
    ) -> None:
        """Write so many stretches of a repository, as far as that is not recorded."""
        history, settings = GitHistory(repository, folder), self._settings
        limits, store = settings.context, Store(folder / "index.sqlite")
        # Some commits have no stretch that is long enough.
        commits = history.commits(languages=LANGUAGES, most=4 * most, seed=self._seed)
        many = 0
        for commit in commits:
            choose = random.Random(f"{self._seed} {commit}")
            found = stretch([*history.written(commit)], LANGUAGES, choose)
            if found is None or many == most:
                continue
            many += 1
            name = f"{name_of(repository)} {found.name}"
            if any(f"{name} {way}" not in self._records for way in self._ways):
                index_before(commit, history, store, limits)
                await self._stretch(found, name, history.root, store)
            advance()
        store.close()

    async def _stretch(self, found: Stretch, name: str, root: Path, store: Store) -> None:
        chosen = sites(
            [found.written],
            lambda word: {each.path for each in store.definitions(word, most=8)},
            each=1,
            choose=random.Random(0),
        )
        for way in self._ways:
            key = f"{name} {way}"
            if key in self._records:
                continue
            async with aclosing(self._assistant(way, root, store)) as assistant:
                tally = await write(found, assistant)
            self._records.add(
                WritingResult(
                    key=key,
                    stretch=name,
                    way=way,
                    language_id=found.written.language_id,
                    crosses=any(site.kind != "control" for site in chosen),
                    **asdict(tally),
                )
            )

    def _assistant(self, way: str, root: Path, store: Store) -> Fimls | Plain:
        if way == "plain":
            return Plain(self._backend, self._settings)
        if way == "none":
            return Fimls(self._backend, self._settings, None)
        sources = self._settings.context.sources if way == "all" else [way]
        context = attrs.evolve(self._settings.context, sources=sources)
        return Fimls(self._backend, self._settings, Finder(root, context, store=store))
