"""The settings, as the rest of fimls reads them; `fimls.settings_tables` describes each."""

from fimls.settings_completion import CompletionSettings
from fimls.settings_context import ContextSettings
from fimls.settings_engine import (
    MOST_ENGINES,
    USUAL_URL,
    EngineSettings,
    NamedEngine,
    PrivacySettings,
)
from fimls.settings_hub import HubSettings
from fimls.settings_layers import Layer, Source, resolve
from fimls.settings_refactor import RefactorSettings
from fimls.settings_tables import (
    LogSettings,
    ModelSettings,
    PromptSettings,
    Settings,
    tables_of,
)

__all__ = [
    "MOST_ENGINES",
    "USUAL_URL",
    "CompletionSettings",
    "ContextSettings",
    "EngineSettings",
    "HubSettings",
    "Layer",
    "LogSettings",
    "ModelSettings",
    "NamedEngine",
    "PrivacySettings",
    "PromptSettings",
    "RefactorSettings",
    "Settings",
    "Source",
    "resolve",
    "tables_of",
]
