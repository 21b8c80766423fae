"""Code within strings, with strings of its own: what a perfect model writes there stays the line.

Each line is cut at every place, with nothing behind the cursor, with what an editor closed there
that closes quotes within strings or one that does not, and with what stood there behind a word.
"""

from __future__ import annotations

import re

import pytest

from fimls.completion.post_processing import post_process
from fimls.completion.stopping import Stopping
from fimls.completion.surroundings import Surroundings
from fimls.completion.syntax_context import inside
from fimls.syntax import Scan, closer_of, marks_of, scan
from support.autopairs import Typing

LINES = [
    ("shellscript", 'dir="$(cd "$(dirname "$0")" && pwd)"'),
    ("shellscript", 'name="${1:-"$(hostname)"}"; it="${2:-it\'s}"'),
    ("shellscript", 'here=$(cd -P "$(dirname "$(readlink "${A[0]}" || echo "${B[0]}")")" && pwd)'),
    ("javascript", 'const a = `the ${list.map((x) => `<${x}>`).join(", ")} end`;'),
    ("python", 'print(f"{row["name"]}: {", ".join(f"{x["a"]:>{width}}" for x in rows)} end")'),
    ("python", "print(f'{{no}} {row[\"name\"]!r:<10} ends', 'it\\'s')"),
    ("ruby", 'puts "#{names.map { |n| "<#{n}>" }.join(", ")} end"'),
    ("kotlin", 'println("${names.joinToString(", ") { "<${it["a"]}>" }} end")'),
    ("csharp", 'var s = $"{names["a"]} and {string.Join(", ", $"{x["b"]}")} end";'),
    ("php", '$s = "{$row["name"]} and {$row->all("b")} end";'),
    ("swift", r'let s = "\(names["a"] ?? "none") and \(f("\(x)")) end"'),
    ("scala", 'val t = s"${names.mkString(", ")} and ${m("a")} end"'),
    ("dart", 'var s = "${names.join(", ")} and ${m["a"]} end";'),
    ("elixir", 's = "#{Enum.join(names, ", ")} and #{m["a"]} end"'),
]
WITH_A_PATTERN = ("typescript", "const a = `say ${text.replace(/\"/g, '`')} end`;")
LEAST = 0.97
"""The share of cuts that are the line again; the others show a part of it, or nothing."""


def accepted(language: str, before: str, after: str, model: str) -> str | None:
    around = Surroundings(
        above=("",), before=before, after=after, below=("", ""), language_id=language
    )
    stopping = Stopping(around, lines="auto", max_lines=20)
    for end in range(5, len(model) + 5, 5):
        if stopping.feed(model[:end]):
            break
    shown = post_process(stopping.shown, around).suggestion
    return before + shown.text + after[shown.replaces :] if shown.text else None


def behind(language: str, line: str, at: int) -> dict[str, tuple[str, str]]:
    """Return what stands behind the cursor, and what the model writes, by the editor."""
    typing = Typing(language)
    typing.type(line[:at])
    found = {"nothing": ("", line[at:]), "closed": (typing.rest, line[at:])}
    nested = scan(line[:at], marks := marks_of(language), Scan()).nested
    if len(nested) > 1:
        start = at
        while scan(line[:start], marks, Scan()).until:
            start -= 1
        outside = Typing(language)
        outside.type(line[:start])
        chain = "".join(closer_of(begun, marks) for begun in reversed(nested))
        found["all closed"] = (chain + outside.rest, line[at:])
    word = re.match(r"\w+", line[at:])
    if word and line[at + word.end() :].strip():
        found["rest"] = (line[at + word.end() :], word[0])
    return found


@pytest.mark.parametrize(("language", "line"), LINES, ids=lambda value: str(value)[:20])
def test_quotes_of_code_within_a_string_do_not_end_it(language: str, line: str) -> None:
    outcomes, wrong = list[bool](), list[tuple[str, str, str, str | None]]()
    for at in range(1, len(line)):
        for editor, (after, model) in behind(language, line, at).items():
            if not model.strip() or model == after:
                continue
            text = accepted(language, line[:at], after, model)
            outcomes.append(text == line)
            if text != line:
                print(editor, repr(line[:at]), repr(after), repr(text))
            if text is not None and not line.startswith(text.rstrip(")}]\"'`;")[:-1]):
                wrong.append((editor, line[:at], after, text))
    assert not wrong
    assert sum(outcomes) >= LEAST * len(outcomes)


@pytest.mark.parametrize(("language", "line"), [*LINES, WITH_A_PATTERN], ids=lambda v: str(v)[:20])
def test_behind_the_line_nothing_is_open(language: str, line: str) -> None:
    state = scan(line, marks_of(language), Scan())
    assert (state.until, state.open, state.unmatched) == ("", "", ())


@pytest.mark.parametrize(
    ("language", "before", "within"),
    [
        ("dart", 'var s = "${names[', None),
        ("dart", 'var s = "${names["a', "string"),
        ("elixir", 's = "#{Enum.join(', None),
        ("elixir", 's = "#{Enum.join(names)} and ', "string"),
        ("powershell", '$s = "$(Get-Item ', None),
        ("nix", 's = "${pkgs.', None),
    ],
)
def test_code_within_a_string_is_code_where_no_grammar_is_known(
    language: str, before: str, within: str | None
) -> None:
    assert inside(Surroundings(before=before, after='"', language_id=language)) == within
