"""Every kind of engine with every fault that it can have: one sentence, which says what to do.

Bodies of errors are those that each engine's public documentation or source has: DeepSeek ("Error
Codes"), Mistral ("Errors"), Ollama and vLLM (OpenAI-compatible), llama.cpp (``tools/server``) and
SGLang, read in November 2026.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import socket
import ssl
import threading
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import aclosing
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import trustme
from cryptography.hazmat.primitives import serialization

from fimls.backend.base import Backend, GenerateRequest
from fimls.backend.factory import engine_for
from fimls.errors import (
    BackendBusy,
    BackendError,
    BackendProtocolError,
    BackendRejected,
    BackendUnauthorised,
    BackendUnpaid,
    BackendUnreachable,
    ConfigurationError,
)
from fimls.settings import Layer, resolve
from support.raw_server import Answer, asked, listening, saying

KEY = "sk-not-to-be-seen"
TEXT = "what_somebody_edits"
PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")
QUOTED = f'{{"prompt": "{TEXT}", "key": "{KEY}"}}'


def _openai(status: int, message: str) -> object:
    return {"error": {"message": message, "type": "err", "param": None, "code": "invalid"}}


SHAPES: dict[str, tuple[str, Callable[[int, str], object]]] = {
    "deepseek": ("deepseek", _openai),
    "mistral": ("mistral", lambda s, m: {"object": "error", "message": m, "type": "e", "code": s}),
    "ollama": ("openai", _openai),
    "lm studio": ("openai", lambda _, m: {"error": m}),
    "vllm": ("openai", lambda s, m: {"error": {"message": m, "type": "NotFound", "code": s}}),
    "llama.cpp": ("llama-cpp", lambda s, m: {"error": {"code": s, "message": m, "type": "e"}}),
    "sglang": ("sglang", lambda s, m: {"object": "error", "message": m, "code": s}),
    "fastapi": ("sglang", lambda _, m: {"detail": m}),
}
"""Who answers -> the kind of engine that it is for fimls, and how it words an error."""

FAULTS: dict[str, tuple[int, str, dict[str, str], type[BackendError], str]] = {
    "no key": (401, "Authentication Fails", {}, BackendUnauthorised, r"engine\.api_key_file"),
    "not allowed": (403, "Forbidden", {}, BackendUnauthorised, r"engine\.api_key_file"),
    "no balance": (402, "Insufficient Balance", {}, BackendUnpaid, r"top it up"),
    "wrong path": (404, "Not Found", {}, BackendProtocolError, r"check engine\.url"),
    "wrong method": (405, "Method Not Allowed", {}, BackendProtocolError, r"engine\.url"),
    "elsewhere": (301, "", {"location": "https://x.test"}, BackendProtocolError, r"https://"),
    "no model named": (
        *(400, "model name is missing from the request", {}),
        *(BackendProtocolError, r"set engine\.model"),
    ),
    "no such model": (404, "The model `x` does not exist.", {}, BackendProtocolError, r"\.model"),
    "invalid model": (400, "Invalid model: x", {}, BackendProtocolError, r"set engine\.model"),
    "retired": (400, "Model Not Exist", {}, BackendProtocolError, r"set engine\.model"),
    "parameters": (422, "Invalid Parameters", {}, BackendRejected, r"Invalid Parameters"),
    "too long": (
        *(400, "This model's maximum context length is 4096 tokens", {}),
        *(BackendRejected, r"maximum context length"),
    ),
    "says nothing": (422, "", {}, BackendRejected, r"HTTP 422"),
    "too often": (429, "Rate limit", {"retry-after": "30"}, BackendBusy, r"no room"),
    "too often, no time": (429, "Rate limit", {}, BackendBusy, r"no room"),
    "failed": (500, "oops", {}, BackendProtocolError, r"see (its log|https://status)"),
    "overloaded": (503, "Server overloaded", {}, BackendBusy, r"no room"),
    "gateway": (502, "", {}, BackendUnreachable, r"gateway"),
    "quotes the request": (400, QUOTED, {}, BackendRejected, r"refuses the request"),
}


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*PROXIES, "SSL_CERT_FILE", "SSL_CERT_DIR", "SSLKEYLOGFILE"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    monkeypatch.setenv("FIMLS_API_KEY", KEY)


@contextlib.asynccontextmanager
async def engine(kind: str, url: str, **more: Any) -> AsyncGenerator[Backend]:
    table = {"kind": kind, "url": url, "connect_timeout_ms": 3_000, **more}
    settings, problems = resolve([Layer(name="test", values={"engine": table})])
    assert not problems
    backend = engine_for(settings.engine)
    yield backend
    await backend.aclose()


def refusing(status: int, body: bytes, headers: dict[str, str]) -> Answer:
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    head = f"HTTP/1.1 {status} No\r\ncontent-length: {len(body)}\r\n{lines}\r\n".encode()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await asked(reader):
            writer.write(head + body)

    return answer


async def generated(backend: Backend) -> None:
    ids = {"input_ids": (1, 2), "text": None}
    form = ids if type(backend).__name__ == "SGLangBackend" else {"text": TEXT, "suffix": None}
    request = GenerateRequest(rid="0" * 32, max_new_tokens=2, **form)  # type: ignore[arg-type]
    async with aclosing(backend.stream(request)) as chunks:
        async for _ in chunks:
            pass


async def said(asking: Callable[[], Any], kind: type[Exception]) -> str:
    with pytest.raises(kind) as caught:
        await asking()
    sentence = str(caught.value)
    assert re.fullmatch(r"[^\n{}]{20,400}\.", sentence)
    for hidden in (KEY, TEXT, "Traceback", "BackendE", "errno"):
        assert hidden not in sentence
    return sentence


@pytest.mark.parametrize("who", SHAPES)
@pytest.mark.parametrize("fault", FAULTS)
async def test_a_refusal_is_a_sentence_that_says_what_to_do(who: str, fault: str) -> None:
    kind, worded = SHAPES[who]
    status, message, headers, error, says = FAULTS[fault]
    body = json.dumps(worded(status, message)).encode() if message else b""
    async with (
        listening(refusing(status, body, headers)) as url,
        engine(kind, url) as backend,
    ):
        sentence = await said(lambda: generated(backend), error)
        assert re.search(says, sentence)
        if kind != "sglang":
            assert "SGLang" not in sentence
        asking = backend.model_info
        about_it = await said(asking, BackendError)  # before anything was asked of it
        assert "engine" in about_it or "account" in about_it or "gateway" in about_it


@pytest.mark.parametrize("who", [who for who in SHAPES if SHAPES[who][0] != "sglang"])
@pytest.mark.parametrize(("later", "seconds"), [("30", (29, 30)), ("", (1, 1)), ("x", (1, 1))])
async def test_an_engine_that_has_had_too_much_is_left_alone(
    who: str, later: str, seconds: tuple[int, int]
) -> None:
    kind, worded = SHAPES[who]
    count = 0
    refuse = refusing(429, json.dumps(worded(429, "Slow")).encode(), {"retry-after": later})

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal count
        count += 1
        await refuse(reader, writer)

    async with listening(answer) as url, engine(kind, url) as backend:
        for _ in range(4):
            sentence = await said(lambda: generated(backend), BackendBusy)
            found = re.search(r"nothing is sent for (\d+) s", sentence)
            assert found
            assert seconds[0] <= int(found[1]) <= seconds[1]
        assert count == 1


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory, authority: trustme.CA) -> dict[str, str]:
    """A company's authority, a certificate of ours and its key, and both in one file."""
    ours = authority.issue_cert("me@company.test")
    folder = tmp_path_factory.mktemp("certificates")
    names = ("ca", "ours", "key", "both", "other", "locked")
    paths = {name: folder / f"{name}.pem" for name in names}
    authority.cert_pem.write_to_path(paths["ca"])
    ours.cert_chain_pems[0].write_to_path(paths["ours"])
    ours.private_key_pem.write_to_path(paths["key"])
    ours.private_key_and_cert_chain_pem.write_to_path(paths["both"])
    locked = serialization.BestAvailableEncryption(b"a passphrase")
    key = serialization.load_pem_private_key(ours.private_key_pem.bytes(), None)
    pem, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    paths["locked"].write_bytes(key.private_bytes(pem, form, locked))
    stranger = trustme.CA().issue_cert("me@company.test")
    stranger.private_key_and_cert_chain_pem.write_to_path(paths["other"])
    return {name: str(path) for name, path in paths.items()}


