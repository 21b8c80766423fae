"""From a query to a prompt: the hold of its document where the model allows one, else the window.

Holds are what makes prompts grow at their end only; see `fimls.prompt.hold`.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass, field
from functools import partial

import attrs

from fimls.backend.base import ModelInfo
from fimls.backend.chosen_engines import hides_secrets, hosted_in
from fimls.completion.exclusions import excluded
from fimls.completion.generated_text import GeneratedText
from fimls.completion.query import Query
from fimls.completion.served_model import ServedModel
from fimls.completion.surroundings import Surroundings
from fimls.completion.syntax_context import inside
from fimls.context import Budget, CursorWindow, Snippet, as_comment, count_within, take_window
from fimls.context.secrets import Masks
from fimls.prompt import TYPED_SHARE, EstimatedTokenizer, Hold, Prompt, cut_back, outgrown
from fimls.settings import Settings
from fimls.text import Document, Text

MOST_HOLDS = 16
"""Documents whose holds are remembered."""

LONG_TOKENS = 8_192
"""Tokens that take some 20 ms to make where none of the text was seen before."""

_WORD_ENDS = re.compile(r"\w\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedPrompt:
    """What the engine is to be asked.

    Attributes:
        prompt: the prompt.
        fragment: what stands before the cursor but not in the prompt: the answer must begin with
            it, and it is taken off before the answer is shown.
        model: what the prompt is made for, or None where it does not matter.
        plain: makes the same prompt without a hold and without a fragment, or None where the
            fragment had better be forced; None if the model was not trained to continue such.
        masks: what stands for secrets of the document in it, and is to be restored.
    """

    prompt: Prompt
    fragment: str = ""
    model: ModelInfo | None = None
    plain: Callable[[], Prompt | None] | None = field(default=None, compare=False)
    masks: Masks | None = field(default=None, compare=False)


class PromptLayout:
    """Lays out the prompts of one model; remembers one hold for each document.

    Attributes:
        model: the model.
    """

    def __init__(self, served: ServedModel, settings: Settings) -> None:
        """Hold nothing yet."""
        self.model = served.info
        self._builder = served.builder
        self._budget = _budget(served, settings)
        self._held = settings.prompt.layout == "held" and self._builder.holdable
        self._holds: OrderedDict[str, tuple[Hold, Masks | None]] = OrderedDict()
        self._count = self._builder.tokenizer.count  # remembers lines, which repeat at each key
        privacy = settings.privacy
        self._masks = hides_secrets(settings)
        self._never_languages = privacy.never_languages
        self._keeps_back = None
        if (privacy.never_paths or privacy.never_languages) and hosted_in(settings):
            self._keeps_back = attrs.evolve(
                settings.completion, exclude_files=privacy.never_paths, exclude_languages=[]
            )
        self._most_of_others = _room_for_others(served, settings, self._budget)
        self._block: tuple[tuple[Snippet, ...], str, str] = (), "", ""

    @property
    def reads_long(self) -> bool:
        """Whether a new hold may read so much text that an event loop would stand still."""
        return self._budget.prefix_tokens + self._budget.suffix_tokens > LONG_TOKENS

    def ask(self, query: Query) -> PlannedPrompt:
        """Return the prompt for a query, from the document's hold if that still holds."""
        text, cursor, uri = query.document.text, query.cursor, query.document.uri
        block = self._of_others(query)
        if not self._held:
            return self._whole(self._window(query), block)
        hold, masks = self._holds.get(uri, (None, None))
        typed = hold.typed(text, cursor) if hold else None
        if hold is None or typed is None or self._outgrown(typed):
            window = self._window(query)
            typed = window.before
            if len(typed) != cursor.column or self._outgrown(typed):
                return self._whole(window, block)  # one endless line: no place for a hold
            hold, masks = self._hold(window)
        self._holds.pop(uri, None)
        self._holds[uri] = hold, masks
        if len(self._holds) > MOST_HOLDS:
            self._holds.popitem(last=False)
        read, fragment = cut_back(typed, self._builder.tokenizer)
        held = self._builder.behind_suffix(hold.prompt, block)
        prompt = self._builder.extended(held, _typed(read, masks))
        plain = partial(self._plain, query, hold, masks, typed)
        cut = fragment and self._builder.template.cuts_words
        return PlannedPrompt(
            prompt=prompt,
            fragment=fragment,
            model=self.model,
            plain=plain if cut else None,
            masks=masks,
        )

    async def learning(
        self, asked: PlannedPrompt, steps: AsyncGenerator[GeneratedText, None]
    ) -> AsyncGenerator[GeneratedText, None]:
        """Pass a generation on, and learn from it how long a prompt is where that is estimated."""
        tokenizer, text = self._builder.tokenizer, asked.prompt.text
        counted = 0
        try:
            async with aclosing(steps):
                async for step in steps:
                    counted = step.usage.prompt_tokens or counted
                    yield step
        finally:
            if isinstance(tokenizer, EstimatedTokenizer) and text is not None and counted:
                tokenizer.learn(text + (asked.prompt.suffix or ""), counted)

    def forget(self, uri: str) -> None:
        """Drop a document's hold."""
        self._holds.pop(uri, None)

    def beginning(self, document: Document) -> Prompt | None:
        """Return what prompts in the document's first window begin with, wherever the cursor is."""
        room, lines = self._budget.prefix_tokens, list[str]()
        for line in document.text.lines:
            room -= count_within(line, room, self._count)
            if room < 0:
                break
            lines.append(line)
        text = "".join(lines)
        return self._builder.beginning(Masks().hide(text) if self._masks else text)

    def _plain(self, query: Query, hold: Hold, masks: Masks | None, typed: str) -> Prompt | None:
        """Return the prompt without the hold where that is the better one: inside words of code.

        Behind a blank or an operator, and in prose, it is better to force what is typed
        (server/QUALITY.md).
        """
        if not _WORD_ENDS.search(typed) or inside(Surroundings.of(query)):
            return None
        above, below = _around("".join(hold.above), "".join(hold.below), masks)
        block = self._of_others(query)
        return self._built(above + _typed(typed, masks), hold.rest + below, block)

    def _hold(self, window: CursorWindow) -> tuple[Hold, Masks | None]:
        masks = Masks() if self._masks else None
        above, below = _around("".join(window.above), "".join(window.below), masks)
        hold = Hold(
            first=window.first,
            above=window.above,
            rest=window.rest,
            below=window.below,
            prompt=self._builder.build(above, window.rest + below),
        )
        return hold, masks

    def _whole(self, window: CursorWindow, block: str) -> PlannedPrompt:
        masks = Masks() if self._masks else None
        above, below = _around("".join(window.above), "".join(window.below), masks)
        prompt = self._built(above + window.before, window.rest + below, block)
        return PlannedPrompt(prompt=prompt, model=self.model, masks=masks)

    def _built(self, prefix: str, suffix: str, block: str) -> Prompt:
        """Return a prompt with what it has of other files where that moves the least.

        Templates that end with the prefix have it at the prefix's beginning: the suffix before it,
        where there is one, stays in the cache, and the prefix is read anew where it changes.
        """
        if self._builder.holdable:
            return self._builder.behind_suffix(self._builder.build(prefix, suffix), block)
        return self._builder.build(block.removeprefix("\n") + prefix, suffix)

    def shown(self, query: Query) -> list[tuple[Snippet, int]]:
        """Return the snippets that a query's prompt has, in its order, each with its tokens."""
        room, kept = self._most_of_others, list[tuple[Snippet, int]]()
        for snippet in query.snippets:
            if self._kept_back(snippet):
                continue
            tokens = self._count(as_comment(snippet, query.document.language_id))
            if tokens <= room:
                room -= tokens
                kept.append((snippet, tokens))
        return kept[::-1]

    def _of_others(self, query: Query) -> str:
        """Return what a query's prompt has of other files, the best last: nearest to the cursor."""
        snippets, language_id = query.snippets, query.document.language_id
        if not snippets:
            return ""
        if self._block[:2] != (snippets, language_id):
            parts = [as_comment(snippet, language_id) for snippet, _ in self.shown(query)]
            self._block = snippets, language_id, "".join(("\n", *parts)) if parts else ""
        return self._block[2]

    def _kept_back(self, snippet: Snippet) -> bool:
        """Whether lines of another file may not go where this document's may."""
        if self._keeps_back is None:
            return False
        empty = Document(
            uri=f"file:///{snippet.path}", language_id="", version=0, text=Text.parse("")
        )
        # Of what language a file is, only an editor says: where one is kept back, all are.
        return bool(self._never_languages) or excluded(empty, self._keeps_back)

    def _window(self, query: Query) -> CursorWindow:
        return take_window(query.document.text, query.cursor, self._budget, self._count)

    def _outgrown(self, typed: str) -> bool:
        return outgrown(self._count(typed), self._budget.prefix_tokens)


