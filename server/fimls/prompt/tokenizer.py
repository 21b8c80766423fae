"""The served model's own tokenizer, with one change: text is never parsed as a special token."""

from __future__ import annotations

import copy
import json
import re
import secrets
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from fimls.errors import TokenizerError
from fimls.prompt.rust_panics import foreign
from fimls.prompt.slow_texts import SlowTexts
from fimls.prompt.tokenizer_config import default_template, ends, named_tokens
from fimls.prompt.tokenizer_cuts import cut
from fimls.prompt.tokenizer_files import read_tokenizer_files
from fimls.text import without_surrogates

if TYPE_CHECKING:
    from tokenizers import Tokenizer

_REMEMBERED_PARTS = 32_768
"""Parts of texts whose ids are remembered, about one a line."""

_MOST_IDS = 4_000_000
"""About ten times the largest vocabulary there is."""

_LONGEST_REMEMBERED = 1_024
"""Characters of a part that is remembered: the memory stays bounded for files without line ends."""

_WORD = re.compile(r"[^\S\r\n]?[^\w\s]*\w*\Z")


class PromptTokenizer:
    """Encodes document text, and knows the ids of the model's special tokens.

    The two never mix: `encode` gives the ids of ordinary text whatever the text says, so a source
    file that contains ``<｜fim▁hole｜>`` cannot change the shape of a prompt.

    Attributes:
        eos: the token that ends a text, or None.
        named_tokens: the special tokens that the model's configuration names (``bos_token``).
        chat_template: the Jinja template of the model's conversations, or empty.
    """

    def __init__(
        self,
        tokenizer: str | Mapping[str, Any],
        config: Mapping[str, Any] | None = None,
        *,
        chat_template: str = "",
    ) -> None:
        """Take the contents of the model's files.

        Args:
            tokenizer: ``tokenizer.json``, as text or what it says.
            config: ``tokenizer_config.json``.
            chat_template: ``chat_template.jinja``, which newer models have beside the
                configuration instead of in it.
        """
        from tokenizers import Tokenizer

        data: Mapping[str, Any] = json.loads(tokenizer) if isinstance(tokenizer, str) else tokenizer
        self._control = {
            token["id"]: token["content"] for token in data["added_tokens"] if _is_control(token)
        }
        plain, renamed = _without_control(data)
        # Once: it holds Python's lock, half a second for a vocabulary of 150,000 tokens.
        self._plain: Tokenizer = Tokenizer.from_str(json.dumps(plain))
        self._ids = self._plain.get_vocab(with_added_tokens=True)
        for name, token in renamed.items():
            self._ids[token] = self._ids.pop(name)
        self._bos, self.eos = ends(data, self._ids, config or {})
        self.named_tokens = named_tokens(config or {})
        self.chat_template = chat_template or default_template(config or {})
        self._cuttable = _splits_bytes(plain)
        self._numbers = _numbers(self._ids)
        self._remember_for(_REMEMBERED_PARTS)

    def remembering_alone(self, parts: int) -> PromptTokenizer:
        """Return the same tokenizer with a memory of its own, for so many parts of texts.

        Who shares a memory with somebody can tell by the time it takes what the other one wrote.
        """
        alone = copy.copy(self)
        alone._remember_for(parts)
        return alone

    def _remember_for(self, parts: int) -> None:
        self._remember = lru_cache(maxsize=parts)(self._encode_part)
        self._remember_count = lru_cache(maxsize=parts)(self._count_line)
        self._costly = SlowTexts()

    @classmethod
    def load(cls, location: str) -> PromptTokenizer:
        """Read the tokenizer from a folder, or from the model hub by name.

        Raises:
            TokenizerError: there is none, or it is not one that the tokenizers library reads.
        """
        try:
            files = read_tokenizer_files(location)
            config = files.config
            chat_template = "" if default_template(config) else files.chat_template
            return cls(files.tokenizer, config, chat_template=chat_template)
        except TokenizerError:
            raise
        except BaseException as error:
            # The libraries below raise bare Exception for a bad file, and some panic.
            raise TokenizerError(
                f"No tokenizer can be read from {location} ({_first_line(foreign(error))}): set"
                " model.tokenizer to a folder with the served model's tokenizer.json, or to its"
                " hub name."
            ) from error

    def encode(self, text: str) -> list[int]:
        """Return the ids of text, without BOS; special tokens in it are ordinary characters.

        Only lines not seen before are read; the ids are those of the whole text all the same.
        """
        text = without_surrogates(text)
        if not self._cuttable:
            return list(self._encode_part(text))
        ids: list[int] = []
        *parts, last = cut(text)
        for part in parts:
            short = len(part) <= _LONGEST_REMEMBERED
            ids += self._remember(part) if short else self._encode_part(part)
        # What ends within a line is what somebody types: it will not be that again.
        whole = last.endswith(("\n", "\r")) and len(last) <= _LONGEST_REMEMBERED
        ids += self._remember(last) if whole else self._encode_part(last)
        return ids

    def _encode_part(self, text: str) -> tuple[int, ...]:
        return tuple(map(self._numbers.__getitem__, self._encoded(text)))

    def count(self, text: str) -> int:
        """Return the number of ids of text; of a line that was counted before, from memory."""
        if len(text) <= _LONGEST_REMEMBERED and text.endswith("\n"):
            return self._remember_count(text)
        return len(self.encode(text))

    def _count_line(self, line: str) -> int:
        # Not over the memory for parts: a line counted alone is cut otherwise than in its text.
        return len(self._encoded(without_surrogates(line)))

    def _encoded(self, text: str) -> list[int]:
        plain = self._plain
        return self._costly.ask(lambda text: plain.encode(text, add_special_tokens=False).ids, text)

    def last_piece(self, line: str) -> int:
        """Return where the last of the pieces begins that a line is split into before merges.

        SentencePiece models split at blanks at most: for them a piece is a word, with the
        punctuation and the blank before it.
        """
        line = without_surrogates(line)
        splitter = self._plain.pre_tokenizer if self._cuttable else None
        if splitter is None:
            match = _WORD.search(line)
            assert match is not None  # the pattern matches the empty end
            return match.start()
        pieces = self._costly.ask(splitter.pre_tokenize_str, line)
        return pieces[-1][1][0] if pieces else 0

    @property
    def size(self) -> int:
        """All ids are below this."""
        return len(self._numbers)

    def has_token(self, token: str) -> bool:
        """Whether the vocabulary has this token, special or not."""
        return token in self._ids

    def token_id(self, token: str) -> int:
        """Return the id of a token that the vocabulary has."""
        return self._ids[token]

    @property
    def special_tokens(self) -> tuple[str, ...]:
        """The names of the special tokens."""
        return tuple(self._control.values())

    @property
    def bos_ids(self) -> tuple[int, ...]:
        """The BOS that this tokenizer puts before a text: one id, or none."""
        return () if self._bos is None else (self._ids[self._bos],)

    def split_markup(self, text: str) -> Iterator[str | int]:
        """Yield text that is ours, not a document's, with its special tokens as ids."""
        if not self._control:
            yield text
            return
        longest_first = sorted(self._control.values(), key=len, reverse=True)
        for part in re.split(f"({'|'.join(map(re.escape, longest_first))})", text):
            yield self._ids[part] if part in self._control.values() else part

    def decode(self, ids: Iterable[int]) -> str:
        """Return the text of ids, special tokens written out: for people and for tests."""
        pieces: list[str] = []
        run: list[int] = []
        for token in ids:
            if token in self._control:
                pieces += [self._decode_plain(run), self._control[token]]
                run = []
            else:
                run.append(token)
        return "".join([*pieces, self._decode_plain(run)])

    def _decode_plain(self, ids: list[int]) -> str:
        return self._plain.decode(ids, skip_special_tokens=False) if ids else ""


