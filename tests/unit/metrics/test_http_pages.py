from __future__ import annotations

import base64
import json
from http import HTTPStatus

import pytest

from fimls.backend.router_workers import EngineState
from fimls.metrics.http_pages import HttpPages, Page
from fimls.metrics.prometheus import PrometheusMetrics

TOKEN = "fimls_secret"


def pages(*, up: bool = True) -> HttpPages:
    metrics = PrometheusMetrics()
    user = metrics.user("<b>ann")
    user.joined()
    for ms in (10, 20, 30, 400):
        user.answered("answered", "memory" if ms < 100 else "engine", ms / 1e3)
    user.generated("completion", "stop", prompt=100, cached=90, new=5, first_s=0.1, total_s=0.2)
    state = EngineState(url="http://127.0.0.1:30000", up=up, running=3)
    return HttpPages(metrics, engines=lambda: [state])


def get(path: str, authorization: str | None = f"Bearer {TOKEN}", *, up: bool = True) -> Page:
    return pages(up=up).answer(path, authorization, lambda token: token == TOKEN)


def test_the_status_page_says_who_works_here_and_how_fast() -> None:
    page = get("/")
    text = page.body.decode()
    assert page.status is HTTPStatus.OK
    for shown in ("&lt;b&gt;ann", "20 ms", "400 ms", "90.0%", "75.0%", "http://127.0.0.1:30000"):
        assert f"<td>{shown}</td>" in text
    assert "<b>ann" not in text
    assert "http" not in text.replace("http-equiv", "").replace("http://127.0.0.1:30000", "")


def test_the_same_for_programs() -> None:
    (user,) = json.loads(get("/status.json").body)["users"]
    assert (user["user"], user["answer p95"]) == ("<b>ann", "400 ms")
    assert b"fimls_requests_total" in get("/metrics?x=1").body


@pytest.mark.parametrize("path", ["/", "/metrics", "/status.json"])
@pytest.mark.parametrize(
    "authorization",
    [None, "", "Bearer", "Bearer wrong", f"bearer{TOKEN}", "Basic x", "Basic " + "é", TOKEN],
)
def test_nobody_sees_them_without_a_token(path: str, authorization: str | None) -> None:
    page = get(path, authorization)
    assert page.status is HTTPStatus.UNAUTHORIZED
    assert b"ann" not in page.body
    assert page.headers()["WWW-Authenticate"].startswith("Basic ")


def test_browsers_send_the_token_as_a_password() -> None:
    basic = base64.b64encode(f"anybody:{TOKEN}".encode()).decode()
    assert get("/", f"Basic {basic}").status is HTTPStatus.OK


@pytest.mark.parametrize(("up", "ready"), [(True, 200), (False, 503)])
def test_probes_need_none_and_tell_nothing_else(*, up: bool, ready: int) -> None:
    assert get("/healthz", None, up=up).status == 200
    page = get("/readyz", None, up=up)
    assert page.status == ready
    assert b"127" not in page.body


def test_other_pages_do_not_exist() -> None:
    assert get("/secret").status is HTTPStatus.NOT_FOUND
