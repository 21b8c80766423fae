"""The settings of code actions, beside those of `fimls.settings.tables`."""

from __future__ import annotations

from typing import Any

import attrs
from attrs import validators as v

from fimls.settings.declaration import setting, tables, texts
from fimls.settings.stricter_values import ADD, BORROW, LOWER, SWITCH_OFF, SWITCH_ON


@attrs.frozen(kw_only=True)
class RefactorSettings:
    """Code actions: what a model is asked to change, checked before it is offered."""

    enabled: bool = setting(
        True,
        "Offer code actions. Takes effect when the editor starts the server.",
        narrowing=SWITCH_OFF,
        workspace="narrow",
        at_hub="narrow",
    )
    disabled: list[str] = setting(
        [],
        'Actions not to offer, by name (`["optimise"]`); `fimls doctor` lists all names.',
        check=texts,
        narrowing=ADD,
        workspace="narrow",
        at_hub="narrow",
    )
    context_tokens: int = setting(
        4_096,
        "Most tokens of the file that the model reads around the part to change.",
        unit="tokens",
        check=v.and_(v.ge(64), v.le(1_000_000)),
        narrowing=LOWER,
        workspace="narrow",
        at_hub="narrow",
    )
    max_new_tokens: int = setting(
        1_024,
        "Longest answer; one that is cut off there is not used.",
        unit="tokens",
        check=v.and_(v.ge(1), v.le(65_536)),
        narrowing=LOWER,
        workspace="narrow",
        at_hub="narrow",
    )
    deadline_ms: int = setting(
        60_000,
        "After this long, give up on a change that has not passed its checks.",
        unit="ms",
        check=v.and_(v.ge(10), v.le(3_600_000)),
        at_hub="any",
    )
    temperature: float = setting(
        0.0,
        "Sampling temperature; 0 always takes the most likely token.",
        check=v.and_(v.ge(0.0), v.le(100.0)),
        at_hub="any",
    )
    repair: bool = setting(
        True,
        "When an answer does not pass its checks, ask the model again, with the reason.",
        narrowing=SWITCH_OFF,
        workspace="narrow",
        at_hub="any",
    )
    confirm: bool = setting(
        True,
        "Show what a model wrote before it changes the document, if the editor can.",
        narrowing=SWITCH_ON,
        workspace="narrow",
        at_hub="any",
    )
    trusted_folders: list[str] = setting(
        [],
        "Folders whose programs and plug-ins are yours, with all that is below them: there the"
        " commands of `refactor.checkers` may be run, and with `refactor.execute` code, to check"
        " what a model wrote. Never at a hub.",
        check=texts,
    )
    checkers: list[str] = setting(
        [],
        "Commands that report what is wrong with a file, whose path is put behind them"
        ' (`["ruff check --output-format=concise", "basedpyright"]`): asked before and after what'
        " a model wrote, in trusted folders.",
        check=texts,
    )
    execute: bool = setting(
        False,
        "Execute Python of trusted folders in bubblewrap, nsjail or systemd-run, without network or"
        " files to write to, to check what a model wrote: both versions of a function, new tests.",
    )
    custom: dict[str, Any] = setting(
        {},
        "Actions of your own, a table each (server/CODE_ACTIONS.md):"
        " `[refactor.custom.NAME]` with `title` and `prompt`, and optionally `languages`, `kind`"
        " and `checks`. Those of a workspace's file ask before they change anything.",
        check=tables,
        narrowing=BORROW,
        workspace="narrow",
        at_hub="any",
    )
