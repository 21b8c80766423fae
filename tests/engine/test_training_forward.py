"""The training network is DeepSeek-V2: its exported weights give transformers the same logits."""

from __future__ import annotations

from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="torch is installed by the extra `serve`")
pytest.importorskip("transformers", reason="transformers is installed by the extra `serve`")

from transformers import DeepseekV2Config, DeepseekV2ForCausalLM  # noqa: E402

from fimls.engine.training.export import weights_of  # noqa: E402
from fimls.engine.training.model_shape import Shape  # noqa: E402
from fimls.engine.training.network import Network  # noqa: E402

SMALL = Shape(
    vocabulary=64, hidden=32, layers=3, heads=2, nope=8, rope=4, value=12, latent=16,
    dense=48, expert=16, experts=4,
)  # fmt: skip


@pytest.mark.parametrize("stretch", [1.0, 2.0, 8.0], ids=["no-stretch", "stretch-2", "stretch-8"])
def test_logits_equal_transformers(stretch: float, tmp_path: Path) -> None:
    torch.manual_seed(0)
    shape = Shape(**{**_fields(SMALL), "stretch": stretch})
    network = Network(shape)
    for parameter in network.parameters():
        torch.nn.init.normal_(parameter, std=0.2)
    model = DeepseekV2ForCausalLM(DeepseekV2Config(**shape.config(bos=0, eos=1)))
    missing, unexpected = model.load_state_dict(_fused(weights_of(network)), strict=False)
    assert not unexpected
    assert not missing
    ids = torch.randint(0, shape.vocabulary, (2, 300))

    with torch.inference_mode():
        ours, theirs = network(ids), model.eval()(ids).logits

    assert ours.std() > 0.1
    torch.testing.assert_close(ours, theirs, atol=2e-4, rtol=2e-4)


def _fields(shape: Shape) -> dict[str, float]:
    return {name: getattr(shape, name) for name in Shape.__dataclass_fields__}


def _fused(weights: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Fuse the experts as transformers holds them in memory; from files it does that itself."""
    found = {name: tensor for name, tensor in weights.items() if ".experts." not in name}
    for layer in {name.split(".mlp.")[0] for name in weights if ".mlp.experts." in name}:
        experts = range(SMALL.experts)
        at = f"{layer}.mlp.experts"
        found[f"{at}.gate_up_proj"] = torch.stack(
            [
                torch.cat([weights[f"{at}.{e}.{part}_proj.weight"] for part in ("gate", "up")])
                for e in experts
            ]
        )
        found[f"{at}.down_proj"] = torch.stack(
            [weights[f"{at}.{e}.down_proj.weight"] for e in experts]
        )
    return found
