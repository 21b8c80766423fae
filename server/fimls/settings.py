"""The settings, as the rest of fimls reads them; `fimls.settings_tables` describes each."""

from fimls.settings_completion import CompletionSettings
from fimls.settings_context import ContextSettings
from fimls.settings_hub import HubSettings
from fimls.settings_layers import Layer, Source, resolve
from fimls.settings_refactor import RefactorSettings
from fimls.settings_tables import (
    EngineSettings,
    LogSettings,
    ModelSettings,
    PromptSettings,
    Settings,
)

__all__ = [
    "CompletionSettings",
    "ContextSettings",
    "EngineSettings",
    "HubSettings",
    "Layer",
    "LogSettings",
    "ModelSettings",
    "PromptSettings",
    "RefactorSettings",
    "Settings",
    "Source",
    "resolve",
]
