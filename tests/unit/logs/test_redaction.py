"""No secret in what is logged: by the name it stands under, and by what it is."""

from __future__ import annotations

import json
import time
from collections import namedtuple
from contextvars import copy_context
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fimls.logs import redaction
from fimls.logs.redaction import hide, hide_in, redacted

SECRET = "fimls_0123456789ab_" + "S" * 43


@pytest.fixture(autouse=True)
def _nothing_known(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(redaction, "_own", set())
    redaction.are_known_in(redaction.Met())


NAMES = ["token", "hub.token", "api_key", "apiKey", "API-KEY", "Authorization", "clientSecret"]


@pytest.mark.parametrize(
    "name",
    [
        *(*NAMES, "password", "Cookie", "privateKey", "aws_access_key", "extraKey", "auth"),
        *("basicAuth", "pat", "GITHUB_PAT", "githubPat", "pwd", "dbpwd", "api_keys", "passwords"),
    ],
)
@pytest.mark.parametrize("value", ["s3cr3t", "it's", 'a"b', "a\\b c", 314159, ["s3cr3t", "x"]])
def test_what_stands_under_a_secrets_name_is_left_out(name: str, value: Any):
    table = {"before": 1, "hub": {name: value}, "after": "kept"}
    record = namedtuple("Object", ["token", "after"])(value, "kept")
    for text in (repr(table), json.dumps(table), json.dumps(json.dumps(table)), repr(record)):
        for part in value if isinstance(value, list) else [value]:
            if len(str(part)) > 1:
                assert str(part) not in redacted(text)
        assert "after" in redacted(text)
        assert "kept" in redacted(text)


@pytest.mark.parametrize(
    "text",
    [
        f"a wrong token {SECRET} came",
        "Authorization: Bearer s3cr3t.of-mine",
        "header [('authorization', 'Bearer s3cr3t.of-mine')]",
        "GET /x Bearer s3cr3t.of-mine",
        "http://me:s3cr3t@proxy:3128 refuses",
        "Cookie: s3cr3t",
        "X-Api-Key: s3cr3t",
        "hf_s3cr3ts3cr3t is no key",
        "eyJhbGciOiJIUzI1NiJ9.s3cr3ts3cr3t.s3cr3t is expired",
        "https://s3cr3t@git.example/x.git is unreachable",
        "https://s3cr3t:x-oauth-basic@git.example/x.git is unreachable",
        "-----BEGIN EC PRIVATE KEY-----\ns3cr3t\n-----END EC PRIVATE KEY-----",
        "tokens = ['s3cr3t', 'other']",
        "glpat-s3cr3ts3cr3t is revoked",
    ],
)
def test_what_looks_like_a_secret_is_left_out(text: str):
    assert not {"s3cr3t", "SSSS"} & {s for s in ("s3cr3t", "SSSS") if s in redacted(text)}


@pytest.mark.parametrize(
    "text",
    [
        "This hub needs a token: put the one that `fimls token create` printed into hub.token.",
        "There is no API key: set engine.api_key_file, or the variable that engine.api_key_env is.",
        "promptTokens: 41, cachedTokens: 40",
        "{'promptTokens': 41, \"max_new_tokens\": 64} prompt_tokens=7, author = 'me', compat=1",
        "file:///home/me/project/a@b.py",
        "engine http://127.0.0.1:30000 serves deepseek-ai/DeepSeek-V2.5",
    ],
)
def test_sentences_stay_whole(text: str):
    assert redacted(text) == text


@pytest.mark.parametrize("value", ["plain-key", "k'e\"y\\", "käy/with+odd=", "with blanks in"])
def test_a_value_that_is_known_is_left_out_wherever_it_stands(value: str):
    hide(f" {value}\n")
    for text in (value, repr(value), json.dumps(value), f"no key {value}!", f"[{value!r}]"):
        assert value not in redacted(f"ValueError: {text} cannot be")


def test_secrets_in_an_editors_settings_are_known_when_they_arrive():
    hide_in({"hub": {"token": "one-token"}, "deep": [{"engine": {"api_key": ["two-key"]}}]})
    assert redacted("one-token two-key one-word") == "… … one-word"


def test_editors_do_not_push_out_the_secrets_of_the_server():
    hide("the-servers-own")
    hide_in({"token": [f"value-{number}" for number in range(5_000)]})
    assert redacted("the-servers-own") == "…"
    assert len(redaction._met.get()) <= 1_000


@given(st.text(), st.sampled_from(["token", "api_key", "Authorization"]))
def test_any_value_under_a_secrets_name_is_left_out(value: str, name: str):
    hide_in({name: value})
    if len(value.strip()) >= 8:
        text = f"failed for { ({name: value})!r} and {json.dumps({name: value})}"
        assert value.strip() not in redacted(text)


@pytest.mark.parametrize(
    "text", ["token" * 12_000, '"token":[' * 7_000, '"token": "' * 6_000, "a" * 64_000]
)
def test_no_text_takes_long(text: str):
    started = time.process_time()
    redacted(text)
    assert time.process_time() - started < 1


def test_what_editors_send_does_not_fill_the_memory():
    for number in range(100):
        hide_in({"token": str(number) * 100_000})
    assert sum(map(len, redaction._met.get())) < 1_000_000


def test_what_one_session_sends_is_left_out_of_its_own_lines_alone():
    def of_another() -> str:
        redaction.are_known_in(redaction.Met())
        return redacted("connection refused")

    hide_in({"token": "connection"})
    assert redacted("connection refused") == "… refused"
    assert copy_context().run(of_another) == "connection refused"


def test_ids_of_cloud_keys_are_left_out():
    assert "IOSFODNN7EXAMPLE" not in redacted("InvalidAccessKeyId: AKIAIOSFODNN7EXAMPLE")
