"""Places where a line needs another file are found as they are described, and asked both ways."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator
from dataclasses import replace
from pathlib import Path

import attrs
import pytest

from fimls.backend.base import Chunk, GenerateRequest, ModelInfo, Usage
from fimls.completion.served_model import ServedModel
from fimls.context.index import Store, build, file_for
from fimls.evaluation.cross_file import KINDS, sites
from fimls.evaluation.cross_file_run import SiteResult, ask_sites, summarise_sites
from fimls.evaluation.result_file import Records
from fimls.prompt import TEMPLATES, PromptBuilder, PromptTokenizer
from fimls.settings import Settings
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


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "cache"))
    folder = tmp_path / "repository"
    folder.mkdir()
    for path, text in FILES.items():
        (folder / path).write_text(text)
    return folder


def test_the_three_kinds_of_places_are_where_they_are_said_to_be(root: Path) -> None:
    found = sites(root, each=50, seed=1)
    of = {kind: [each for each in found if each.kind == kind] for kind in KINDS}
    [imported], [member] = of["imported"], of["member"]
    assert imported.document.text.line(3) == "    prices = load_prices("
    assert (imported.rest, member.rest) == ("every)", "price_of(prices))")
    assert member.document.text.line(4) == "    print(every."
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
        yield Chunk(text="price_of(prices))\n" if knows else "wrong\n", usage=Usage())


async def test_each_place_is_asked_with_and_without_and_a_control_is_as_ever(
    root: Path, tokenizer_folder: Path, tmp_path: Path
) -> None:
    store = Store(file_for(root))
    build(store, root, excluded=lambda p, language: False, rules="", most_files=9, most_bytes=9_999)
    store.close()
    tokenizer = PromptTokenizer.load(str(tokenizer_folder))
    builder = PromptBuilder(next(t for t in TEMPLATES if t.name == "deepseek"), tokenizer)
    served = ServedModel(
        info=ModelInfo(model_path="toy", tokenizer_path="toy", context_length=8_192),
        builder=builder,
    )
    settings = Settings()
    settings = attrs.evolve(settings, context=attrs.evolve(settings.context, search_ms=5_000))
    found = [each for each in sites(root, each=50, seed=1) if each.kind != "control"]
    control = replace(found[0], kind="control", rest="x")
    control = replace(
        control, document=control.document, cursor=control.cursor._replace(line=2, column=0)
    )
    records = Records(tmp_path / "out.jsonl", {}, SiteResult)
    asked = [*found, control]
    await ask_sites(asked, root, _Right(tokenizer), served, settings, records)

    by_kind = {each.kind: each for each in summarise_sites(records, asked)}
    member, quiet = by_kind["member"], by_kind["control"]
    assert (member.present, member.named, member.won, member.lost) == (100, 100, 1, 0)
    assert member.exact is not None
    assert member.exact.value == 100
    assert (quiet.present, quiet.asked, quiet.unchanged) == (0, 0, True)
    again = Records(tmp_path / "out.jsonl", {}, SiteResult)
    assert len(again) == len(asked)
