"""What is sent to the engine, and what is not."""

from __future__ import annotations

import logging
import subprocess
import sys

import pytest

from fimls.backend.api_key import ApiKey
from fimls.backend.base import GenerateRequest, ModelInfo
from fimls.backend.sglang import SGLangBackend
from fimls.errors import (
    BackendError,
    BackendProtocolError,
    BackendUnauthorised,
    BackendUnreachable,
    ConfigurationError,
)
from fimls.settings import EngineSettings
from support.fake_http import Request
from support.fake_sglang import FakeSGLang, HttpError
from support.replay import Response, collect, replaying, request, text_of

KEY = "sk-0123456789"


async def test_the_body_of_a_full_request(engine: FakeSGLang, backend: SGLangBackend) -> None:
    full = GenerateRequest(
        rid="r1",
        input_ids=(5, 6, 7),
        max_new_tokens=9,
        temperature=0.5,
        stop_token_ids=(1, 2),
        stop=("\n\n",),
        extra_key="mine",
        priority=3,
        regex="a*",
        logprobs=True,
        others=3,
    )
    await collect(backend, full)

    assert engine.requests == [
        {
            "rid": "r1",
            "input_ids": [5, 6, 7],
            "stream": True,
            "no_logs": True,
            "return_logprob": True,
            "return_text_in_logprobs": True,
            "top_logprobs_num": 4,
            "extra_key": "mine",
            "priority": 3,
            "sampling_params": {
                "max_new_tokens": 9,
                "temperature": 0.5,
                "skip_special_tokens": True,
                "stop": ["\n\n"],
                "stop_token_ids": [1, 2],
                "regex": "a*",
            },
        }
    ]


async def test_what_is_not_asked_for_is_not_sent(
    engine: FakeSGLang, backend: SGLangBackend
) -> None:
    await collect(backend)

    (body,) = engine.requests
    assert not body.keys() & {"extra_key", "priority"}
    assert not body["sampling_params"].keys() & {"stop", "stop_token_ids", "regex"}


async def test_settings_reach_the_engine(engine: FakeSGLang) -> None:
    backend = SGLangBackend.from_settings(EngineSettings(url=engine.url + "/", extra_key="editor"))
    await collect(backend)
    await backend.aclose()

    assert engine.requests[0]["extra_key"] == "editor"
    assert [path for _, path, _ in engine.calls] == ["/generate"]


@pytest.mark.parametrize("share", [False, True])
async def test_the_cache_is_our_own_unless_it_is_shared(engine: FakeSGLang, share: bool) -> None:
    """Other processes cannot guess the key, so the engine's speed tells them nothing of us."""
    for _ in range(2):  # new settings keep the key, and what is cached under it
        backend = SGLangBackend.from_settings(EngineSettings(url=engine.url, share_cache=share))
        await collect(backend)
        await backend.aclose()
    one, other = (body.get("extra_key") for body in engine.requests)
    assert one == other
    assert one is None if share else len(one) == 32


def test_each_process_has_a_key_of_its_own() -> None:
    code = "from fimls.backend import sglang; print(sglang._OWN_KEY)"
    keys = {
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True
        ).stdout
        for _ in range(2)
    }
    assert len(keys) == 2


async def test_an_engine_below_a_path() -> None:
    seen: list[str] = []

    def answer(asked: Request) -> Response:
        seen.append(asked.path)
        return Response(json={"model_path": "m", "tokenizer_path": "t"})

    backend = replaying(answer, "/team/a")
    await backend.model_info()

    assert seen[0] == "/team/a/model_info"
    assert all(path.startswith("/team/a/") for path in seen)


async def test_model_info(engine: FakeSGLang, backend: SGLangBackend) -> None:
    assert await backend.model_info() == ModelInfo(
        model_path="fake/model", tokenizer_path="fake/model", context_length=4090
    )


@pytest.mark.parametrize(
    ("server", "length"),
    [
        ({"context_length": None, "max_req_input_len": 506}, 506),
        ({"context_length": 4096}, 4096),
        ({"context_length": None}, None),
        ({"context_length": "many"}, None),
        (None, None),
    ],
)
async def test_older_engines_and_those_that_do_not_say(
    server: dict[str, object] | None, length: int | None
) -> None:
    def answer(asked: Request) -> Response:
        if asked.path == "/get_model_info":
            return Response(json={"model_path": "m"})
        if asked.path == "/get_server_info" and server is not None:
            return Response(json=server)
        return Response(status=404, json={"detail": "Not Found"})

    info = await replaying(answer).model_info()

    assert info == ModelInfo(model_path="m", tokenizer_path="m", context_length=length)


