"""Training: samples have the model's layout, and a stopped run goes on as if it had not been."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="torch is installed by the extra `serve`")

from fimls.engine.training.fim import Sampler, cut  # noqa: E402
from fimls.engine.training.model_shape import Shape  # noqa: E402
from fimls.engine.training.network import Network  # noqa: E402
from fimls.engine.training.ngram import NGram  # noqa: E402
from fimls.engine.training.trainer import Plan, Trainer, schedule  # noqa: E402
from fimls.engine.training.vocabulary import Vocabulary  # noqa: E402

TEXTS = [
    f"def name_{n}(value):\n    if value > {n}:\n        return value * {n}\n    return None\n" * 9
    for n in range(20)
]
SMALL = Shape(
    vocabulary=400, hidden=32, layers=2, heads=2, nope=8, rope=4, value=12, latent=16,
    dense=48, expert=16, experts=4,
)  # fmt: skip


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    return Vocabulary.learn(TEXTS, SMALL.vocabulary)


def trainer(vocabulary: Vocabulary, folder: Path, steps: int) -> Trainer:
    torch.manual_seed(3)
    plan = Plan(steps=steps, row_tokens=1024, seed=3)
    return Trainer(Network(SMALL), Sampler(TEXTS, vocabulary, 3), plan, folder)


def run(made: Trainer) -> None:
    made.run(lambda _: None, lambda: None)


def losses(folder: Path) -> list[float]:
    lines = (folder / "training.jsonl").read_text().split("\n")
    return [json.loads(line)["loss"] for line in lines if line]


def test_an_interrupted_run_goes_on_as_if_it_had_not_been(
    vocabulary: Vocabulary, tmp_path: Path
) -> None:
    run(trainer(vocabulary, tmp_path / "whole", 8))
    interrupted = trainer(vocabulary, tmp_path / "parts", 8)
    for _ in range(4):
        row = interrupted._step()
        with (tmp_path / "parts" / "training.jsonl").open("a") as log:
            log.write(json.dumps(row) + "\n")
    interrupted.save()

    run(trainer(vocabulary, tmp_path / "parts", 8))

    whole, parts = losses(tmp_path / "whole"), losses(tmp_path / "parts")
    assert len(whole) == len(parts) == 8
    assert parts == pytest.approx(whole, rel=1e-3)
    assert whole[-1] < whole[0]


def test_rows_are_whole_samples_with_one_bos_each(vocabulary: Vocabulary) -> None:
    sampler = Sampler(TEXTS, vocabulary, 1)
    for _ in range(200):
        row = sampler.row(257)
        assert len(row) == 257
        assert row[0] == vocabulary.bos
        counts = [row.count(t) for t in (vocabulary.fim_begin, vocabulary.fim_hole)]
        assert counts[0] == counts[1] == row.count(vocabulary.fim_end)
        assert counts[0] <= row.count(vocabulary.bos)


def test_a_sample_is_prefix_suffix_middle_of_one_window(vocabulary: Vocabulary) -> None:
    sampler = Sampler(TEXTS, vocabulary, 1)
    seen = 0
    for _ in range(100):
        ids = sampler.sample(400)
        if vocabulary.fim_begin not in ids:
            continue
        begin, hole, end = (
            ids.index(t) for t in (vocabulary.fim_begin, vocabulary.fim_hole, vocabulary.fim_end)
        )
        assert ids[-1] == vocabulary.eos
        decode = vocabulary.tokenizer.decode
        prefix, suffix = decode(ids[begin + 1 : hole]), decode(ids[hole + 1 : end])
        middle = decode(ids[end + 1 : -1])
        assert any(prefix + middle + suffix in text for text in TEXTS)
        seen += 1
    assert seen > 50


def test_cuts_stay_inside_the_window() -> None:
    rng = random.Random(1)
    window = TEXTS[0][:300]
    for _ in range(2_000):
        start, end = cut(window, rng)
        assert 0 <= start <= end <= len(window)


def test_the_schedule_rises_stays_and_falls_to_nothing() -> None:
    factors = [schedule(n / 100) for n in range(101)]

    assert factors[0] < 0.1
    assert max(factors) == 1.0
    assert factors[-1] == 0.0
    assert factors[20] == factors[40]


def test_the_ngram_prefers_the_longest_match_and_the_file_at_hand() -> None:
    ngram = NGram([1, 2, 3, 4, 9, 2, 3, 5])

    assert ngram.next([1, 2, 3]) == 4
    assert ngram.next([7, 2, 3, 8, 7, 2, 3]) == 8
    assert ngram.next([100]) is None
