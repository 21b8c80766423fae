"""One run over cases of code actions: carries each out, judges what is offered, keeps results."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from fimls.backend.base import Backend
from fimls.confidence_intervals import Interval, wilson
from fimls.evaluation.edit_cases import EditCase
from fimls.evaluation.edit_judge import is_right
from fimls.evaluation.result_file import Records
from fimls.evaluation.token_counts import CountingBackend
from fimls.jail import Passes
from fimls.prompt import Conversing
from fimls.refactor import Action, Change, Explanation, Refusal
from fimls.refactor.instruction_action import InstructionAction
from fimls.refactor.service import RefactorService
from fimls.settings import RefactorSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class EditResult:
    """What became of one case.

    Attributes:
        case: its name.
        action: name of the action.
        language: the document's.
        listed: whether the action was in the menu, and could be chosen.
        offered: whether an edit, or an explanation, passed all checks.
        check: name of the check that refused; ``answer`` where the answer could not be used at all.
        reason: what was said then.
        right: whether what was offered is right.
        text: what was offered: the new text of what changed, the new file, the explanation.
        tokens: how many the engine was seen to generate.
    """

    case: str
    action: str
    language: str
    listed: bool
    offered: bool
    check: str
    reason: str
    right: bool
    text: str
    tokens: int

    @property
    def key(self) -> str:
        """What the result is the result of."""
        return self.case


@dataclass(frozen=True, slots=True, kw_only=True)
class EditPlan:
    """What is to be run.

    Attributes:
        cases: the cases.
        actions: the actions there are, by their names.
        passes: tells whether a program works, in a thread; None executes nothing.
        at_once: cases that are asked side by side.
    """

    cases: Sequence[EditCase]
    actions: dict[str, Action]
    passes: Passes | None
    at_once: int = 1


async def evaluate_edits(
    plan: EditPlan,
    backend: Backend,
    chat: Conversing,
    settings: RefactorSettings,
    records: Records[EditResult],
    *,
    context_length: int | None,
    advance: Callable[[], None],
) -> None:
    """Bring the records to where they have every result of the plan.

    Args:
        plan: what is to be run.
        backend: the engine; it stays open.
        chat: the served model's chat template.
        settings: of code actions.
        records: where results go, and which are there.
        context_length: tokens that prompt and answer may have together.
        advance: called after every new result.

    Raises:
        FimlsError: the engine cannot be used now; what has been made is in the records.
    """
    service = RefactorService(
        backend=CountingBackend(backend),
        chat=chat,
        settings=settings,
        context_length=context_length,
    )
    cases = iter([case for case in plan.cases if case.name not in records])
    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(plan.at_once):
                group.create_task(_cases(plan, service, cases, records, advance))
    except ExceptionGroup as failed:
        raise failed.exceptions[0] from None  # the first case to fail has ended the others


async def carried_out(plan: EditPlan, service: RefactorService, case: EditCase) -> EditResult:
    """Return what becomes of one case."""
    action = InstructionAction(case.instruction) if case.instruction else plan.actions[case.action]
    target = await asyncio.to_thread(action.find, case.selection)
    if target is None or target.disabled:
        reason = target.disabled if target and target.disabled else "It is not in the menu."
        return _result(case, listed=False, refusal=Refusal(reason, check="menu"))
    count = CountingBackend.count()
    outcome = await service.carry_out(action, case.selection, target)
    if isinstance(outcome, Refusal):
        return _result(case, listed=True, refusal=outcome, tokens=count.take())
    right = await asyncio.to_thread(is_right, case, outcome, plan.passes)
    return _result(case, listed=True, outcome=outcome, right=right, tokens=count.take())


@dataclass(frozen=True, slots=True, kw_only=True)
class EditFinding:
    """The figures of one action, or of one language, or of all cases.

    Attributes:
        name: of the action; ``all`` for all.
        cases: how many there are.
        listed: how many were in the menu.
        offered: share of all cases, in percent, for which an edit was offered.
        right: share of all cases with a right edit.
        right_of_offered: share of what was offered that is right; None where nothing was.
        refused_by: check -> how many cases it refused.
        tokens: generated tokens a case.
    """

    name: str
    cases: int
    listed: int
    offered: Interval
    right: Interval
    right_of_offered: Interval | None
    refused_by: dict[str, int]
    tokens: float


def summarise_edits(plan: EditPlan, records: Records[EditResult]) -> list[EditFinding]:
    """Return the figures of each action that has results, in the actions' order, then of all."""
    results = [records[case.name] for case in plan.cases if case.name in records]
    names = [name for name in plan.actions if any(each.action == name for each in results)]
    findings = [_finding(name, [r for r in results if r.action == name]) for name in names]
    return [*findings, _finding("all", results)] if results else []


def _finding(name: str, results: Sequence[EditResult]) -> EditFinding:
    offered = sum(result.offered for result in results)
    right = sum(result.right for result in results)
    refused = [result.check for result in results if not result.offered]
    return EditFinding(
        name=name,
        cases=len(results),
        listed=sum(result.listed for result in results),
        offered=wilson(offered, len(results)),
        right=wilson(right, len(results)),
        right_of_offered=wilson(right, offered) if offered else None,
        refused_by={check: refused.count(check) for check in sorted(set(refused))},
        tokens=sum(result.tokens for result in results) / len(results),
    )


async def _cases(
    plan: EditPlan,
    service: RefactorService,
    cases: Iterator[EditCase],
    records: Records[EditResult],
    advance: Callable[[], None],
) -> None:
    """Take cases, which others take too, until there are none."""
    for case in cases:
        records.add(await carried_out(plan, service, case))
        advance()


def _result(
    case: EditCase,
    *,
    listed: bool,
    outcome: Change | Explanation | None = None,
    refusal: Refusal | None = None,
    right: bool = False,
    tokens: int = 0,
) -> EditResult:
    return EditResult(
        case=case.name,
        action=case.action,
        language=case.language,
        listed=listed,
        offered=outcome is not None,
        check=(refusal.check or "answer") if refusal else "",
        reason=refusal.reason if refusal else "",
        right=right,
        text=_shown(outcome) if outcome else "",
        tokens=tokens,
    )


def _shown(outcome: Change | Explanation) -> str:
    if isinstance(outcome, Explanation):
        return outcome.text
    if outcome.new_files:
        return outcome.new_files[0].text
    return outcome.after[outcome.start : len(outcome.after) - len(outcome.before) + outcome.end]
