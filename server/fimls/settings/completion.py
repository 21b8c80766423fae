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
        "Answer while typing; false answers only when asked by hand.",
        narrowing=SWITCH_OFF,
        workspace="narrow",
        at_hub="any",
    )
    min_prefix: int = setting(
        0,
        "While typing, how many characters other than blanks at its ends the line must have before"
        " the cursor.",
        unit="characters",
        check=v.and_(v.ge(0), v.le(1_000)),
        narrowing=RAISE,
        workspace="narrow",
        at_hub="any",
    )
    menu: str = setting(
        "auto",
        "Whether completions are also offered for the editor's completion menu: `auto` where it has"
        " no inline completion, `always` or `never`; read when the editor starts the server.",
        check=v.in_(["auto", "always", "never"]),
        at_hub="any",
    )
    in_comments: bool = setting(
        True,
        "Answer while typing in comments.",
        narrowing=SWITCH_OFF,
        workspace="narrow",
        at_hub="any",
    )
    in_strings: bool = setting(
        True,
        "Answer while typing in strings.",
        narrowing=SWITCH_OFF,
        workspace="narrow",
        at_hub="any",
    )
    candidates: int = setting(
        3,
        "How many different suggestions there are, at most, when asked by hand.",
        unit="suggestions",
        check=v.and_(v.ge(1), v.le(10)),
        narrowing=LOWER,
        workspace="narrow",
        at_hub="narrow",
    )
    exclude_files: list[str] = setting(
        [*SECRET_FILES],
        "Files whose text is sent nowhere: patterns of names, or of the ends of paths.",
        check=texts,
        narrowing=ADD,
        workspace="narrow",
        at_hub="narrow",
    )
    exclude_languages: list[str] = setting(
        [],
        "Languages, as LSP names them, whose text is sent nowhere (`markdown`).",
        check=texts,
        narrowing=ADD,
        workspace="narrow",
        at_hub="narrow",
    )
    max_new_tokens: int = setting(
        64,
        "Upper bound on generated text.",
        unit="tokens",
        check=v.and_(v.ge(1), v.le(4_096)),
        narrowing=LOWER,
        workspace="narrow",
        at_hub="narrow",
    )
    lines: str = setting(
        "auto",
        "How much is written: `single` the cursor's line, `multi` its block, `auto` a line that was"
        " begun with what it opens, and on an empty line the block.",
        check=v.in_(["single", "auto", "multi"]),
        narrowing=earlier(["single", "auto", "multi"]),
        workspace="narrow",
        at_hub="any",
    )
    max_lines: int = setting(
        8,
        "Upper bound on shown lines.",
        unit="lines",
        check=v.and_(v.ge(1), v.le(1_000)),
        narrowing=LOWER,
        workspace="narrow",
        at_hub="any",
    )
    min_probability: float = setting(
        0.0,
        "What is shown ends before its joint probability, as the model sees it, falls below this;"
        " 0 shows everything. server/QUALITY.md says what values do.",
        check=v.and_(v.ge(0.0), v.lt(1.0)),
        narrowing=RAISE,
        workspace="narrow",
        at_hub="any",
    )
    line_probability: float = setting(
        0.2,
        "A completion of several lines ends before the first of its further lines that the model"
        " finds less likely than this; while they are likelier, it goes on behind its block. 0 asks"
        " for nothing, and the layout alone says where it ends. server/QUALITY.md says what values"
        " do.",
        check=v.and_(v.ge(0.0), v.lt(1.0)),
        narrowing=RAISE,
        workspace="narrow",
        at_hub="any",
    )
    temperature: float = setting(
        0.0,
        "Sampling temperature; 0 always takes the likeliest token.",
        check=v.and_(v.ge(0.0), v.le(100.0)),
        at_hub="any",
    )
    reranking: bool = setting(
        True,
        "Where the model finds another beginning likelier than the whole line that it wrote, have"
        " that one written too, and take the likelier line; server/QUALITY.md says what it gives"
        " and costs. With a temperature of 0 only.",
        narrowing=SWITCH_OFF,
        workspace="narrow",
        at_hub="any",
        was="likelier_line",
    )
    reuse: bool = setting(
        True,
        "Answer from text generated before, without the engine, where what is typed continues it.",
        at_hub="any",
    )
    speculation: bool = setting(
        True,
        "While a suggestion is shown, generate what follows it, behind everything else the engine"
        " has to do: after accepting it, the next one is there.",
        narrowing=SWITCH_OFF,
        workspace="narrow",
        at_hub="narrow",
        was="ahead",
    )
    debounce_ms: int = setting(
        75,
        "Longest wait before the engine is asked; it is only reached while the engine is slower"
        " than the typing, and 0 never waits.",
        unit="ms",
        check=v.and_(v.ge(0), v.le(10_000)),
        at_hub="any",
    )
    first_lines_ms: int = setting(
        800,
        "After this long, the lines that are certain are shown while the rest is generated; the"
        " next key, or accepting them, shows more.",
        unit="ms",
        check=v.and_(v.ge(0), v.le(600_000)),
        at_hub="any",
    )
    deadline_ms: int = setting(
        5_000,
        "After this long without an answer the request is answered with nothing; what is being"
        " generated then is kept for the next one.",
        unit="ms",
        check=v.and_(v.ge(10), v.le(600_000)),
        at_hub="any",
    )
