"""What is sent nowhere."""

from __future__ import annotations

import time

import pytest

from fimls.completion.exclusions import excluded
from fimls.settings import CompletionSettings
from fimls.text import Document, Text


def document(uri: str, language: str = "python") -> Document:
    return Document(uri=uri, language_id=language, version=1, text=Text.parse("x"))


@pytest.mark.parametrize(
    ("uri", "out"),
    [
        ("file:///home/me/app/.env", True),
        ("file:///home/me/app/.env.local", True),
        ("file:///home/me/app/environment.py", False),
        ("file:///home/me/.ssh/id_ed25519", True),
        ("file:///home/me/server.PEM", True),
        ("file:///c%3A/work/Tls.Key", True),
        ("file:///home/me/keys.py", False),
        ("untitled:Untitled-1", False),
    ],
)
def test_by_default_files_that_hold_secrets(uri: str, out: bool) -> None:
    assert excluded(document(uri), CompletionSettings()) is out


@pytest.mark.parametrize(
    ("pattern", "uri", "out"),
    [
        ("*.lock", "file:///a/b.lock", True),
        ("*.lock", "file:///a.lock/b", False),
        ("private/*.py", "file:///x/private/a.py", True),
        ("private/*.py", "file:///x/private/deep/a.py", False),
        ("**/private/**", "file:///x/private/deep/a.py", True),
        ("private/", "file:///x/private/deep/a.py", True),
        ("private/", "file:///x/private.py", False),
        ("a b/*", "file:///x/a%20b/c", True),
        ("", "file:///x", False),
        ("/", "file:///x", False),
    ],
)
def test_patterns(pattern: str, uri: str, out: bool) -> None:
    settings = CompletionSettings(exclude_files=[pattern])
    assert excluded(document(uri), settings) is out


def test_languages() -> None:
    settings = CompletionSettings(exclude_languages=["markdown"])
    assert excluded(document("file:///a.md", "markdown"), settings)
    assert not excluded(document("file:///a.py"), settings)


IN_ANY_SPELLING = [
    "file:///w/%2Eenv",
    "file:///w/%252Eenv",
    "file:///w/.ENV",
    "file://server/share/.env",
    "untitled:.env",
    "/w/.env",
    "C:\\w\\.env",
    "file:///C:\\w\\.env",
    "file:///w\\.ssh\\config",
    "file:///w/a?b/.env",
    "file:///w/a#b/.env",
    "file:///w/a%3Fb/.env",
    "file:///w/.env?x=1",
    "file:///w/.env#L1",
    "vscode-notebook-cell:/w/.env#X",
    "git:/w/id_rsa.git?%7B%22path%22%3A%22%2Fw%2Fid_rsa%22%7D",
    "fugitive:///w/.git//0/.env",
    "zipfile:///w/a.zip::.env",
    "zipfile:///w/a.zip::home/.aws/config",
    "jar:file:///a.jar!/.env",
    "zip://[abc]/.env",
    "x://exa\uff1ample/.env",
    "file:///w/.env%00",
    "file:///w/.env%00.py",
    "file:///w/.env ",
    "file:///w/.env.",
    "file:///w/.env::$DATA",
    "file:///w/.env~",
    "file:///w/#.env#",
    "file:///w/.#.env",
    "file:///w/.id_rsa.swp",
    "file:///w/id_rsa.bak",
]


@pytest.mark.parametrize("uri", IN_ANY_SPELLING)
def test_a_secret_file_is_one_however_an_editor_spells_it(uri: str) -> None:
    assert excluded(document(uri), CompletionSettings())


@pytest.mark.parametrize(
    "uri",
    [
        "",
        "#",
        "?",
        "::",
        "http://[::1/a.py",
        "file:///w/%ZZ%.py",
        "file:///w/a%20b%23c%3Fd.py",
        "deno:/https/deno.land/x.ts",
        "file:///w/secrets.py",
        "file:///w/src/credentials.rs",
        "file:///w/design/tokens.json",
        "file:///w/settings.xml",
        "file:///w/keys/index.ts",
        "file:///w/.github/workflows/test.yml",
        "file:///w/shadow.css",
        "file:///w/history.py",
        "file:///w/" + "d/" * 3_000 + "a.py",
        "file:///w/" + "x" * 100_000 + ".py",
    ],
)
def test_what_is_like_a_secret_file_in_part_is_none(uri: str) -> None:
    assert not excluded(document(uri), CompletionSettings())


@pytest.mark.parametrize(
    "name",
    [
        *(".envrc", "prod.env", ".env.production", "id_ed25519", "deploy_rsa", "server.p8"),
        *("release.keystore", "app.jks", ".git-credentials", ".pypirc", ".pgpass", ".my.cnf"),
        *(".htpasswd", ".dockercfg", ".docker/config.json", ".kube/config", ".aws/credentials"),
        *(".config/gcloud/credentials.db", ".azure/accessTokens.json", ".gnupg/secring.gpg"),
        *(".cargo/credentials.toml", "terraform.tfstate", "prod.tfvars", "client_secret_1.json"),
        *("service-account-prod.json", "secrets.yaml", ".vault-token", ".bash_history"),
        *("kubeconfig", "wp-config.php", ".s3cfg", ".npmrc", ".yarnrc.yml", ".netrc", "_netrc"),
        *(".streamlit/secrets.toml", "vault_pass.txt", "credentials.json", "private.ppk"),
        *("db.kdbx", "vpn.ovpn"),
    ],
)
def test_what_holds_secrets_as_a_rule_is_excluded(name: str) -> None:
    assert excluded(document(f"file:///home/me/app/{name}"), CompletionSettings())


@pytest.mark.parametrize(
    "uri",
    [
        "file:///" + "#a" * 50_000,
        "file:///" + "a/" * 50_000,
        "file:///" + "a;" * 50_000,
        "file:///" + "%25" * 30_000,
        "file:///" + "a" * 600,
    ],
)
def test_an_endless_uri_and_hostile_patterns_take_no_time(uri: str) -> None:
    settings = CompletionSettings(exclude_files=[f"{'a*' * 240}{n}" for n in range(40)])
    excluded(document("file:///a"), settings)
    started = time.thread_time()
    excluded(document(uri), settings)
    assert time.thread_time() - started < 0.05
