"""Addresses as people write them, proxies and certificates: each mistake is one sentence."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import resource
import ssl
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
import trustme

from fimls.backend.sglang import SGLangBackend
from fimls.errors import BackendError, BackendProtocolError, BackendUnreachable, ConfigurationError
from support.fake_http import Request
from support.fake_sglang import FakeSGLang
from support.raw_server import Answer, asked, listening
from support.replay import Response, collect, replaying, text_of

PROXIES = ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy")
AWAY = "http://engine.test:30000"


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*PROXIES, "NO_PROXY", "no_proxy", "SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.delenv(name, raising=False)


async def said(url: str) -> str:
    """Return what somebody is told who asks there."""
    backend = SGLangBackend(url, connect_timeout_s=1.0, read_timeout_s=1.0)
    with pytest.raises((BackendError, ConfigurationError)) as caught:
        await backend.model_info()
    with contextlib.suppress(BackendError, ConfigurationError):
        await collect(backend)
    await backend.aclose()
    sentence = str(caught.value)
    assert "\n" not in sentence
    assert len(sentence) < 300
    assert "secret" not in sentence
    return sentence


@pytest.mark.parametrize("form", ["{}", "{}/", "{}//", " {} ", "{}\n", "\t{}\r\n"])
async def test_what_stands_around_an_address_makes_no_difference(
    engine: FakeSGLang, form: str
) -> None:
    backend = SGLangBackend(form.format(engine.url))
    assert text_of(await collect(backend)) == "done"
    await backend.aclose()


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("127.0.0.1:30000", "http://"),
        ("localhost:30000", "http://"),
        ("ws://127.0.0.1:30000", "http://"),
        ("", "http://"),
        ("http://", "names no host"),
        ("http://127.0.0.1:99999", "1 to 65535"),
        ("http://127.0.0.1:0", "1 to 65535"),
        ("http://127.0.0.1:-1", "1 to 65535"),
        ("http://127.0.0.1:port", "1 to 65535"),
        ("http://::1:30000", "engine.url"),
        ("http://[::1", "host"),
        ("http://127.0.0.1:30 000", "characters"),
        ("http://127.0.0.1\r\nx: y", "characters"),
        ("http://somebody:secret@127.0.0.1:30000", "password"),
        ("http://127.0.0.1:30000/?key=secret", "?"),
        ("http://127.0.0.1:30000/#part", "#"),
        (f"http://{'a' * 64}.test", "host"),
        ("http://engine.invalid:30000", "no host 'engine.invalid'"),
    ],
)
async def test_an_address_that_cannot_be_used(url: str, says: str) -> None:
    assert says in await said(url)


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
async def test_localhost_is_found_whatever_the_resolver_knows(host: str) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await asked(reader):
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")

    try:
        async with listening(answer, host=host) as url:
            backend = SGLangBackend(f"http://localhost:{url.rpartition(':')[2]}")
            assert await backend.healthy()
            await backend.aclose()
    except OSError:
        pytest.skip(f"this machine has no {host}")


@pytest.mark.parametrize(
    ("variable", "value", "says"),
    [
        ("SSL_CERT_FILE", "/not/there.pem", "SSL_CERT_FILE"),
        ("SSL_CERT_FILE", "{folder}", "SSL_CERT_FILE"),
        ("SSL_CERT_FILE", "{file}", "SSL_CERT_FILE"),
        ("SSL_CERT_FILE", "{empty}", "SSL_CERT_FILE"),
        ("SSL_CERT_DIR", "/not/there", "SSL_CERT_DIR"),
        ("SSLKEYLOGFILE", "/not/there/keys", "SSLKEYLOGFILE"),
    ],
)
async def test_a_stale_variable_of_tls_is_named_for_https_and_no_matter_for_http(
    engine: FakeSGLang,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    variable: str,
    value: str,
    says: str,
) -> None:
    (tmp_path / "no.pem").write_text("this is no certificate\n", "utf-8")
    (tmp_path / "empty.pem").touch()
    places = {"folder": tmp_path, "file": tmp_path / "no.pem", "empty": tmp_path / "empty.pem"}
    monkeypatch.setenv(variable, value.format(**places))
    backend = SGLangBackend(engine.url)
    assert text_of(await collect(backend)) == "done"
    await backend.aclose()
    assert says in await said("https://127.0.0.1:1")


async def test_https_at_an_http_port(engine: FakeSGLang) -> None:
    assert "does not speak TLS" in await said(engine.url.replace("http:", "https:"))


async def test_http_at_a_port_that_speaks_tls() -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asked(reader)
        writer.write(b"\x15\x03\x03\x00\x02\x02\x0a")  # alert: unexpected message
        writer.close()

    async with listening(answer) as url:
        assert "speaks TLS" in await said(url)


def refusing(status: int) -> Answer:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await asked(reader):
            writer.write(b"HTTP/1.1 %d No\r\ncontent-length: 3\r\n\r\n<p>" % status)

    return answer


@pytest.mark.parametrize("url", [AWAY, AWAY.replace("http", "https")])
@pytest.mark.parametrize("status", [403, 407, 502, 504])
async def test_a_proxy_that_refuses_is_named(
    monkeypatch: pytest.MonkeyPatch, url: str, status: int
) -> None:
    async with listening(refusing(status)) as proxy:
        monkeypatch.setenv("ALL_PROXY", proxy.replace("http://", "http://me:secret@"))
        sentence = await said(url)
    assert f"proxy at {proxy.removeprefix('http://')}" in sentence
    assert f"HTTP {status}" in sentence
    assert "API key" not in sentence


@pytest.mark.parametrize("url", [AWAY, AWAY.replace("http", "https")])
@pytest.mark.parametrize(
    ("proxy", "says"),
    [
        ("http://127.0.0.1:9", "proxy at 127.0.0.1:9"),
        ("127.0.0.1:9", "proxy at 127.0.0.1:9"),
        ("socks5h://127.0.0.1:1080", "SOCKS"),
        ("not a proxy", "The proxy"),
        ("http://127.0.0.1:99999", "not an address"),
        ("::", "not an address"),
    ],
)
async def test_a_proxy_that_is_not_there(
    monkeypatch: pytest.MonkeyPatch, url: str, proxy: str, says: str
) -> None:
    monkeypatch.setenv("ALL_PROXY", proxy)
    sentence = await said(url)
    assert says in sentence
    assert "NO_PROXY" in sentence
    assert "fimls engine" not in sentence


async def test_an_engine_behind_a_proxy_that_passes_bytes_on(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """``CONNECT`` first, then TLS with the engine; the key is for the engine's eyes only."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("engine.test").configure_cert(tls)
    seen: list[bytes] = []

    async def engine(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await asked(reader):
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")

    async def copied(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65_536):
            seen.append(data)
            writer.write(data)
        writer.close()

    async with listening(engine, tls) as behind:
        port = int(behind.rpartition(":")[2])

        async def proxy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            head = await reader.readuntil(b"\r\n\r\n")
            assert head.startswith(b"CONNECT engine.test:443 HTTP/1.1\r\n")
            assert b"Proxy-Authorization: Basic bWU6c2VjcmV0\r\n" in head
            inside = await asyncio.open_connection("127.0.0.1", port)
            writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            await asyncio.gather(copied(reader, inside[1]), copied(inside[0], writer))

        async with listening(proxy) as where:
            monkeypatch.setenv("HTTPS_PROXY", where.replace("http://", "http://me:secret@"))
            backend = SGLangBackend("https://engine.test")
            assert await backend.healthy()
            assert await backend.healthy()
            assert backend.opened == 1
            await backend.aclose()
    assert not any(b"GET /health" in data for data in seen)


def served(answers: dict[str, object]) -> Callable[[Request], Response]:
    def answer(request: Request) -> Response:
        if request.path in answers:
            return Response(json=answers[request.path])
        return Response(status=404, json={"detail": "Not Found"})

    return answer


def models(owner: str) -> dict[str, object]:
    return {"/v1/models": {"object": "list", "data": [{"id": "m", "owned_by": owner}]}}


@pytest.mark.parametrize(
    ("answers", "says"),
    [
        (models("vllm"), 'is vLLM: set engine.kind to "openai"'),
        (models("llamacpp"), 'is llama.cpp: set engine.kind to "llama-cpp"'),
        (
            {**models("library"), "/api/version": {"version": "0.12.0"}},
            'is Ollama: set engine.kind to "openai"',
        ),
        (models("deepseek"), 'is DeepSeek\'s API: set engine.kind to "deepseek"'),
        (models("mistralai"), 'is Mistral\'s API: set engine.kind to "mistral"'),
        (models("organization_owner"), 'is LM Studio: set engine.kind to "openai"'),
        ({}, "check engine.url and engine.kind"),
    ],
)
async def test_another_engine_is_named_with_the_kind_to_set(
    answers: dict[str, object], says: str
) -> None:
    backend = replaying(served(answers))
    with pytest.raises(BackendProtocolError) as caught:
        await backend.model_info()
    assert says in str(caught.value)
    assert "needs SGLang" not in str(caught.value)
    assert json.dumps(answers) not in str(caught.value)
    await backend.aclose()


@pytest.mark.parametrize("path", ["/v1", "/v1/completions", "/generate"])
async def test_an_address_with_more_than_the_base(path: str) -> None:
    backend = replaying(served({}), path)
    with pytest.raises(BackendProtocolError, match=r"leave .* out of engine\.url"):
        await backend.model_info()
    await backend.aclose()


async def test_a_process_that_may_open_no_more_files_says_so(engine: FakeSGLang) -> None:
    backend, files = SGLangBackend(engine.url), list[int]()
    await backend._http._open()  # what it needs is imported
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (psutil.Process().num_fds() + 50, hard))
    try:
        with contextlib.suppress(OSError):
            while True:
                files.append(os.open(os.devnull, os.O_RDONLY))
        with pytest.raises(BackendUnreachable, match="limit of open files"):
            await collect(backend)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        for file in files:
            os.close(file)
    assert text_of(await collect(backend)) == "done"
    await backend.aclose()
