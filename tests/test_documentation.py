"""What the README promises its readers, and that the links of all documents lead somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from support.prose import documents

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")
SCREEN = "\n".join(README.splitlines()[:60])
BLOCKS = re.findall(r"^```\w*\n(.*?)^```", README, flags=re.MULTILINE | re.DOTALL)


def test_the_first_screen_has_a_picture_contents_and_both_commands():
    assert re.search(r'<img src="[^"]+\.(?:png|svg)"', SCREEN)
    assert "Contents" in SCREEN
    for marker, block in zip(("demo", "test"), BLOCKS[:2], strict=True):
        assert f"<!-- {marker} command -->\n```sh\n{block}```" in SCREEN


@pytest.mark.parametrize("block", BLOCKS[:2], ids=["demo", "test"])
def test_a_command_that_installs_ten_gigabytes_shows_how_far_it_is(block: str):
    assert "pip install" in block
    assert not re.search(r" -(?:q+|-quiet)\b", block)


def test_the_figures_of_the_first_screen_stand_where_they_were_measured():
    measured = "".join(
        (ROOT / "server" / name).read_text("utf-8") for name in ("QUALITY.md", "BENCHMARKS.md")
    )
    figures = re.findall(r"\d+\.\d %", SCREEN)
    assert figures
    for figure in figures:
        assert figure.removesuffix(" %") in measured, figure


@pytest.mark.parametrize("path", documents(), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_link_leads_to_a_file_and_to_a_heading_in_it(path: Path):
    text = re.sub(r"^```.*?^```", "", path.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    targets = re.findall(r'\]\(([^)\s]+)\)|(?:src|href)="([^"]+)"', text)
    for target in {a or b for a, b in targets}:
        if re.match(r"[a-z]+:", target):
            continue
        name, _, heading = target.partition("#")
        file = path.parent / name if name else path
        assert file.exists(), f"{target}: there is no such file"
        if heading:
            assert heading in _anchors(file), f"{target}: there is no such heading"


def _anchors(file: Path) -> set[str]:
    """Return the names that GitHub gives a file's headings."""
    titles = re.findall(r"^#+ (.+)$", file.read_text("utf-8"), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}
