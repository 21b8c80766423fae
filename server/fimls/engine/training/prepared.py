"""What a machine without a package index is given: corpus, vocabulary and two libraries."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from fimls.engine.training.corpus import Source, collect, held_out, training
from fimls.engine.training.corpus_file import read_corpus, write_corpus
from fimls.engine.training.source_packages import collect_packages
from fimls.engine.training.vocabulary import Vocabulary

LIBRARIES = ("tokenizers", "safetensors")
"""Both are built for every Python 3 from 3.9 on, and import nothing else as we use them."""

VOCABULARY_CHARACTERS = 30_000_000
"""The vocabulary is learned from so much: more takes minutes, and gives the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """What is learned from.

    Attributes:
        sources: the packages, with their licences.
        vocabulary: learned from them.
    """

    sources: Sequence[Source]
    vocabulary: Vocabulary

    @classmethod
    def read(cls, folder: Path) -> Prepared:
        """Read what `prepare` wrote."""
        return cls(
            sources=read_corpus(folder / "corpus.jsonl.xz"), vocabulary=Vocabulary.load(folder)
        )

    @property
    def training(self) -> list[str]:
        """All texts to learn from."""
        return training(list(self.sources))

    @property
    def held_out(self) -> list[str]:
        """All texts kept for measuring."""
        return held_out(list(self.sources))


def prepare(folder: Path, packages: Sequence[Path], vocabulary: int) -> None:
    """Write corpus, vocabulary, libraries and the list of licences into a folder.

    Args:
        folder: made if it is not there.
        packages: folders of unpacked source packages, beside the Python that is installed.
        vocabulary: its size, in tokens.
    """
    folder.mkdir(parents=True, exist_ok=True)
    sources, seen = collect(), set[str]()
    for each in packages:
        sources += collect_packages(each, seen)
    write_corpus(folder / "corpus.jsonl.xz", sources)
    texts = training(sources)
    share = min(1.0, VOCABULARY_CHARACTERS / max(1, sum(map(len, texts))))
    # Every so manieth text, of all packages: the first ones alone would be one language.
    chosen = (text for n, text in enumerate(texts) if int(n * share) != int((n + 1) * share))
    Vocabulary.learn(chosen, vocabulary).save(folder)
    for name in LIBRARIES:
        found = find_spec(name)
        assert found is not None
        assert found.origin is not None
        shutil.copytree(
            Path(found.origin).parent,
            folder / "site" / name,
            ignore=shutil.ignore_patterns("__pycache__"),
            dirs_exist_ok=True,
        )
    listed = (f"{s.name}\t{s.licence}\t{sum(map(len, s.training))} characters\n" for s in sources)
    (folder / "licences.tsv").write_text("".join(listed), encoding="utf-8")