@pytest.mark.parametrize("body", ["<html>", "[]", "3", "{}", '{"model_path": 3}', "[" * 100_000])
async def test_a_server_that_is_not_sglang(body: str) -> None:
    with pytest.raises(BackendProtocolError, match=r"engine\.url"):
        await replaying(lambda _: Response(body=body.encode())).model_info()


async def test_health(engine: FakeSGLang, backend: SGLangBackend) -> None:
    assert await backend.healthy()
    engine.healthy = False
    assert not await backend.healthy()


async def test_an_engine_that_is_down() -> None:
    with FakeSGLang() as engine:
        url = engine.url
    backend = SGLangBackend(url)

    assert not await backend.healthy()
    for asking in (backend.model_info(), collect(backend), backend.warm(request())):
        with pytest.raises(BackendUnreachable) as caught:
            await asking
        assert str(caught.value) == (
            f"No SGLang engine answers at {url}: start one with `fimls engine`, or set engine.url."
        )
    await backend.aclose()


async def test_the_key_is_sent_and_never_shown(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with FakeSGLang(api_key=KEY) as engine:
        backend = SGLangBackend(engine.url, api_key=ApiKey(KEY))
        assert text_of(await collect(backend)) == "done"
        engine.script = [HttpError(400, {"error": "no"})]
        with pytest.raises(BackendError) as caught:
            await collect(backend, request("r2"))
        shown = [repr(backend), repr(vars(backend)), str(caught.value), repr(caught.value)]
        await backend.aclose()

    assert all(KEY not in path for _, path, _ in engine.calls)
    assert caplog.records
    for text in [*shown, *(record.getMessage() for record in caplog.records)]:
        assert KEY not in text


@pytest.mark.parametrize("key", [None, ApiKey("sk-wrong")])
async def test_a_missing_or_wrong_key(key: ApiKey | None) -> None:
    with FakeSGLang(api_key=KEY) as engine:
        backend = SGLangBackend(engine.url, api_key=key)
        for asking in (collect(backend), backend.model_info()):
            with pytest.raises(BackendUnauthorised, match="api_key_file") as caught:
                await asking
            assert "sk-wrong" not in str(caught.value)
        assert await backend.healthy()  # SGLang answers that without a key
        await backend.aclose()


async def test_redirects_are_not_followed() -> None:
    asked: list[str] = []

    def answer(asking: Request) -> Response:
        asked.append(asking.path)
        return Response(status=307, headers=["location: http://elsewhere.test/generate"])

    backend = replaying(answer)
    with pytest.raises(BackendProtocolError, match="307"):
        await collect(backend)
    await backend.aclose()

    assert asked == ["/generate"]


async def test_an_engine_on_this_machine_is_not_asked_through_a_proxy(
    engine: FakeSGLang, monkeypatch: pytest.MonkeyPatch
) -> None:
    with FakeSGLang() as proxy:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy.url)
        backend = SGLangBackend(engine.url)
        assert text_of(await collect(backend)) == "done"
        await backend.aclose()

        away = SGLangBackend("http://engine.test:30000")
        assert not await away.healthy()  # the proxy answers 404: it does not know such a path
        await away.aclose()

    assert [method for method, _, _ in proxy.calls] == ["GET"]
    assert len(engine.requests) == 1


@pytest.mark.parametrize(
    "url", ["http://localhost:1", "http://127.8.9.1:1", "http://[::1]:1", "http://a.localhost:1"]
)
async def test_names_of_this_machine(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with FakeSGLang() as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        backend = SGLangBackend(url, connect_timeout_s=0.5)
        assert not await backend.healthy()
        await backend.aclose()

    assert proxy.calls == []


@pytest.mark.parametrize(
    "url", ["http://name:password@127.0.0.1:1", "http://127.0.0.1:port", "http://[::1"]
)
async def test_addresses_that_cannot_be_used(url: str) -> None:
    backend = SGLangBackend(url)
    with pytest.raises(ConfigurationError) as caught:
        await collect(backend)

    assert "engine.url" in str(caught.value)
    assert "password@" not in str(caught.value)


def test_http_is_not_imported_before_the_first_request() -> None:
    code = (
        "import sys; from fimls.backend.sglang import SGLangBackend;"
        "from fimls.settings import EngineSettings;"
        "SGLangBackend.from_settings(EngineSettings()); print('h11' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout == "False\n"
