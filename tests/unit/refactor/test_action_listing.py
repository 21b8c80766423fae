from __future__ import annotations

import time
from dataclasses import dataclass

import pytest

from fimls.refactor import Change, Check, Question, Selection, Target
from fimls.refactor.action_listing import offers
from fimls.refactor.actions import ACTIONS
from fimls.refactor.registry import actions_for
from fimls.settings import RefactorSettings
from support.selecting import select


@dataclass(frozen=True, kw_only=True)
class Scripted:
    name: str
    kind: str = "refactor.rewrite"
    languages: frozenset[str] = frozenset()
    checks: tuple[Check, ...] = ()
    found: Target | Exception | None = None

    def find(self, selection: Selection) -> Target | None:
        if isinstance(self.found, Exception):
            raise self.found
        return self.found

    def ask(self, selection: Selection, target: Target) -> Question:
        raise AssertionError("listing asks nothing")

    def read(self, selection: Selection, target: Target, answer: str) -> Change:
        raise AssertionError("listing reads nothing")


HERE = Target(start=0, end=1, title="Do")
NOT_HERE = Target(start=0, end=1, title="Do", disabled="It is too late.")

ALL = (
    Scripted(name="extract", kind="refactor.extract.function", found=HERE),
    Scripted(name="nothing"),
    Scripted(name="go", languages=frozenset({"go"}), found=HERE),
    Scripted(name="fails", found=RuntimeError("secret")),
    Scripted(name="late", found=NOT_HERE),
    Scripted(name="fix", kind="quickfix", found=HERE),
)


@pytest.mark.parametrize(
    ("only", "with_disabled", "names"),
    [
        ((), True, ["extract", "late", "fix"]),
        ((), False, ["extract", "fix"]),
        (("refactor",), True, ["extract", "late"]),
        (("refactor.extract",), True, ["extract"]),
        (("refactor.ext",), True, []),
        (("quickfix", "refactor.rewrite"), True, ["late", "fix"]),
        (("",), True, ["extract", "late", "fix"]),
    ],
)
def test_offers(
    only: tuple[str, ...],
    with_disabled: bool,
    names: list[str],
    caplog: pytest.LogCaptureFixture,
):
    found = offers(ALL, select("a<|>b"), only=only, with_disabled=with_disabled)
    assert [offer.action.name for offer in found] == names
    assert "secret" not in caplog.text


def test_the_users_actions_come_last_and_names_can_be_switched_off():
    custom = {"mine": {"title": "Mine", "prompt": "Do it."}}
    actions, problems = actions_for(RefactorSettings(custom=custom))
    assert not problems
    assert [each.name for each in actions] == [*(each.name for each in ACTIONS), "mine"]
    off = RefactorSettings(custom=custom, disabled=["mine", "nobody"])
    actions, problems = actions_for(off)
    assert actions == ACTIONS
    assert problems == ["refactor.disabled names 'nobody', and there is no such action."]


BUNDLES = {
    "a UMD bundle": ("(function (root, make) {{\n{}\n}})(this, function () {{}});\n", "\n"),
    "one object's methods": ("const all = {{\n{}\n}};\n", ",\n"),
    "minified lines": ("!function(){{{}}}();\n", ""),
}
PART = """\
  {} function part{}(left, right) {{
    var found = [], size = left.length
    for (var at = 0; at < size; at++) if (right[at] !== found) found.push(left[at] + right)
    return found.map(function (each) {{ return each + size + part{}.name }})
  }}"""


def bundle(kind: str, parts: int) -> str:
    """Return JavaScript as bundlers write it, all of it inside one function or object."""
    frame, between = BUNDLES[kind]
    inside: list[str] = []
    for number in range(parts):
        part = PART.format(f"part{number}:" if "object" in kind else "", number, number)
        inside.append(" ".join(part.split()) + ";" if "minified" in kind else part)
    if "minified" in kind:
        inside = ["".join(inside[at : at + 20]) + "\n" for at in range(0, parts, 20)]
    return frame.format(between.join(inside))


@pytest.mark.parametrize("kind", BUNDLES)
def test_a_list_in_a_bundle_takes_as_long_as_in_a_small_file(kind: str):
    def taken(parts: int) -> float:
        text = bundle(kind, parts)
        middle = text.index(f"part{parts // 2}(")
        line = text.index("found", middle)
        selection = select(
            f"{text[:line]}<[{text[line : line + 40]}]>{text[line + 40 :]}", "javascript"
        )
        assert selection.parsed is not None
        times: list[float] = []
        for _ in range(5):
            began = time.thread_time()
            assert offers(ACTIONS, selection)
            times.append(time.thread_time() - began)
        return min(times)

    assert taken(1_200) < 4 * taken(100) + 0.02
