"""The settings, as the rest of fimls reads them; `fimls.settings.tables` describes each.

It knows no other room.
"""

from fimls.settings.completion import CompletionSettings
from fimls.settings.context import ContextSettings
from fimls.settings.engine import (
    MOST_ENGINES,
    USUAL_URL,
    EngineSettings,
    NamedEngine,
    PrivacySettings,
)
from fimls.settings.hub import HubSettings
from fimls.settings.refactor import RefactorSettings
from fimls.settings.tables import (
    LogSettings,
    ModelSettings,
    PromptSettings,
    Settings,
    tables_of,
)
from fimls.settings.trust import Layer, Source, resolve

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
