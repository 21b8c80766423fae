"""What dashboard and alerts name exists."""

from __future__ import annotations

import json
import re
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import yaml

from fimls.metrics.prometheus import PrometheusMetrics
from fimls.resources import configs_path

DASHBOARD = configs_path() / "grafana" / "fimls-hub.json"
ALERTS = configs_path() / "prometheus" / "alerts.yml"
OWN = re.compile(r"\b(?:fimls|process)_[a-z_]+")
LABEL = re.compile(r"(fimls_[a-z_]+)\{([^}]*)\}")
ENGINE = re.compile(r"\bsglang:[a-z_]+")


def expressions() -> list[str]:
    panels = json.loads(DASHBOARD.read_text("utf-8"))["panels"]
    shown = [target["expr"] for panel in panels for target in panel["targets"]]
    rules = [rule for group in alerts()["groups"] for rule in group["rules"]]
    return [*shown, *(rule["expr"] for rule in rules)]


def alerts() -> Any:
    return yaml.safe_load(ALERTS.read_text("utf-8"))


def series() -> dict[str, tuple[str, ...]]:
    """Return the names that Prometheus has of our metrics, and their labels."""
    metrics = PrometheusMetrics()
    text = metrics.text().decode()  # the process's own have no names before they are read
    found = dict.fromkeys(re.findall(r"(?m)^process_[a-z_]+", text), ("job",))
    for collector, names in metrics.registry._collector_to_names.items():
        labels = tuple(getattr(collector, "_labelnames", ()))
        found |= dict.fromkeys(names, labels)
    return found


@pytest.mark.parametrize("expression", expressions())
def test_every_metric_and_label_exists(expression: str) -> None:
    known = series()
    assert set(OWN.findall(expression)) <= known.keys()
    for name, matchers in LABEL.findall(expression):
        used = re.findall(r"([a-z_]+)(?==)", matchers)
        assert set(used) <= {*known[name], "job"}


def test_everything_that_is_counted_is_shown() -> None:
    ours = {name for name in series() if name.startswith("fimls_")}
    shown = {name for expression in expressions() for name in OWN.findall(expression)}
    counted = {re.sub(r"_(?:bucket|count|sum|created)$", "", name) for name in shown}
    families = {
        name for name in ours if not re.search(r"_(?:bucket|count|sum|created|total)$", name)
    }
    bare = {name.removesuffix("_total") for name in counted}
    assert families - bare <= {"fimls_generation_seconds"}


def test_the_engines_metrics_are_sglangs() -> None:
    if (package := find_spec("sglang")) is None or package.origin is None:
        pytest.skip("SGLang is not installed: it comes with the extra `serve`")
    folder = Path(package.origin).parent / "srt" / "observability"
    source = "".join(file.read_text("utf-8") for file in folder.rglob("*.py"))
    named = {name for expression in expressions() for name in ENGINE.findall(expression)}
    assert named
    assert all(f'"{name}"' in source for name in named)


def test_every_alert_says_what_to_do() -> None:
    for rule in (rule for group in alerts()["groups"] for rule in group["rules"]):
        assert rule["annotations"].keys() == {"summary", "what"}
        assert rule["labels"]["severity"] in ("page", "ticket")
