"""The hub's image and the workflows: they do what the documents say; nothing runs them here."""

from __future__ import annotations

import fnmatch
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
COMPOSE = ROOT / "configs" / "compose"


def test_what_docker_is_given_is_small_and_enough_to_build_the_program(
    checkout: Path, tmp_path: Path
):
    pytest.importorskip("build", reason="the extra `release` is not installed")
    context = tmp_path / "context"
    for file in taken_by_docker(checkout):
        (context / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(checkout / file, context / file)
    assert {each.name for each in context.iterdir()} == {
        "pyproject.toml", "README.md", "LICENSE", "configs", "server",
    }  # fmt: skip
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", tmp_path]
    subprocess.run([*build, context], check=True, capture_output=True)
    [wheel] = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    assert {"fimls/hub/__init__.py", "fimls/configs/presets/embedded.toml"} < set(names)


def test_the_image_is_slim_and_its_hub_has_no_rights():
    steps = re.findall(r"(?m)^([A-Z]+) (.*)$", (COMPOSE / "Dockerfile").read_text("utf-8"))
    assert all("-slim" in what for step, what in steps if step == "FROM")
    users = [what for step, what in steps if step == "USER"]
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", users[-1])
    hub = yaml.safe_load((COMPOSE / "compose.yml").read_text("utf-8"))["services"]["hub"]
    assert (COMPOSE / hub["build"]["context"] / hub["build"]["dockerfile"]).is_file()
    assert hub["read_only"]
    assert hub["cap_drop"] == ["ALL"]
    assert users[-1].replace(":", " ") in (COMPOSE / "compose.yml").read_text("utf-8")


def test_workflows_run_the_commands_of_the_documents():
    tests, release = (commands(workflow(name)) for name in ("test", "release"))
    assert ".ci/run" in tests
    documented = (ROOT / ".github" / "CONTRIBUTING.md").read_text("utf-8")
    [command] = re.findall(r"```sh\n(.* -m release)\n```", documented)
    assert f'{command} --tag "$GITHUB_REF_NAME"' in release


def test_a_release_is_made_of_tags_alone():
    assert workflow("release")["on"] == {"push": {"tags": ["v*"]}}


def taken_by_docker(checkout: Path) -> list[Path]:
    """Return the files that .dockerignore leaves: the last line that fits decides."""
    rules = (checkout / ".dockerignore").read_text("utf-8").split("\n")
    rules = [rule for rule in rules if rule and not rule.startswith("#")]
    files = (file.relative_to(checkout) for file in checkout.rglob("*") if file.is_file())
    return [file for file in files if not is_ignored(file, rules)]


def is_ignored(file: Path, rules: list[str]) -> bool:
    ignored = False
    for rule in rules:
        pattern = rule.removeprefix("!").rstrip("/").removeprefix("**/")
        above = (file, *file.parents)
        whole = (each.as_posix() for each in above)
        names = (each.name for each in above) if "**/" in rule else whole
        if any(fnmatch.fnmatchcase(name, pattern) for name in names if name != "."):
            ignored = not rule.startswith("!")
    return ignored


def workflow(name: str) -> dict[str, Any]:
    text = (ROOT / ".github" / "workflows" / f"{name}.yml").read_text("utf-8")
    # YAML 1.1 reads the key `on` as a truth value.
    return yaml.safe_load(re.sub(r"(?m)^on:", '"on":', text))


def commands(of: dict[str, Any]) -> list[str]:
    steps = (step for job in of["jobs"].values() for step in job["steps"])
    return [step["run"].strip() for step in steps if "run" in step]
