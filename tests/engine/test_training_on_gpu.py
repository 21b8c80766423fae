"""The script that trains on a GPU, small and on the processor: the same code, other numbers."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch", reason="torch is installed by the extra `serve`")
pytest.importorskip("transformers", reason="transformers is installed by the extra `serve`")

from transformers import DeepseekV2ForCausalLM  # noqa: E402

from fimls.engine.training.corpus import Source  # noqa: E402
from fimls.engine.training.corpus_file import read_corpus, write_corpus  # noqa: E402
from fimls.engine.training.export import export  # noqa: E402
from fimls.engine.training.fim import Sampler  # noqa: E402
from fimls.engine.training.model_shape import LARGE  # noqa: E402
from fimls.engine.training.network import Network  # noqa: E402
from fimls.engine.training.source_packages import collect_packages, stated_licence  # noqa: E402
from fimls.engine.training.trainer import Plan, Trainer  # noqa: E402
from fimls.engine.training.vocabulary import Vocabulary  # noqa: E402

SCRIPT = Path(__file__).parents[1] / "bench" / "train_embedded_gpu.sh"
SMALL = {
    "vocabulary": 400, "hidden": 32, "layers": 2, "heads": 2, "nope": 8, "rope": 4, "value": 12,
    "latent": 16, "dense": 48, "expert": 16, "experts": 4,
}  # fmt: skip
TEXTS = [
    f"def name_{n}(value):\n    if value > {n}:\n        return value * {n}\n    return None\n" * 9
    for n in range(20)
]
NOT_THERE = ("transformers", "rich", "attrs", "huggingface_hub", "pygls")
"""What a machine with PyTorch alone does not have."""


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the script is given, with a corpus of a few files."""
    folder = tmp_path_factory.mktemp("prepared")
    source = Source(name="names 1.0", licence="MIT", training=TEXTS[:16], held_out=TEXTS[16:])
    write_corpus(folder / "corpus.jsonl.xz", [source])
    Vocabulary.learn(TEXTS, SMALL["vocabulary"]).save(folder)
    return folder


