"""Prompts as token ids: FIM templates, the served model's tokenizer, and the builder over both."""

from fimls.prompt.builder import Builder, Prompt, PromptBuilder
from fimls.prompt.chat import ChatTemplate, Message
from fimls.prompt.chat_messages import ChatMessages, Conversing
from fimls.prompt.cut_back import cut_back
from fimls.prompt.estimated_tokenizer import EstimatedTokenizer
from fimls.prompt.hold import Hold
from fimls.prompt.template import (
    TEMPLATES,
    FimTemplate,
    Slot,
    choose_template,
    guess_template,
)
from fimls.prompt.text_builder import SuffixBuilder, TextBuilder
from fimls.prompt.tokenizer import PromptTokenizer

__all__ = [
    "TEMPLATES",
    "Builder",
    "ChatMessages",
    "ChatTemplate",
    "Conversing",
    "EstimatedTokenizer",
    "FimTemplate",
    "Hold",
    "Message",
    "Prompt",
    "PromptBuilder",
    "PromptTokenizer",
    "Slot",
    "SuffixBuilder",
    "TextBuilder",
    "choose_template",
    "cut_back",
    "guess_template",
]
