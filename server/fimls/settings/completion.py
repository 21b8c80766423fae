"""The settings of inline completions, beside those of `fimls.settings.tables`."""

from __future__ import annotations

import attrs
from attrs import validators as v

from fimls.settings.declaration import setting, texts
from fimls.settings.secret_files import SECRET_FILES
from fimls.settings.stricter_values import ADD, LOWER, RAISE, SWITCH_OFF, earlier


@attrs.frozen(kw_only=True)
class CompletionSettings:
    """Inline completions."""

    automatic: bool = setting(
        True,
        "Suggest while you type. When off, fimls suggests only when you ask.",
        narrowing=SWITCH_OFF,
        workspace="narrow",
        at_hub="any",
    )
    min_prefix: int = setting(
        0,
        "Suggest while typing only when at least this many characters stand before the cursor"
        " on its line, not counting spaces around them.",
        unit="characters",
        check=v.and_(v.ge(0), v.le(1_000)),
        narrowing=RAISE,
        workspace="narrow",
        at_hub="any",
    )
    menu: str = setting(
        "auto",
        "Also offer suggestions in the editor's completion menu: `auto` where the editor has no"
        " inline completion, `always` or `never`. Takes effect when the editor starts the server.",
        check=v.in_(["auto", "always", "never"]),
        at_hub="any",
    )
    in_comments: bool = setting(
        True,
        "Suggest while you type in comments.",
        narrowing=SWITCH_OFF,
        workspace="narrow",
        at_hub="any",
    )
    in_strings: bool = setting(
        True,
        "Suggest while you type in strings.",
        narrowing=SWITCH_OFF,
        workspace="narrow",
        at_hub="any",
    )
    candidates: int = setting(
        3,
        "Most suggestions to choose from when you ask for them.",
        unit="suggestions",
        check=v.and_(v.ge(1), v.le(10)),
        narrowing=LOWER,
        workspace="narrow",
        at_hub="narrow",
    )
    exclude_files: list[str] = setting(
        [*SECRET_FILES],
        "Files whose text is never sent: patterns of names, or of ends of paths.",
        check=texts,
        narrowing=ADD,
        workspace="narrow",
        at_hub="narrow",
    )
    exclude_languages: list[str] = setting(
        [],
        "Languages whose text is never sent, as LSP names them (`markdown`).",
        check=texts,
        narrowing=ADD,
        workspace="narrow",
        at_hub="narrow",
    )
    max_new_tokens: int = setting(
        64,
        "Longest suggestion.",
        unit="tokens",
        check=v.and_(v.ge(1), v.le(4_096)),
        narrowing=LOWER,
        workspace="narrow",
        at_hub="narrow",
    )
    lines: str = setting(
        "auto",
        "How much to suggest. `single`: the current line. `multi`: the current block. `auto`:"
        " finish the current line and the block that it opens; on an empty line, write a block.",
        check=v.in_(["single", "auto", "multi"]),
        narrowing=earlier(["single", "auto", "multi"]),
        workspace="narrow",
        at_hub="any",
    )
    max_lines: int = setting(
        8,
        "Most lines of a suggestion.",
        unit="lines",
        check=v.and_(v.ge(1), v.le(1_000)),
        narrowing=LOWER,
        workspace="narrow",
        at_hub="any",
    )
    min_probability: float = setting(
        0.0,
        "Cut a suggestion where the model becomes less sure than this; 0 never cuts."
        " server/QUALITY.md shows what values do.",
        check=v.and_(v.ge(0.0), v.lt(1.0)),
        narrowing=RAISE,
        workspace="narrow",
        at_hub="any",
    )
    line_probability: float = setting(
        0.2,
        "End a suggestion of several lines before the first further line that the model is less"
        " sure of than this. 0 ignores what the model thinks, and looks at the indentation"
        " alone. server/QUALITY.md shows what values do.",
        check=v.and_(v.ge(0.0), v.lt(1.0)),
        narrowing=RAISE,
        workspace="narrow",
        at_hub="any",
    )
    temperature: float = setting(
        0.0,
        "Sampling temperature; 0 always takes the most likely token.",
        check=v.and_(v.ge(0.0), v.le(100.0)),
        at_hub="any",
    )
    reranking: bool = setting(
        True,
        "Try a second version of a line when its start looks more likely, and keep the better"
        " one. Needs a temperature of 0. server/QUALITY.md shows what it brings and costs.",
        narrowing=SWITCH_OFF,
        workspace="narrow",
        at_hub="any",
        was="likelier_line",
    )
    reuse: bool = setting(
        True,
        "Reuse text that was generated before when you type the same, without asking the engine.",
        at_hub="any",
    )
    speculation: bool = setting(
        True,
        "While you look at a suggestion, generate the next one, so that it is there when you"
        " accept. All other work of the engine comes first.",
        narrowing=SWITCH_OFF,
        workspace="narrow",
        at_hub="narrow",
        was="ahead",
    )
    debounce_ms: int = setting(
        75,
        "Longest wait after a keystroke before the engine is asked; 0 never waits. fimls waits"
        " less while the engine keeps up with your typing.",
        unit="ms",
        check=v.and_(v.ge(0), v.le(10_000)),
        at_hub="any",
    )
    first_lines_ms: int = setting(
        800,
        "After this long, show the lines that are finished. The next keystroke, or accepting"
        " them, shows more.",
        unit="ms",
        check=v.and_(v.ge(0), v.le(600_000)),
        at_hub="any",
    )
    deadline_ms: int = setting(
        5_000,
        "After this long, give up on a suggestion. What was generated by then is kept for the"
        " next request.",
        unit="ms",
        check=v.and_(v.ge(10), v.le(600_000)),
        at_hub="any",
    )