@pytest.fixture(scope="module")
def trained(prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run of 16 steps."""
    out = tmp_path_factory.mktemp("trained")
    train(prepared, out, "--steps", "16")
    return out


def test_the_loss_falls(trained: Path):
    steps = lines(trained / "training.jsonl")
    assert [each["step"] for each in steps] == list(range(1, 17))
    assert steps[-1]["loss"] < steps[0]["loss"] - 0.3
    assert lines(trained / "held_out.jsonl")[-1]["loss"] < steps[0]["loss"] - 0.3


def test_what_is_exported_gives_transformers_the_same_probabilities(trained: Path):
    network = Network(replace(LARGE, **SMALL))
    state = torch.load(trained / "training.pt", weights_only=False)["network"]
    network.load_state_dict({name: each.bfloat16().float() for name, each in state.items()})
    model: Any = DeepseekV2ForCausalLM.from_pretrained(trained, dtype=torch.float32).eval()
    vocabulary = Vocabulary.load(trained)
    ids = torch.tensor([[vocabulary.bos, *vocabulary.encode(TEXTS[0])]])
    with torch.inference_mode():
        ours, theirs = network(ids).log_softmax(-1), model(ids).logits.log_softmax(-1)
    assert ours.std() > 0.1
    torch.testing.assert_close(ours, theirs, atol=2e-3, rtol=2e-3)


def test_it_goes_on_where_it_ended(prepared: Path, trained: Path, tmp_path: Path):
    out = shutil.copytree(trained, tmp_path / "out")
    train(prepared, out, "--steps", "18")
    assert [each["step"] for each in lines(out / "training.jsonl")] == list(range(1, 19))
    assert [each["step"] for each in lines(out / "held_out.jsonl")] == [16, 18]


def test_a_run_whose_time_is_over_is_saved(prepared: Path, tmp_path: Path):
    plan = Plan(steps=9, row_tokens=256, row_length=128)
    sampler = Sampler(TEXTS, Vocabulary.load(prepared), 1)
    trainer = Trainer(Network(replace(LARGE, **SMALL)), sampler, plan, tmp_path)
    trainer.run(lambda _: None, lambda: None, until=time.monotonic())
    assert trainer.step == 0
    assert (tmp_path / "training.pt").is_file()


def test_what_hangs_ends_before_the_limit(prepared: Path, tmp_path: Path):
    begun = time.monotonic()
    done = subprocess.run(
        [SCRIPT, prepared, tmp_path, "--device", "cpu", "--limit-s", "6"],
        env={**os.environ, "PYTHON": sys.executable},
        capture_output=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 3
    assert time.monotonic() - begun < 60  # one second, and what a busy machine takes to begin


def test_experts_that_all_read_all_give_the_same():
    torch.manual_seed(1)
    network = Network(replace(LARGE, **SMALL))
    ids = torch.randint(0, SMALL["vocabulary"], (2, 64))
    chosen, balance = network(ids), network.imbalance()
    network.read_by_all_experts()
    torch.testing.assert_close(network(ids), chosen, atol=1e-5, rtol=1e-5)
    torch.testing.assert_close(network.imbalance(), balance)


def test_a_packages_licence_is_what_it_states(tmp_path: Path):
    code = "export function area(width, height) {\n  return width * height;\n}\n" * 9
    statements = {
        "mit": ("package.json", '{"license": "MIT"}'),
        "gpl": ("package.json", '{"license": "GPL-3.0-or-later"}'),
        "crate": ("Cargo.toml", '[package]\nlicense = "MIT OR Apache-2.0"\n'),
        "debian": ("debian/copyright", "Format: https://x\n\nFiles: *\nLicense: BSD-3-clause\n"),
        "mixed": ("debian/copyright", "Format: https://x\nLicense: BSD-3-clause\nLicense: GPL-2\n"),
        "silent": ("README", "MIT is a university."),
    }
    for number, (name, (file, text)) in enumerate(statements.items()):
        (tmp_path / name / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name / file).write_text(text, encoding="utf-8")
        (tmp_path / name / "area.js").write_text(f"// {number}\n{code}", encoding="utf-8")
    assert stated_licence(tmp_path / "crate") == "MIT OR Apache-2.0"
    found = list(collect_packages(tmp_path, set()))
    assert [each.name for each in found] == ["crate", "debian", "mit"]
    write_corpus(tmp_path / "corpus.jsonl.xz", found)
    assert read_corpus(tmp_path / "corpus.jsonl.xz") == found


def test_the_large_shape_fits_the_repository():
    assert sum(p.numel() for p in Network(LARGE).parameters()) * 2 < 32e6


@pytest.mark.engine
def test_sglang_serves_the_large_shape(make_engine: Any, tmp_path: Path):
    """Random weights of it: log-probabilities of a text are those of transformers."""
    import urllib.request

    pytest.importorskip("sglang", reason="SGLang is not installed: it comes with the extra `serve`")
    torch.manual_seed(5)
    vocabulary = Vocabulary.learn(TEXTS, LARGE.vocabulary)
    export(Network(LARGE), vocabulary, tmp_path)
    ids = [vocabulary.bos, *vocabulary.encode(TEXTS[3])[:200]]
    model: Any = DeepseekV2ForCausalLM.from_pretrained(tmp_path, dtype=torch.float32).eval()
    with torch.inference_mode():
        all_of_them = model(torch.tensor([ids])).logits[0].log_softmax(-1)
    theirs = all_of_them[:-1].gather(1, torch.tensor(ids[1:])[:, None])[:, 0]
    asked = {
        "input_ids": ids,
        "sampling_params": {"max_new_tokens": 1, "temperature": 0},
        "return_logprob": True,
        "logprob_start_len": 0,
    }
    with make_engine(tmp_path) as engine:
        request = urllib.request.Request(
            f"{engine.url}/generate",
            json.dumps(asked).encode(),
            {"content-type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=120) as answer:
            said = json.load(answer)["meta_info"]["input_token_logprobs"]
    ours = torch.tensor([each[0] for each in said[1:]])
    torch.testing.assert_close(ours, theirs, atol=0.05, rtol=0.01)


def train(prepared: Path, out: Path, *arguments: str) -> None:
    """Run the script on the processor, where only PyTorch can be imported."""
    blocked = out.with_name(f"{out.name}-python")
    without = "; ".join(f"sys.modules[{name!r}] = None" for name in NOT_THERE)
    blocked.write_text(
        f"#!{sys.executable}\n"
        f"import runpy, sys; {without}\n"
        "sys.argv = sys.argv[2:]\n"
        "runpy.run_module(sys.argv[0], run_name='__main__', alter_sys=True)\n",
        encoding="utf-8",
    )
    blocked.chmod(0o755)
    small = ["--device", "cpu", "--processes", "2", "--row-tokens", "1024", "--row-length", "256"]
    shape = ["--shape", json.dumps(SMALL), "--no-compile", "--seed", "3"]
    done = subprocess.run(
        [SCRIPT, prepared, out, *small, *shape, *arguments],
        env={**os.environ, "PYTHON": str(blocked)},
        capture_output=True,
        text=True,
        check=False,
        timeout=280,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def lines(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text("utf-8").split("\n") if line]