def _around(above: str, below: str, masks: Masks | None) -> tuple[str, str]:
    return (above, below) if masks is None else masks.hide_around(above, below)


def _typed(text: str, masks: Masks | None) -> str:
    """Return what was typed since a hold was set: its last line is the cursor's."""
    before, end, line = text.rpartition("\n")
    return text if masks is None or not end else f"{masks.hide(before)}{end}{line}"


def _room_for_others(served: ServedModel, settings: Settings, budget: Budget) -> int:
    """Return how many tokens of other files a prompt may have: what the document leaves."""
    wanted = settings.context.tokens if settings.context.enabled else 0
    if served.info.context_length is None:
        return wanted
    typed = budget.prefix_tokens // TYPED_SHARE
    taken = budget.prefix_tokens + typed + budget.suffix_tokens + served.builder.overhead
    left = served.info.context_length - taken - settings.completion.max_new_tokens
    return max(0, min(wanted, left))


def _budget(served: ServedModel, settings: Settings) -> Budget:
    """Return the budget that the settings ask for, as far as the model has room."""
    asked, context = settings.prompt, served.info.context_length
    prefix, suffix = asked.prefix_tokens, asked.suffix_tokens
    if context is None:
        return Budget(prefix_tokens=prefix, suffix_tokens=suffix)
    # The answer needs room too, but never so much that nothing is left to read; and a hold's
    # prompt grows by what is typed.
    room = context - min(settings.completion.max_new_tokens, context // 2) - served.builder.overhead
    grown = Budget(prefix_tokens=prefix + prefix // TYPED_SHARE, suffix_tokens=suffix).within(room)
    prefix = min(prefix, grown.prefix_tokens * TYPED_SHARE // (TYPED_SHARE + 1))
    return Budget(prefix_tokens=prefix, suffix_tokens=grown.suffix_tokens)
