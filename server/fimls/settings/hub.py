"""The settings of a hub, beside those of `fimls.settings`."""

from __future__ import annotations

import attrs
from attrs import validators as v

from fimls.settings.declaration import setting, texts


@attrs.frozen(kw_only=True)
class HubSettings:
    """Many editors at one server (`fimls hub`): read from the user's file of whoever starts it."""

    listen: list[str] = setting(
        ["unix:"],
        "Where editors connect: `unix:PATH` (no path: fimls.sock in the user's runtime folder),"
        " `tcp://HOST:PORT`, `tls://HOST:PORT`, `ws://HOST:PORT` or `wss://HOST:PORT`.",
        check=texts,
    )
    socket_mode: str = setting(
        "0600",
        "Who may connect to the unix socket, as the octal mode of a file.",
        check=v.matches_re(r"0?[0-7]{3}"),
        wants='the octal mode of a file, such as "0600"',
    )
    tls_certificate: str = setting(
        "", "File with the certificate chain of `tls` and `wss`, as PEM."
    )
    tls_key: str = setting("", "File with the certificate's private key, as PEM.")
    tokens_file: str = setting(
        "",
        "File that `fimls token` keeps; empty means tokens.json in your configuration folder.",
    )
    require_token: bool = setting(
        False,
        "Require a token on loopback addresses too; other addresses always require one.",
    )
    token: str = setting(
        "",
        "Token with which your editor logs in to a hub, as `fimls token create` printed it.",
        secret=True,
    )
    origins: list[str] = setting(
        [],
        "Web pages, as `https://HOST`, that may connect by WebSocket. Other programs need no"
        " entry.",
        check=texts,
    )
    proxy_user_header: str = setting(
        "",
        "Header in which a proxy on this machine names the authenticated user, on `ws` at a"
        " loopback address. Empty: no proxy is trusted.",
    )
    cache: str = setting(
        "user",
        "Who shares cached text in the engine: each `user` alone, a `team`, a team's users in"
        " the same `repository`, or `everybody`.",
        check=v.in_(["user", "team", "repository", "everybody"]),
    )
    replicas: list[str] = setting(
        [],
        "Base addresses of engines that serve the same model, instead of `engine.url`. Prompts"
        " that begin alike go to the same one, or to another while it does not answer. Keys"
        " belong in `engine.api_key_env` or `engine.api_key_file`.",
        check=texts,
    )
    ranks: int = setting(
        1,
        "Data-parallel ranks of each engine (`--attn-dp-size`, `--dp-size`). Each has its own"
        " cache, and prompts that begin alike go to the same one.",
        unit="ranks",
        check=v.and_(v.ge(1), v.le(1_024)),
    )
    spill: int = setting(
        16,
        "Generations at one engine or rank before others help, if that is twice what they have.",
        unit="generations",
        check=v.and_(v.ge(1), v.le(10_000)),
    )
    accept_shared_cache: bool = setting(
        False,
        "Let several tenants use an engine that cannot keep their caches apart (llama.cpp, Ollama,"
        " Mistral): response times can then reveal what another tenant sent.",
    )
    experiment: list[str] = setting(
        [],
        "Settings that half of the users have in place of the others, each as"
        ' `"completion.min_probability = 0.5"`, to see which are better; empty compares nothing.'
        " Users are told that it counts, and no text is kept.",
        check=texts,
    )
    in_flight: int = setting(
        128,
        "Most generations in the engine at once; others wait in the queue. Two for each typing"
        " user are enough. Beyond the engine's own limit (`--max-running-requests`) users no"
        " longer take turns.",
        unit="generations",
        check=v.and_(v.ge(2), v.le(10_000)),
    )
    user_in_flight: int = setting(
        8,
        "Upper bound on one user's generations that run at once.",
        unit="generations",
        check=v.and_(v.ge(1), v.le(10_000)),
    )
    waiting: int = setting(
        256,
        "Longest queue of generations. When it is full, the least urgent ones are refused as busy.",
        unit="generations",
        check=v.and_(v.ge(1), v.le(100_000)),
    )
    wait_ms: int = setting(
        2_000,
        "How long a generation may wait in the queue before it is refused as busy.",
        unit="ms",
        check=v.and_(v.ge(1), v.le(600_000)),
    )
    connections: int = setting(
        1_000,
        "Upper bound on editors that are connected at once.",
        unit="connections",
        check=v.and_(v.ge(1), v.le(100_000)),
    )
    user_connections: int = setting(
        50,
        "Upper bound on one user's editors that are connected at once.",
        unit="connections",
        check=v.and_(v.ge(1), v.le(100_000)),
    )
    message_bytes: int = setting(
        4 * 2**20,
        "Largest message from an editor; before login, a sixteenth of that, and 256 KiB at most.",
        unit="bytes",
        check=v.and_(v.ge(65_536), v.le(2**30)),
    )
    unsent_bytes: int = setting(
        2**20,
        "How much an editor may leave unread before its connection is dropped.",
        unit="bytes",
        check=v.and_(v.ge(4_096), v.le(2**30)),
    )
    documents: int = setting(
        200,
        "Upper bound on one editor's open documents.",
        unit="documents",
        check=v.and_(v.ge(1), v.le(100_000)),
    )
    document_bytes: int = setting(
        16 * 2**20,
        "Upper bound on the memory that one editor's open documents take together; a line takes"
        " 65 bytes more than its characters.",
        unit="bytes",
        check=v.and_(v.ge(65_536), v.le(2**32)),
    )
    requests: int = setting(
        64,
        "Upper bound on one editor's requests that are not answered yet.",
        unit="requests",
        check=v.and_(v.ge(1), v.le(10_000)),
    )
    handshake_ms: int = setting(
        10_000,
        "How long a new connection may take to log in.",
        unit="ms",
        check=v.and_(v.ge(100), v.le(600_000)),
        was="enter_ms",
    )
    drain_ms: int = setting(
        5_000,
        "How long a stopping hub waits for answers in progress.",
        unit="ms",
        check=v.and_(v.ge(0), v.le(600_000)),
    )
