"""What a code action is: where it applies, what it asks a model, what it makes of the answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol, TypeAlias

from fimls.refactor.change import Change, Check, Explanation
from fimls.refactor.selection import Selection

Form: TypeAlias = Literal["replacement", "blocks", "name", "docstring", "prose", "file"]
"""What a model is to answer with: the target's new text; search/replace blocks, for long targets;
one identifier; what a docstring says, which the action puts in its place; an explanation, which is
shown and never read by the action; the text of a new file."""


class Action(Protocol):
    """One kind of refactoring; `fimls.refactor.actions` has a module for each."""

    @property
    def name(self) -> str:
        """What it is called in settings and metrics (``add-docstring``)."""
        ...

    @property
    def kind(self) -> str:
        """Its LSP code action kind (``refactor.rewrite``)."""
        ...

    @property
    def languages(self) -> frozenset[str]:
        """LSP language identifiers it is for; empty for every one."""
        ...

    @property
    def checks(self) -> tuple[Check, ...]:
        """What its changes must pass, in this order."""
        ...

    def find(self, selection: Selection) -> Target | None:
        """Return what it would work on, or None where it does not apply; no model is asked.

        It runs each time the editor moves its light bulb: it looks at the tree only.
        """
        ...

    def ask(self, selection: Selection, target: Target) -> Question | Change | Refusal:
        """Return what to ask a model, or the change itself where none is needed.

        A refusal is for what a look at the whole file finds, for which `find` has no time.
        """
        ...

    def read(self, selection: Selection, target: Target, answer: str) -> Change | Refusal:
        """Make a change of a model's answer, which is already free of fences and prose."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What an action would work on.

    Attributes:
        start: offset of its first character.
        end: offset after its last character.
        title: what the editor's menu says, beginning with a verb ("Add a docstring to `area`").
        disabled: why it cannot be done here, as a short sentence, or None.
        confirm: the user must see the change before it is made, whatever the settings say.
    """

    start: int
    end: int
    title: str
    disabled: str | None = None
    confirm: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What a model is asked; the document and the marked target come before it in the prompt.

    Attributes:
        instruction: what to do with the target, in full sentences.
        form: what to answer with.
        regex: what the answer must match from end to end, or None; the engine enforces it.
        placeholder: the name that is taken where a model has none in time; empty where the change
            makes no sense without a model's.
        proposes: whether the name is all that is wanted, since the editor makes the change.
    """

    instruction: str
    form: Form = "replacement"
    regex: str | None = None
    placeholder: str = ""
    proposes: bool = False


@dataclass(frozen=True, slots=True)
class Refusal:
    """No change can be made.

    Attributes:
        reason: a sentence like a check's.
        check: name of the check that refused, empty where it was none.
    """

    reason: str
    check: str = ""


Outcome: TypeAlias = Change | Explanation | Refusal
"""What comes of an action."""
