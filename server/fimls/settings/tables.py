"""Every setting: its default, unit and meaning, and who else may set it or narrow it.

The classes below, and those of `fimls.settings.engine`, `fimls.settings.completion`,
`fimls.settings.context`, `fimls.settings.refactor` and `fimls.settings.hub`, are the only place
where a setting is described. ``configs/fimls.toml`` and VS Code's settings are generated from them
(`fimls.settings.default_toml`, `fimls.settings.vscode`), and tests keep them equal.
`fimls.settings.trust` makes one `Settings` of what several places say.
"""

from __future__ import annotations

from typing import cast

import attrs
from attrs import validators as v

from fimls.settings.completion import CompletionSettings
from fimls.settings.context import ContextSettings
from fimls.settings.declaration import setting
from fimls.settings.engine import EngineSettings, NamedEngine, PrivacySettings
from fimls.settings.hub import HubSettings
from fimls.settings.refactor import RefactorSettings
from fimls.settings.stricter_values import LOWER, SWITCH_OFF


@attrs.frozen(kw_only=True)
class ModelSettings:
    """The served model."""

    template: str = setting(
        "auto",
        "FIM template by name (`fimls doctor` lists them); `auto` picks it from the vocabulary.",
    )
    tokenizer: str = setting(
        "",
        "Folder, GGUF file or hub name of the model's tokenizer; empty means what the engine says.",
    )


@attrs.frozen(kw_only=True)
class PromptSettings:
    """How much of the document the model reads."""

    prefix_tokens: int = setting(
        2_048,
        "Upper bound on text before the cursor.",
        unit="tokens",
        check=v.and_(v.ge(16), v.le(1_000_000)),
        narrowing=LOWER,
        workspace="narrow",
        at_hub="narrow",
    )
    layout: str = setting(
        "held",
        "How prompts are built. `held`: reuse the prompt while you type, so that a keystroke"
        " costs one token. `whole`: rebuild it at each keystroke.",
        check=v.in_(["held", "whole"]),
        at_hub="any",
    )
    suffix_tokens: int = setting(
        512,
        "Upper bound on text after the cursor.",
        unit="tokens",
        check=v.and_(v.ge(0), v.le(1_000_000)),
        narrowing=LOWER,
        workspace="narrow",
        at_hub="narrow",
    )
    warm_up: bool = setting(
        True,
        "Let the engine read ahead: a document when you open it, and the text around the cursor"
        " when it rests.",
        narrowing=SWITCH_OFF,
        workspace="narrow",
        at_hub="narrow",
    )
    warm_up_delay_ms: int = setting(
        300,
        "How long to wait without a keystroke before the engine reads ahead.",
        unit="ms",
        check=v.and_(v.ge(0), v.le(60_000)),
        at_hub="any",
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
    """All settings, resolved: what the rest of fimls reads.

    `engines` is no table of settings but a list of them, in order of preference.
    """

    engine: EngineSettings = attrs.field(factory=EngineSettings)
    engines: tuple[NamedEngine, ...] = ()
    privacy: PrivacySettings = attrs.field(factory=PrivacySettings)
    model: ModelSettings = attrs.field(factory=ModelSettings)
    prompt: PromptSettings = attrs.field(factory=PromptSettings)
    completion: CompletionSettings = attrs.field(factory=CompletionSettings)
    context: ContextSettings = attrs.field(factory=ContextSettings)
    refactor: RefactorSettings = attrs.field(factory=RefactorSettings)
    log: LogSettings = attrs.field(factory=LogSettings)
    hub: HubSettings = attrs.field(factory=HubSettings)


def tables_of() -> dict[str, type[attrs.AttrsInstance]]:
    """Return the tables of settings by their names."""
    settings = Settings()
    names: list[str] = [field.name for field in attrs.fields(Settings)]
    sections = {name: type(cast("object", getattr(settings, name))) for name in names}
    return {name: kind for name, kind in sections.items() if attrs.has(kind)}
