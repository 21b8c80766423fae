#!/usr/bin/env bash
# The extension in a real VS Code: builds it, installs what that needs (once), and runs its tests.
# The Python named by PYTHON, by default the one of .venv, has fimls with the extras serve and test.
# Further arguments go to pytest; FIMLS_SCREENSHOTS=$PWD/editors/vscode draws the pictures of its README.
# Ends with 69, and the reason, where VS Code cannot be installed. FIMLS_VSCODE_UNTIL, in seconds since
# 1970, is when the last test may begin: later ones are skipped, with that reason.
set -euo pipefail
cd "$(dirname "$0")/../.."
export PYTHON=${PYTHON:-$PWD/.venv/bin/python}
export FIMLS_VSCODE=${FIMLS_VSCODE:-${XDG_CACHE_HOME:-$HOME/.cache}/fimls-vscode}
export PATH=$FIMLS_VSCODE/python/bin:$PATH npm_config_cache=$FIMLS_VSCODE/npm npm_config_prefer_offline=true
PYTHONPATH=tests "$PYTHON" -m support.install_vscode "$FIMLS_VSCODE"

build=$(mktemp -d)
trap 'rm -rf "$build"' EXIT
# What this takes is here now: it asks no network, and a failure of it is one of the extension.
timeout -k 10 300 "$FIMLS_VSCODE/python/bin/python" -m pip wheel -q --no-deps --no-build-isolation -w "$build" .
FIMLS_WHEEL=$(echo "$build"/*.whl) timeout -k 10 300 npm --prefix editors/vscode run --silent package

# Each test has its own limit. This one is for what hangs beside them.
left=$((${FIMLS_VSCODE_UNTIL:-$(date +%s) + 3600} - $(date +%s)))
timeout --foreground -k 30 $((left > 0 ? left + 600 : 600)) \
  "$PYTHON" -m pytest tests/editors/test_vscode.py tests/editors/test_vscode_server.py \
  tests/editors/test_vscode_actions.py tests/editors/test_vscode_hub.py tests/editors/test_vscode_ending.py \
  tests/editors/test_vscode_typing.py tests/editors/test_vscode_workspace.py tests/engine/test_vscode.py "$@"
