"""Prompts as token ids: FIM templates, the served model's tokenizer, and the builder over both."""

from fimls.prompt.builder import Prompt, PromptBuilder
from fimls.prompt.chat import ChatTemplate, Message
from fimls.prompt.cut_back import cut_back
from fimls.prompt.hold import Hold
from fimls.prompt.template import TEMPLATES, FimTemplate, Slot, choose_template
from fimls.prompt.tokenizer import PromptTokenizer

__all__ = [
    "TEMPLATES",
    "ChatTemplate",
    "FimTemplate",
    "Hold",
    "Message",
    "Prompt",
    "PromptBuilder",
    "PromptTokenizer",
    "Slot",
    "choose_template",
    "cut_back",
]
