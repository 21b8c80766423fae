"""Comments, what they say, and which of them are more than words."""

from __future__ import annotations

import pytest

from fimls.syntax import parse
from fimls.syntax.comments import Comment, comments_of


@pytest.mark.parametrize(
    ("language", "text", "words"),
    [
        ("python", "x = '# no'  # a  b\n#: c\n", ["a b", ": c"]),
        ("javascript", "/**\n * a\n * @b c\n */\nf(); // d\n", ["a @b c", "d"]),
        ("rust", "//! a\n/// b\nfn f() {} /* c */\n", ["a", "b", "c"]),
        ("ruby", "=begin\na\n=end\n# b\n", ["a", "b"]),
        ("php", "<?php # a\n// b\n", ["a", "b"]),
        ("html", "<p><!-- a --></p>", ["a"]),
        ("lua", "-- a\n--[[ b ]]\n", ["a", "b"]),
        ("kotlin", "// a\n/* b */\nval x = 1\n", ["a", "b"]),
        ("cpp", "int a; ///< b\n", ["< b"]),
    ],
)
def test_words(language: str, text: str, words: list[str]) -> None:
    parsed = parse(text, language)
    assert parsed is not None
    found = comments_of(parsed)
    assert [comment.words for comment in found] == words
    assert [text[comment.start : comment.end] for comment in found] == [c.text for c in found]


@pytest.mark.parametrize(
    "text",
    [
        "#!/bin/sh",
        "# -*- coding: utf-8 -*-",
        "# type: ignore",
        "# noqa: F401",
        "# fmt: off",
        "# frozen_string_literal: true",
        "# shellcheck disable=SC2086",
        "//go:build linux",
        "// +build linux",
        "//export f",
        "// #include <a.h>",
        "// @ts-ignore",
        "// eslint-disable-next-line",
        "/* eslint no-var: 0 */",
        "/** @jsx h */",
        "//# sourceMappingURL=a.map",
        "// NOLINT",
        '/// <reference path="a" />',
    ],
)
def test_comments_that_tools_read(text: str) -> None:
    assert Comment(text, 0, 0).is_pragma


@pytest.mark.parametrize(
    "text", ["# the type: a word", "# noise", "// goes on", "// exported", "/* global */", "# a: b"]
)
def test_comments_that_are_only_words(text: str) -> None:
    assert not Comment(text, 0, 0).is_pragma