def server_side(authority: trustme.CA, host: str = "127.0.0.1") -> ssl.SSLContext:
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert(host).configure_cert(tls)
    return tls


REFUSED = refusing(402, b"{}", {})
"""Whoever is told that an account is empty has reached the engine."""
KINDS = ("sglang", "llama-cpp", "openai", "deepseek", "mistral")


async def test_a_server_that_lists_no_models_is_asked_for_the_one_that_is_named() -> None:
    """mlx-lm answers ``/v1/models`` with nothing at all where there is no cache of a model hub."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        body = b'{"status": "ok"}' if await asked(reader) == "/health" else b""
        writer.write(b"HTTP/1.0 200 OK\r\ncontent-type: application/json\r\n\r\n" + body)
        writer.close()

    async with listening(answer) as url:
        async with engine("openai", url) as backend:
            sentence = await said(backend.model_info, BackendProtocolError)
            assert "set engine.model" in sentence
        async with engine("openai", url, model="Qwen/Qwen2.5-Coder-0.5B") as backend:
            assert (await backend.model_info()).model_path == "Qwen/Qwen2.5-Coder-0.5B"


@contextlib.contextmanager
def openssl_server(tls: ssl.SSLContext) -> Iterator[str]:
    """As `REFUSED`, and with OpenSSL's alerts, which asyncio's servers keep for themselves."""

    def answer(plain: socket.socket) -> None:
        with contextlib.suppress(OSError), tls.wrap_socket(plain, server_side=True) as secure:
            while b"\r\n\r\n" not in secure.recv(65_536):
                pass
            secure.sendall(b"HTTP/1.1 402 No\r\ncontent-length: 2\r\n\r\n{}")

    def accept() -> None:
        with contextlib.suppress(OSError):
            while True:
                answer(listener.accept()[0])

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        yield f"https://127.0.0.1:{listener.getsockname()[1]}"
        listener.shutdown(socket.SHUT_RDWR)
        thread.join(10)


@pytest.mark.parametrize("kind", KINDS)
async def test_a_companys_authority_is_trusted_where_it_is_named(
    kind: str, authority: trustme.CA, files: dict[str, str]
) -> None:
    async with listening(REFUSED, server_side(authority)) as url:
        async with engine(kind, url) as backend:
            sentence = await said(lambda: generated(backend), BackendUnreachable)
            assert "engine.ca_file" in sentence
            assert "SSL_CERT_FILE" in sentence
        async with engine(kind, url, ca_file=files["ca"]) as backend:
            await said(lambda: generated(backend), BackendUnpaid)


@pytest.mark.parametrize(
    ("kind", "version"),
    [*((kind, ssl.TLSVersion.TLSv1_3) for kind in KINDS), ("openai", ssl.TLSVersion.TLSv1_2)],
)
async def test_who_is_asked_for_a_certificate_shows_the_one_that_is_named(
    kind: str, version: ssl.TLSVersion, authority: trustme.CA, files: dict[str, str]
) -> None:
    tls = server_side(authority)
    tls.maximum_version = version
    tls.verify_mode = ssl.CERT_REQUIRED
    authority.configure_trust(tls)
    with openssl_server(tls) as url:
        for shown in ({}, {"client_certificate_file": files["other"]}):
            async with engine(kind, url, ca_file=files["ca"], **shown) as backend:
                sentence = await said(lambda: generated(backend), BackendUnreachable)
                assert "engine.client_certificate_file" in sentence
        in_two = {"client_certificate_file": files["ours"], "client_key_file": files["key"]}
        for shown in (in_two, {"client_certificate_file": files["both"]}):
            async with engine(kind, url, ca_file=files["ca"], **shown) as backend:
                await said(lambda: generated(backend), BackendUnpaid)


async def test_a_gateway_that_wants_a_certificate_says_so_on_a_page() -> None:
    """nginx with ``ssl_verify_client`` ends the handshake well, and then answers with HTML."""
    page = b"<html><center>400 Bad Request</center>No required SSL certificate was sent</html>"
    async with listening(refusing(400, page, {})) as url, engine("openai", url) as backend:
        sentence = await said(lambda: generated(backend), BackendUnreachable)
    assert "engine.client_certificate_file" in sentence


async def test_a_certificate_for_another_host_is_told_apart(
    authority: trustme.CA, files: dict[str, str]
) -> None:
    async with (
        listening(REFUSED, server_side(authority, "elsewhere.test")) as url,
        engine("openai", url, ca_file=files["ca"]) as backend,
    ):
        assert "for another host" in await said(lambda: generated(backend), BackendUnreachable)


NOW, DAY = datetime.now(UTC), timedelta(days=1)


@pytest.mark.parametrize("from_day", [-2, 1], ids=["has expired", "is not valid yet"])
async def test_a_certificate_that_is_not_valid_now_is_told_apart(
    authority: trustme.CA, files: dict[str, str], from_day: int
) -> None:
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    begins = NOW + from_day * DAY
    other = authority.issue_cert("127.0.0.1", not_before=begins, not_after=begins + DAY)
    other.configure_cert(tls)
    async with (
        listening(REFUSED, tls) as url,
        engine("deepseek", url, ca_file=files["ca"]) as backend,
    ):
        assert "not valid now" in await said(lambda: generated(backend), BackendUnreachable)


async def test_a_certificate_that_takes_the_place_of_another_is_looked_at(
    authority: trustme.CA, files: dict[str, str]
) -> None:
    """What the first connection was told says nothing of the next one."""
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(tls)
    one_answer = saying(b"HTTP/1.1 402 No\r\ncontent-length: 2\r\n\r\n{}")
    replacements = {
        "not valid now": authority.issue_cert("127.0.0.1", not_after=NOW - DAY),
        "for another host": authority.issue_cert("elsewhere.test"),
        "not trusted": trustme.CA().issue_cert("127.0.0.1"),
    }
    async with (
        listening(one_answer, tls) as url,
        engine("openai", url, ca_file=files["ca"]) as backend,
    ):
        await said(lambda: generated(backend), BackendUnpaid)
        for words, other in replacements.items():
            other.configure_cert(tls)
            assert words in await said(lambda: generated(backend), BackendUnreachable)
        authority.issue_cert("127.0.0.1").configure_cert(tls)
        await said(lambda: generated(backend), BackendUnpaid)


@pytest.mark.parametrize(
    ("named", "says"),
    [
        ({"ca_file": "/not/there"}, r"engine\.ca_file .*not a file"),
        ({"ca_file": "{key}"}, r"engine\.ca_file .*no certificate"),
        ({"client_certificate_file": "/not/there"}, r"client_certificate_file .*not a file"),
        ({"client_certificate_file": "{ours}"}, r"client_certificate_file .*with its key"),
        (
            {"client_certificate_file": "{ours}", "client_key_file": "{other}"},
            r"client_key_file .*not this certificate's",
        ),
        (
            {"client_certificate_file": "{ours}", "client_key_file": "{locked}"},
            r"client_key_file .*passphrase",
        ),
        ({"client_key_file": "{key}"}, r"client_key_file is set without"),
    ],
)
async def test_files_that_cannot_be_used_are_named(
    named: dict[str, str], says: str, files: dict[str, str]
) -> None:
    filled = {name: path.format(**files) for name, path in named.items()}
    async with engine("openai", "https://127.0.0.1:9", **filled) as backend:
        assert re.search(says, await said(lambda: generated(backend), ConfigurationError))


@pytest.mark.parametrize("kind", KINDS)
async def test_a_proxy_of_the_environment_leads_to_other_machines_alone(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []

    async def proxy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while path := await asked(reader):
            seen.append(path)
            writer.write(b"HTTP/1.1 402 No\r\ncontent-length: 2\r\n\r\n{}")

    async with listening(proxy) as where, listening(REFUSED) as here:
        monkeypatch.setenv("ALL_PROXY", where)
        async with engine(kind, "http://engine.test:30000") as backend:
            await said(lambda: generated(backend), BackendUnpaid)
        assert seen
        assert all(path.startswith("http://engine.test:30000/") for path in seen)
        seen.clear()
        port = here.rpartition(":")[2]
        for host in ("127.0.0.1", "localhost", "[::ffff:127.0.0.1]"):
            async with engine(kind, f"http://{host}:{port}") as backend:
                with contextlib.suppress(BackendError):
                    await generated(backend)
        assert not seen


@pytest.mark.parametrize("kind", KINDS)
async def test_a_proxy_that_does_not_answer_is_named(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    async with engine(kind, "https://engine.test") as backend:
        sentence = await said(lambda: generated(backend), BackendUnreachable)
    assert "proxy at 127.0.0.1:9" in sentence
    assert "NO_PROXY" in sentence