def _without_control(data: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the tokenizer without special tokens, BOS and SentencePiece's dummy space.

    Also the special tokens that have another name there, by that name.
    """
    vocabulary: Any = data["model"]["vocab"]
    if not isinstance(vocabulary, dict):  # tokens with their scores
        vocabulary = {token for token, _ in vocabulary}
    added: list[dict[str, Any]] = []
    renamed: dict[str, str] = {}
    for token in data["added_tokens"]:
        if not _is_control(token):
            added.append(token)
        elif token["content"] not in vocabulary:
            # Without its entry, the ids of all later ones would move: give it a name instead that
            # no text contains.
            name = secrets.token_hex(16)
            renamed[name] = token["content"]
            added.append({**token, "content": name})
    plain = {**data, "added_tokens": added, "post_processor": None}
    normalizer: dict[str, Any] = data.get("normalizer") or {}
    steps: list[dict[str, Any]] = normalizer.get("normalizers", [])
    if normalizer.get("type") == "Prepend":
        plain["normalizer"] = None
    elif any(step["type"] == "Prepend" for step in steps):
        kept = [step for step in steps if step["type"] != "Prepend"]
        plain["normalizer"] = {**normalizer, "normalizers": kept}
    splitter: dict[str, Any] = data.get("pre_tokenizer") or {}
    if splitter.get("type") == "Metaspace":
        plain["pre_tokenizer"] = {**splitter, "prepend_scheme": "never"}
    return plain, renamed


def _splits_bytes(data: dict[str, Any]) -> bool:
    """Whether this is a byte-level BPE tokenizer, the kind that `tokenizer_cuts` knows.

    SentencePiece models merge across lines and have no such places.
    """
    splitter: dict[str, Any] = data.get("pre_tokenizer") or {}
    steps: list[dict[str, Any]] = splitter.get("pretokenizers", [splitter])
    normalizer: dict[str, Any] = data.get("normalizer") or {"type": "NFC"}
    known = {"Split", "ByteLevel", "Digits"}
    return (
        data["model"]["type"] == "BPE"
        and normalizer["type"] in {"NFC", "Sequence"}
        and not normalizer.get("normalizers")
        and any(step.get("type") == "ByteLevel" for step in steps)
        and all(step.get("type") in known and not step.get("add_prefix_space") for step in steps)
    )


def _is_control(token: Mapping[str, Any]) -> bool:
    """Whether an added token is markup; others (runs of blanks, say) are part of ordinary text."""
    bracketed = re.fullmatch(r"▁?<.+>|\[[A-Z_0-9]+\]", token["content"], re.DOTALL)
    return bool(token["special"]) or bracketed is not None


def _numbers(ids: Mapping[str, int]) -> tuple[int, ...]:
    """Return the ids; each is one object, however many prompts and parts of texts it stands in."""
    highest = max(ids.values(), default=-1)
    if highest >= _MOST_IDS:
        raise ValueError(f"its ids go up to {highest:,}")
    return tuple(range(highest + 1))


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).partition("\n")[0][:200]
