"""A stretch of a real history is written in each way, once."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from pathlib import Path

import attrs

from fimls.backend.base import Chunk, GenerateRequest, Usage
from fimls.evaluation.result_file import Records
from fimls.evaluation.writing_run import WritingResult, WritingRun
from fimls.prompt import PromptTokenizer
from fimls.settings import Settings
from support.git_repository import repository
from unit.completion.test_service import ScriptedBackend

PRICES = "def load_prices(path, *, currency): ...\n"
REPORT = (
    "def write_the_whole_report(path):\n"
    "    every_price = load_prices(path, currency='EUR')\n"
    "    for each in every_price:\n"
    "        print(each)\n"
)
CALL = "path, currency='EUR')"


class _Reads(ScriptedBackend):
    """Knows the call's arguments where the prompt has the declaration."""

    def __init__(self, tokenizer: PromptTokenizer) -> None:
        super().__init__("")
        self._tokenizer = tokenizer

    async def stream(self, request: GenerateRequest) -> AsyncGenerator[Chunk, None]:
        text = self._tokenizer.decode(list(request.input_ids))
        knows = "# def load_prices(path, *, currency)" in text
        typed = text.rpartition("load_prices(")[2]
        usage = Usage(
            prompt_tokens=len(request.input_ids), cached_tokens=len(request.input_ids) - 2
        )
        right = knows and CALL.startswith(typed) and "load_prices(" in text
        yield Chunk(text=f"{CALL.removeprefix(typed)}\n" if right else "", usage=usage)


async def test_each_way_writes_it_once_and_other_files_spare_what_they_tell(
    tmp_path: Path, tokenizer_folder: Path
) -> None:
    before = {"prices.py": PRICES, "report.py": "from prices import load_prices\n\n"}
    made = repository(tmp_path / "made", [before, {"report.py": before["report.py"] + REPORT}])
    settings = Settings()
    settings = attrs.evolve(
        settings,
        model=attrs.evolve(settings.model, tokenizer=str(tokenizer_folder), template="deepseek"),
        context=attrs.evolve(settings.context, search_ms=5_000),
    )
    tokenizer = PromptTokenizer.load(str(tokenizer_folder))
    ways = ("none", "all", "definitions", "plain")
    for number in range(2):
        records = Records(tmp_path / "out.jsonl", {}, WritingResult)
        backend = _Reads(tokenizer) if number == 0 else ScriptedBackend(AssertionError("asked"))
        run = WritingRun(backend, settings, records, ways=ways, seed=1)
        (folder := tmp_path / f"work{number}").mkdir()
        await run.repository(made, folder, most=3)

        of = {each.way: each for each in records.values()}
        assert [*of] == [*ways]
        for way in ("none", "plain"):
            assert of[way].keys == of[way].characters
        for way in ("all", "definitions"):
            assert of[way].keys < of["none"].keys
            assert of[way].ahead > 0
        assert of["plain"].waited == of["plain"].keys > of["all"].waited
        assert of["none"].read >= 2 * of["none"].waited > 0
        assert all(each.crosses for each in records.values())
