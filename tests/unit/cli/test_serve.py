from __future__ import annotations

import argparse

import pytest

from fimls.cli import main, serve


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--tcp"], "unrecognized arguments: --tcp"),
        (["--log-file"], "expected one argument"),
    ],
)
def test_bad_arguments_fail_clearly(
    arguments: list[str], complaint: str, capsys: pytest.CaptureFixture[str]
):
    with pytest.raises(SystemExit) as stopped:
        main(["serve", *arguments])
    assert stopped.value.code == 2
    captured = capsys.readouterr()
    assert complaint in captured.err
    assert captured.out == ""


def test_a_log_that_cannot_be_written_is_one_sentence(capsys: pytest.CaptureFixture[str]):
    assert main(["serve", "--log-file", "/no/such/folder/fimls.log"]) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    (line,) = captured.err.rstrip().split("\n")
    assert line.startswith("fimls: The log file /no/such/folder/fimls.log cannot be written")


def test_the_argument_that_editors_add_is_accepted():
    parser = argparse.ArgumentParser()
    serve.register(parser.add_subparsers())
    assert parser.parse_args(["serve", "--stdio"]).run is serve.run
