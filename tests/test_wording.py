"""Plain English in all that a person reads: short sentences, and one name for one thing."""

from __future__ import annotations

import re

import pytest

from support.messages import messages
from support.prose import Passage, everything, without_code

LONGEST = 35
"""Words of a sentence; a piece of code is one."""

MAY_BE_LONG = {
    "An index of 9,": "figures of one run in a row",
    "Searches behind random names,": "figures of one run in a row",
    "Of the search in the index alone,": "figures of one run in a row",
    "In the first 6,000 lines": "figures of one run in a row",
    "On the same sites of seven": "figures of one run in a row",
    "Of the eight, two": "figures of one run in a row",
    "llama-server b11669 on": "figures of one run in a row",
}
"""Beginning of a sentence -> why it is longer."""

SAY_INSTEAD = {
    r"\bpropos(?:al|als|es|ed|e)\b": "suggestion, to suggest",
    r"\bmend(?:s|ed|ing)?\b": "fix",
    r"\b(?:each|every|next|newer) key\b(?! of)|\b(?:when a|for each|read for a|\d a|by) key\b"
    r"|\b[aA] key (?:ends|inside|costs|reads)\b|\bkeys a second\b|\d keys\b": "keystroke",
    r"\btakes? (?:it|the suggestion|the proposal) off\b": "dismiss",
    r"(?:^|[.;] )Who(?:ever)? (?:is|was|are|were|has|asks|asked|came|comes|shows)\b(?!.*\?)": (
        "name who it is: users, editors, a client"
    ),
    r"\b(?:is|was|are|were) away\b": "cannot be reached",
    r"\b(?:[Hh]ub|[Ee]ngine|[Ss]erver|[Pp]roxy|it|they|others|always|CODE) wants?\b": "needs",
    r"\blets? (?:\w+ ){0,2}in\b": "authenticate, accept, log in",
    r"\blikel(?:ier|iest)\b": "more likely, most likely",
    r"\bsettings reference\b|\bsee above\b|\bcorrect that value\b": "say what to do",
    r"\bmodel hub\b": "Hugging Face",
    r"\bsurroundings\b": "the code around the cursor",
    r"\bjoint probability\b": "how sure the model is",
    r"\bgets to know\b": "connects to",
    r"\btakes long\b": "is slow",
    r"\bnot good\b": "not trusted, not valid",
    r"\bcatch up\b": "earns no credit",
    r"\bby themselves\b": "say who does it",
    r"\banew\b": "again",
    r"\bbegun with\b|\bso many users\b|\bother than blanks\b": "say it in plain words",
    r"\bsearch for cycles\b": "garbage collector",
    r"\bin an environment of its own\b": "in a private Python environment",
    r"(?<![cC]ode )(?<![iI]nline )(?<![\"\w])\b[cC]ompletions?\b(?! menu)(?!\"|\.\w)": (
        "suggestion"
    ),
}
"""What was read twice, as patterns -> what to write."""

NAMES_ROOMS = ("server/ARCHITECTURE.md",)
"""Documents that name folders of the code: one of them is `completion`."""

ALL = [
    *everything(),
    *(Passage(f"{each.file}:{each.line}", without_code(each.text)) for each in messages()),
]


def test_no_sentence_is_longer_than_one_reads_at_once():
    found = [
        f"{passage.where}: {count} words: {sentence}"
        for passage in ALL
        for sentence in passage.sentences
        if (count := len(re.findall(r"\w[\w'’.,/-]*", sentence))) > LONGEST
        and not any(map(sentence.startswith, MAY_BE_LONG))
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(("pattern", "instead"), SAY_INSTEAD.items(), ids=SAY_INSTEAD.values())
def test_what_had_to_be_read_twice_is_said_plainly(pattern: str, instead: str):
    found = [
        f"{each.where}: {each.text}"
        for each in ALL
        if re.search(pattern, each.text)
        and not ("ompletion" in pattern and each.where.startswith(NAMES_ROOMS))
    ]
    assert not found, f"write: {instead}\n" + "\n".join(found)
