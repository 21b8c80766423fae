"""Every setting: its default, unit and meaning, and how layers of them become one `Settings`.

The classes below, and the one of `fimls.settings_hub`, are the only place where a setting is
described. ``configs/fimls.toml`` and VS Code's settings are generated from them
(`fimls.settings_doc`, `fimls.settings_vscode`), and tests keep them equal.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, cast

import attrs
from attrs import validators as v

from fimls.setting import setting, texts
from fimls.settings_hub import HubSettings

__all__ = [
    "CompletionSettings",
    "EngineSettings",
    "HubSettings",
    "Layer",
    "LogSettings",
    "ModelSettings",
    "PromptSettings",
    "RefactorSettings",
    "Settings",
    "resolve",
    "setting",
]


@attrs.frozen(kw_only=True)
class EngineSettings:
    """The SGLang server that answers."""

    url: str = setting(
        "http://127.0.0.1:30000",
        "Base address of the SGLang server, as `fimls engine` prints it.",
        check=v.matches_re(r"https?://[^\s/]+(/.*)?"),
        trusted=True,
    )
    api_key_env: str = setting(
        "FIMLS_API_KEY",
        "Name of the environment variable that holds the engine's API key; unset means no key.",
        trusted=True,
    )
    api_key_file: str = setting(
        "",
        "File that holds the engine's API key; it wins over the environment variable.",
        trusted=True,
    )
    connect_timeout_ms: int = setting(
        2_000,
        "How long to wait for a connection to the engine.",
        unit="ms",
        check=v.and_(v.ge(1), v.le(600_000)),
    )
    read_timeout_ms: int = setting(
        30_000,
        "How long the engine may be silent while it answers.",
        unit="ms",
        check=v.and_(v.ge(1), v.le(600_000)),
    )
    extra_key: str = setting(
        "",
        "Cache namespace sent as SGLang's `extra_key`; editors with different keys share nothing,"
        " and empty means a secret one for each server process, unless the cache is shared.",
        trusted=True,
    )
    share_cache: bool = setting(
        False,
        "With no key of its own, share cached tokens with everybody on the engine: they can then"
        " tell by the time an answer takes whether somebody sent the same text.",
        trusted=True,
    )


@attrs.frozen(kw_only=True)
class ModelSettings:
    """The served model."""

    template: str = setting(
        "auto",
        "FIM template by name (`fimls doctor` lists them); `auto` picks it from the vocabulary.",
    )
    tokenizer: str = setting(
        "",
        "Folder or hub name of the model's tokenizer; empty means what the engine reports.",
        trusted=True,
    )


@attrs.frozen(kw_only=True)
class PromptSettings:
    """How much of the document the model reads."""

    prefix_tokens: int = setting(
        2_048,
        "Upper bound on text before the cursor.",
        unit="tokens",
        check=v.and_(v.ge(16), v.le(1_000_000)),
    )
    layout: str = setting(
        "held",
        "What a key changes: `held` puts typed text behind the FIM end token, so that a key costs"
        " the engine one token; `whole` builds prefix and suffix anew.",
        check=v.in_(["held", "whole"]),
    )
    suffix_tokens: int = setting(
        512,
        "Upper bound on text after the cursor.",
        unit="tokens",
        check=v.and_(v.ge(0), v.le(1_000_000)),
    )
    warm_up: bool = setting(
        True,
        "Have the engine read a document when it is opened, and the cursor's surroundings where the"
        " editor tells that it rests, before a completion is asked for.",
    )
    warm_up_delay_ms: int = setting(
        300,
        "How long nothing must happen before the engine reads ahead.",
        unit="ms",
        check=v.and_(v.ge(0), v.le(60_000)),
    )


@attrs.frozen(kw_only=True)
class CompletionSettings:
    """Inline completions."""

    automatic: bool = setting(True, "Answer while typing; false answers only when asked by hand.")
    min_prefix: int = setting(
        0,
        "While typing, how many characters other than blanks at its ends the line must have before"
        " the cursor.",
        unit="characters",
        check=v.and_(v.ge(0), v.le(1_000)),
    )
    menu: str = setting(
        "auto",
        "Whether completions are also offered for the editor's completion menu: `auto` where it has"
        " no inline completion, `always` or `never`; read when the editor starts the server.",
        check=v.in_(["auto", "always", "never"]),
    )
    in_comments: bool = setting(True, "Answer while typing in comments.")
    in_strings: bool = setting(True, "Answer while typing in strings.")
    candidates: int = setting(
        3,
        "How many different proposals there are, at most, when asked by hand.",
        unit="proposals",
        check=v.and_(v.ge(1), v.le(10)),
    )
    exclude_files: list[str] = setting(
        [".env", ".env.*", "*.pem", "*.key", "*.p12", "*.kdbx", ".netrc", ".npmrc", ".ssh/**"],
        "Files whose text is sent nowhere: patterns of names, or of the ends of paths.",
        check=texts,
    )
    exclude_languages: list[str] = setting(
        [],
        "Languages, as LSP names them, whose text is sent nowhere (`markdown`).",
        check=texts,
    )
    max_new_tokens: int = setting(
        64,
        "Upper bound on generated text.",
        unit="tokens",
        check=v.and_(v.ge(1), v.le(4_096)),
    )
    lines: str = setting(
        "auto",
        "How much is written: `single` the cursor's line, `multi` its block, `auto` a line that was"
        " begun with what it opens, and on an empty line the block.",
        check=v.in_(["single", "auto", "multi"]),
    )
    max_lines: int = setting(
        8, "Upper bound on shown lines.", unit="lines", check=v.and_(v.ge(1), v.le(1_000))
    )
    min_probability: float = setting(
        0.0,
        "What is shown ends before its joint probability, as the model sees it, falls below this;"
        " 0 shows everything. server/QUALITY.md says what values do.",
        check=v.and_(v.ge(0.0), v.lt(1.0)),
    )
    temperature: float = setting(
        0.0, "Sampling temperature; 0 always takes the likeliest token.", check=v.ge(0.0)
    )
    likelier_line: bool = setting(
        True,
        "Where the model finds another beginning likelier than the whole line that it wrote, have"
        " that one written too, and take the likelier line; server/QUALITY.md says what it gives"
        " and costs. With a temperature of 0 only.",
    )
    reuse: bool = setting(
        True,
        "Answer from text generated before, without the engine, where what is typed continues it.",
    )
    ahead: bool = setting(
        True,
        "While a proposal is shown, generate what follows it, behind everything else the engine has"
        " to do: after accepting it, the next one is there.",
    )
    debounce_ms: int = setting(
        75,
        "Longest wait before the engine is asked; it is only reached while the engine is slower"
        " than the typing, and 0 never waits.",
        unit="ms",
        check=v.and_(v.ge(0), v.le(10_000)),
    )
    first_lines_ms: int = setting(
        800,
        "After this long, the lines that are certain are shown while the rest is generated; the"
        " next key, or accepting them, shows more.",
        unit="ms",
        check=v.and_(v.ge(0), v.le(600_000)),
    )
    deadline_ms: int = setting(
        5_000,
        "After this long without an answer the request is answered with nothing; what is being"
        " generated then is kept for the next one.",
        unit="ms",
        check=v.and_(v.ge(10), v.le(600_000)),
    )


@attrs.frozen(kw_only=True)
class RefactorSettings:
    """Code actions: what a model is asked to change, checked before it is offered."""

    enabled: bool = setting(
        True, "Offer code actions to editors that have them; read when the editor starts."
    )
    disabled: list[str] = setting(
        [],
        'Names of actions that are not offered (`["optimise"]`); `fimls doctor` lists all names.',
        check=texts,
    )
    context_tokens: int = setting(
        4_096,
        "Upper bound on what the model reads of the file, around the part that is to change.",
        unit="tokens",
        check=v.and_(v.ge(64), v.le(1_000_000)),
    )
    max_new_tokens: int = setting(
        1_024,
        "Upper bound on an answer; one that is cut off there is not used.",
        unit="tokens",
        check=v.and_(v.ge(1), v.le(65_536)),
    )
    deadline_ms: int = setting(
        60_000,
        "After this long without a change that passes its checks, none is made.",
        unit="ms",
        check=v.and_(v.ge(10), v.le(3_600_000)),
    )
    temperature: float = setting(
        0.0, "Sampling temperature; 0 always takes the likeliest token.", check=v.ge(0.0)
    )
    repair: bool = setting(
        True, "Ask once more, with the reason, where an answer did not pass its checks."
    )
    confirm: bool = setting(
        True,
        "Have the editor show what a model wrote before it changes the document, where it can.",
    )
    custom: dict[str, Any] = setting(
        {},
        "Actions of your own, a table each (README.md, code actions):"
        " `[refactor.custom.NAME]` with `title` and `prompt`, and if wanted `languages`, `kind`"
        " and `checks`.",
    )


@attrs.frozen(kw_only=True)
class LogSettings:
    """The server's log, on standard error."""

    level: str = setting(
        "info",
        "Least severe messages that are written; `debug` may contain source text.",
        check=v.in_(["debug", "info", "warning", "error"]),
    )


