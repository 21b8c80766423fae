"""Numbers of command lines: what makes no sense is refused with the option's name, at once."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import cast

import pytest

from fimls.cli import COMMANDS, _parser, main  # pyright: ignore[reportPrivateUsage]

SAID_ELSEWHERE = {"seed", "weight", "days"}
"""Any number is a seed; tokens say their own bounds, to whoever makes them."""


def options(parser: argparse.ArgumentParser) -> Iterator[argparse.Action]:
    for action in parser._actions:  # pyright: ignore[reportPrivateUsage]
        yield action
        children = action.choices if isinstance(action.choices, dict) else {}
        for child in cast("dict[str, argparse.ArgumentParser]", children).values():
            yield from options(child)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_number_has_bounds(command: str):
    found = options(_parser([command]))
    free = {each.dest for each in found if each.type in (int, float)}
    assert free <= SAID_ELSEWHERE


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("engine plan --users 0", "--users: must be a whole number from 1 to"),
        ("engine plan --users 9 --regions -1", "--regions: must be a whole number from 1 to"),
        ("engine plan --users 9 --gpu-hour nan", "--gpu-hour: must be a number from 0 to"),
        ("engine plan --users 9 --shared 1.5", "--shared: must be a number from 0 to 1"),
        ("engine plan --users 9 --page x", "--page: must be a whole number from 1 to"),
        ("engine --port 65536", "--port: must be a whole number from 0 to 65,535"),
        ("bench hub x --seconds inf", "--seconds: must be a number from 1 on, not 'inf'"),
    ],
)
def test_a_number_out_of_bounds_names_its_option(
    line: str, said: str, capsys: pytest.CaptureFixture[str]
):
    with pytest.raises(SystemExit) as ended:
        main(line.split())
    assert ended.value.code == 2
    assert said in capsys.readouterr().err
