"""The settings of engines: which ones, how they are spoken to, and who may see text."""

from __future__ import annotations

from typing import Any, Literal, TypeAlias, cast

import attrs
from attrs import validators as v

from fimls.settings.declaration import setting, texts
from fimls.settings.stricter_values import ADD, earlier

Purpose: TypeAlias = Literal["completion", "actions", "next-edit"]
PURPOSES: tuple[Purpose, ...] = ("completion", "actions", "next-edit")
KINDS = ("sglang", "llama-cpp", "openai", "deepseek", "mistral")
MOST_ENGINES = 16
"""In a list; nobody has more, and each is asked what it serves."""

USUAL_URL = "http://127.0.0.1:30000"


@attrs.frozen(kw_only=True)
class EngineSettings:
    """The engine that answers. A list of `[[engines]]` replaces it."""

    kind: str = setting(
        "sglang",
        "Which interface it has: SGLang's own, llama.cpp's own, OpenAI's `/v1/completions`"
        " (vLLM, Ollama, LM Studio and many others), or the hosted APIs of DeepSeek and Mistral.",
        check=v.in_(KINDS),
    )
    url: str = setting(
        USUAL_URL,
        "Base address of the engine, as `fimls engine` prints it. If unset, the usual address"
        " of its kind.",
        # What is no address is kept: who means another engine must not get the default one.
        wants="an address such as http://127.0.0.1:30000",
        secret=True,  # it may hold a password
        pattern=r"https?://[^\s/]+(/.*)?",
    )
    model: str = setting(
        "",
        "Name of the model, for engines that serve several; empty means the only one, or what the"
        " hosted APIs recommend.",
    )
    privacy: str = setting(
        "",
        "Who runs it: `local` this machine, `team` your own people, `hosted` another company."
        " Empty: decided by kind and address.",
        check=v.in_(["", "local", "team", "hosted"]),
    )
    prompt: str = setting(
        "auto",
        "Form of prompts: token `ids`, `text` with FIM tokens, or prefix and `suffix`, which"
        " the engine combines. `auto` takes the best one that the engine supports.",
        check=v.in_(["auto", "ids", "text", "suffix"]),
    )
    api_key_env: str = setting(
        "FIMLS_API_KEY",
        "Name of the environment variable that holds the engine's API key; unset means no key.",
    )
    api_key_file: str = setting(
        "",
        "File that holds the engine's API key; it wins over the environment variable.",
    )
    ca_file: str = setting(
        "",
        "File with the certificates of authorities that are trusted beside the system's, in PEM: a"
        " company's own, say.",
    )
    client_certificate_file: str = setting(
        "",
        "File with the certificate that is shown to a server that asks for one, in PEM; its key may"
        " be in the same file.",
    )
    client_key_file: str = setting(
        "",
        "File with the key of that certificate, without a passphrase.",
    )
    connect_timeout_ms: int = setting(
        2_000,
        "How long to wait for a connection to the engine.",
        unit="ms",
        check=v.and_(v.ge(1), v.le(600_000)),
    )
    read_timeout_ms: int = setting(
        30_000,
        "How long the engine may be silent while it answers.",
        unit="ms",
        check=v.and_(v.ge(1), v.le(600_000)),
    )
    extra_key: str = setting(
        "",
        "Name of the cache area in SGLang (`extra_key`). Editors share cached text only within"
        " one area. Empty: a private area, unless `engine.share_cache` is on.",
        secret=True,
    )
    share_cache: bool = setting(
        False,
        "Share the engine's cache with all its users. Faster, but response times can reveal"
        " that someone sent the same text.",
    )


def _purposes(_: object, field: attrs.Attribute[Any], value: tuple[Any, ...]) -> None:
    if not value or not set(value) <= set(PURPOSES):
        raise ValueError(f"{field.name} must name some of {', '.join(PURPOSES)}")


def _as_tuple(value: Any) -> Any:
    return tuple(cast("list[Any]", value)) if isinstance(value, list) else value


@attrs.frozen(kw_only=True)
class NamedEngine(EngineSettings):
    """One of `[[engines]]`: the settings of `[engine]`, a name, and what it is for.

    Its key comes from what is written here alone: one engine's is not sent to another.
    """

    api_key_env: str = setting(
        "",
        "Name of the environment variable that holds this engine's API key.",
    )
    name: str = setting("", "What messages and the status call this engine.")
    for_: tuple[str, ...] = attrs.field(
        default=PURPOSES,
        converter=_as_tuple,
        validator=[v.instance_of(tuple), _purposes],
        alias="for_",
        metadata={
            "help": "What it is asked for: some of `completion`, `actions` and `next-edit`.",
            "unit": "",
            "wants": f"a list of some of {', '.join(PURPOSES)}",
            "narrowing": None,
            "workspace": "never",
            "at_hub": "never",
            "secret": False,
            "pattern": "",
        },
    )


@attrs.frozen(kw_only=True)
class PrivacySettings:
    """What may be sent to an engine, above all to a hosted one, that somebody else runs."""

    hosted: str = setting(
        "ask",
        "Whether text may go to hosted engines: `ask` asks before the first, `allow` and `never` do"
        " not. At a hub, whoever runs it says `allow`.",
        check=v.in_(["never", "ask", "allow"]),
        narrowing=earlier(["never", "ask", "allow"]),
        workspace="narrow",
        at_hub="narrow",
    )
    never_paths: list[str] = setting(
        [],
        "Files never sent to a hosted engine, as patterns as in `completion.exclude_files`.",
        check=texts,
        narrowing=ADD,
        workspace="narrow",
        at_hub="narrow",
    )
    never_languages: list[str] = setting(
        [],
        "Languages, by their LSP names, whose files are never sent to a hosted engine.",
        check=texts,
        narrowing=ADD,
        workspace="narrow",
        at_hub="narrow",
    )
    mask_secrets: str = setting(
        "hosted",
        "Where keys and passwords in the document itself are masked, but for the cursor's line:"
        " for `hosted` engines, for all (`always`) or `never`. Suggestions have them as they are."
        " Lines of other files are always masked.",
        check=v.in_(["always", "hosted", "never"]),
        narrowing=earlier(["always", "hosted", "never"]),
        workspace="narrow",
        at_hub="narrow",
    )
    hourly_tokens: int = setting(
        0,
        "Most tokens, read and written, that hosted engines may count in an hour for this server;"
        " 0 is no limit.",
        unit="tokens",
        check=v.and_(v.ge(0), v.le(10**12)),
    )
    daily_tokens: int = setting(
        0,
        "Most tokens, read and written, that hosted engines may count in a day for this server;"
        " 0 is no limit.",
        unit="tokens",
        check=v.and_(v.ge(0), v.le(10**12)),
    )