@attrs.frozen(kw_only=True)
class Settings:
    """All settings, resolved: what the rest of fimls reads."""

    engine: EngineSettings = attrs.field(factory=EngineSettings)
    model: ModelSettings = attrs.field(factory=ModelSettings)
    prompt: PromptSettings = attrs.field(factory=PromptSettings)
    completion: CompletionSettings = attrs.field(factory=CompletionSettings)
    refactor: RefactorSettings = attrs.field(factory=RefactorSettings)
    log: LogSettings = attrs.field(factory=LogSettings)
    hub: HubSettings = attrs.field(factory=HubSettings)


@attrs.frozen(kw_only=True)
class Layer:
    """One source of settings.

    Attributes:
        name: where it comes from, for messages (``~/.config/fimls/fimls.toml``).
        values: tables of values as read: ``{"engine": {"url": ...}}``; camelCase keys are accepted.
        trusted: false for files that came with a workspace, and for editors of others at a hub.
        because: why a layer that is not trusted may not say where text is sent.
    """

    name: str
    values: Mapping[str, Any]
    trusted: bool = True
    because: str = (
        "a file in the workspace may not say where text is sent; set it in your user file or editor"
    )


_LONGEST_SHOWN = 100
"""Characters of a value that is wrong."""


def resolve(layers: Sequence[Layer]) -> tuple[Settings, list[str]]:
    """Merge layers, the last one winning, into settings and problems.

    A bad value never stops anything: it is left out, with one sentence in the problems, and the
    value of the layer below stays.
    """
    settings = Settings()
    problems: list[str] = []
    for layer in layers:
        for table, values in layer.values.items():
            name = _snake(table)
            if name not in attrs.fields_dict(Settings):
                problems.append(f"{layer.name}: there is no table [{table}] in the settings.")
            elif not isinstance(values, Mapping):
                problems.append(f"{layer.name}: [{table}] must be a table of settings.")
            else:
                section, found = _resolve_section(
                    getattr(settings, name), name, cast("Mapping[str, Any]", values), layer
                )
                settings = attrs.evolve(settings, **{name: section})
                problems += found
    return settings, problems


