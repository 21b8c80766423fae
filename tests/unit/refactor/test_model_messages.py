"""What a model is told: stable first, whole files where they fit, windows where they do not."""

from __future__ import annotations

import pytest

from fimls.refactor import Question, Target
from fimls.refactor.model_messages import ANSWER_WITH, SYSTEM, conversation, excerpt
from support.selecting import select

QUESTION = Question(instruction="Rename it.")


def words(text: str) -> int:
    return len(text.split())


def target(start: int, end: int) -> Target:
    return Target(start=start, end=end, title="Do")


def test_the_file_then_the_part_then_what_to_do():
    selection = select(
        "def f():\r\n    <[return 1\r\n    # ```]>\r\nx\r\n", uri="file:///src/my%20a.py"
    )
    part = target(selection.start, selection.end)
    shown = excerpt(selection, part, 100, words)
    system, user = conversation(selection, part, QUESTION, shown)
    assert (system.role, system.text) == ("system", SYSTEM)
    assert user.text == (
        "The file my a.py:\n\n"
        "````python\ndef f():\n    return 1\n    # ```\nx\n````\n\n"
        "The part, lines 2 to 3:\n\n"
        "````python\n    return 1\n    # ```\n````\n\n"
        f"Rename it.\n\n{ANSWER_WITH['replacement']}"
    )


def test_two_questions_about_a_file_begin_with_the_same_text():
    one, other = select("a = <[1]>\nb = 2\n"), select("a = 1\nb = <[2]>\n")
    texts: list[str] = []
    for each in (one, other):
        part = target(each.start, each.end)
        texts.append(conversation(each, part, QUESTION, excerpt(each, part, 100, words))[1].text)
    assert texts[0].partition("The part")[0] == texts[1].partition("The part")[0]


@pytest.mark.parametrize("line", [0, 1, 150, 151, 299])
def test_of_a_long_file_there_is_a_window_around_the_part(line: int):
    lines = [f"name_{n} = {n}\n" for n in range(300)]
    lines[line] = f"<[{lines[line][:-1]}]>\n"
    selection = select("".join(lines))
    part = target(selection.start, selection.end)
    shown = excerpt(selection, part, 90, words)
    assert not shown.whole
    assert words(shown.text) <= 90
    assert selection.text[part.start : part.end] in shown.text
    assert shown.text.startswith(f"name_{shown.first - 1} =")
    assert f"The file a.py, from line {shown.first} on:" in (
        conversation(selection, part, QUESTION, shown)[1].text
    )


def test_the_window_stays_for_parts_nearby():
    lines = [f"name_{n} = {n}\n" for n in range(300)]
    seen: set[str] = set()
    for line in range(150, 154):
        marked = [*lines]
        marked[line] = f"<[{lines[line][:-1]}]>\n"
        selection = select("".join(marked))
        part = target(selection.start, selection.end)
        seen.add(excerpt(selection, part, 200, words).text)
    assert len(seen) <= 2
