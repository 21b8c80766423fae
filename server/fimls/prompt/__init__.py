"""Prompts as token ids: FIM templates, the served model's tokenizer, and the builder over both."""

from fimls.prompt.builder import Prompt, PromptBuilder
from fimls.prompt.template import TEMPLATES, FimTemplate, Slot, choose_template
from fimls.prompt.tokenizer import PromptTokenizer

__all__ = [
    "TEMPLATES",
    "FimTemplate",
    "Prompt",
    "PromptBuilder",
    "PromptTokenizer",
    "Slot",
    "choose_template",
]