def _resolve_section(
    section: Any, table: str, values: Mapping[str, Any], layer: Layer
) -> tuple[Any, list[str]]:
    problems: list[str] = []
    known = attrs.fields_dict(cast("type[attrs.AttrsInstance]", type(section)))
    for key, value in values.items():
        name = _snake(key)
        where = f"{layer.name}: {table}.{name}"
        if name not in known:
            problems.append(f"{where} is not a setting.")
            continue
        if known[name].metadata["trusted"] and not layer.trusted:
            problems.append(f"{where} is ignored, because {layer.because}.")
            continue
        below = getattr(section, name)
        try:
            # A table of named entries: each layer adds its own.
            merged: Any = {**cast("Any", below), **value} if isinstance(below, dict) else value
            section = attrs.evolve(section, **{name: merged})
        except (TypeError, ValueError):
            default = known[name].default
            problems.append(
                f"{where} cannot be {_shortly(value)}; it stays {below!r}"
                f" ({type(default).__name__}, see the settings reference)."
            )
    return section, problems


def _shortly(value: object) -> str:
    text = repr(value)
    return text if len(text) <= _LONGEST_SHOWN else text[:_LONGEST_SHOWN] + "…"


def _snake(key: str) -> str:
    """``maxNewTokens`` as editors write it -> ``max_new_tokens``."""
    return re.sub(r"(?<=[a-z0-9])([A-Z])", r"_\1", key).lower()
