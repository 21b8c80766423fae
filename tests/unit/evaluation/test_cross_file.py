"""Places where a line needs another file are found as they are described, and asked both ways."""

from __future__ import annotations

import random
import re
from collections.abc import AsyncGenerator
from pathlib import Path

import attrs
import pytest

from fimls.backend.base import Chunk, GenerateRequest, ModelInfo, Usage
from fimls.completion.served_model import ServedModel
from fimls.evaluation.cross_file import KINDS, LANGUAGES, sites
from fimls.evaluation.cross_file_figures import summarise_sites
from fimls.evaluation.cross_file_run import CommitResult, CrossFileRun
from fimls.evaluation.git_history import GitHistory
from fimls.evaluation.result_file import Records
from fimls.prompt import TEMPLATES, PromptBuilder, PromptTokenizer
from fimls.settings import Settings
from support.git_repository import repository
from unit.completion.test_service import ScriptedBackend

FILES = {
    "prices.py": (
        "class PriceList:\n    def price_of(self, article): ...\n\ndef load_prices(path): ...\n"
    ),
    "report.py": (
        "from prices import PriceList, load_prices\n\n"
        "def report(every: PriceList):\n    prices = load_prices(every)\n"
        "    print(every.price_of(prices))\n"
    ),
}


BEFORE = FILES | {"report.py": "from prices import PriceList, load_prices\n\n"}


@pytest.fixture
def made(tmp_path: Path) -> Path:
    return repository(tmp_path / "made", [BEFORE, FILES])


def test_the_three_kinds_of_places_are_where_they_are_said_to_be(
    made: Path, tmp_path: Path
) -> None:
    (tmp_path / "work").mkdir()
    history = GitHistory(made, tmp_path / "work")
    [commit] = history.commits(languages=LANGUAGES, most=9, seed=1)
    where = {"PriceList": {"prices.py"}, "load_prices": {"prices.py"}, "price_of": {"prices.py"}}
    found = sites(
        history.written(commit),
        lambda name: where.get(name, set()),
        each=50,
        choose=random.Random(1),
    )
    of = {kind: [each for each in found if each.kind == kind] for kind in KINDS}
    [imported], [member] = of["imported"], of["member"]
    assert str(imported.document.text).endswith("    prices = load_prices(\n")
    assert (imported.rest, member.rest) == ("every)", "price_of(prices))")
    assert str(member.document.text).endswith("    print(every.\n")
    assert of["control"]
    for each in of["control"]:
        assert re.match(r"\w", each.rest)


class _Right(ScriptedBackend):
    """Knows the member if the prompt has its declaration."""

    def __init__(self, tokenizer: PromptTokenizer) -> None:
        super().__init__("")
        self._tokenizer = tokenizer

    async def stream(self, request: GenerateRequest) -> AsyncGenerator[Chunk, None]:
        knows = "# " in (text := self._tokenizer.decode(list(request.input_ids))) and (
            "price_of(self, article)" in text
        )
        # As the product does, what stands right before the cursor may be left to the model.
        lacks = "." if not text.endswith((".", "(")) else ""
        yield Chunk(text=f"{lacks}price_of(prices))\n" if knows else "wrong\n", usage=Usage())


async def test_each_place_is_asked_with_and_without_and_a_run_goes_on_where_it_was(
    made: Path, tokenizer_folder: Path, tmp_path: Path
) -> None:
    tokenizer = PromptTokenizer.load(str(tokenizer_folder))
    builder = PromptBuilder(next(t for t in TEMPLATES if t.name == "deepseek"), tokenizer)
    served = ServedModel(
        info=ModelInfo(model_path="toy", tokenizer_path="toy", context_length=8_192),
        builder=builder,
    )
    settings = Settings()
    settings = attrs.evolve(settings, context=attrs.evolve(settings.context, search_ms=5_000))
    for number in range(2):
        records = Records(tmp_path / "out.jsonl", {}, CommitResult)
        backend = _Right(tokenizer) if number == 0 else ScriptedBackend("never asked")
        run = CrossFileRun(backend, served, settings, records, each=9, seed=1)
        (folder := tmp_path / f"work{number}").mkdir()
        await run.repository(made, folder, most=9)

        by_kind = {each.kind: each for each in summarise_sites(records.values())}
        member, quiet = by_kind["member"], by_kind["control"]
        assert (member.present, member.named, member.won, member.lost) == (100, 100, 1, 0)
        assert member.exact is not None
        assert member.exact.value == 100
        assert quiet.unchanged
        assert len(records) == 1
