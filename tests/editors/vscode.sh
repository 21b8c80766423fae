#!/usr/bin/env bash
# The extension in a real VS Code: builds it, installs what that needs (once), and runs its tests.
# The Python named by PYTHON, by default the one of .venv, has fimls with the extras serve and test.
# Further arguments go to pytest; FIMLS_SCREENSHOTS=$PWD/editors/vscode draws the pictures of its README.
# Ends with 69, and the reason, where VS Code cannot be installed.
set -euo pipefail
cd "$(dirname "$0")/../.."
export PYTHON=${PYTHON:-$PWD/.venv/bin/python}
export FIMLS_VSCODE=${FIMLS_VSCODE:-${XDG_CACHE_HOME:-$HOME/.cache}/fimls-vscode}
export PATH=$FIMLS_VSCODE/python/bin:$PATH npm_config_cache=$FIMLS_VSCODE/npm npm_config_prefer_offline=true
"$PYTHON" tests/support/install_vscode.py "$FIMLS_VSCODE"
(cd editors/vscode && npm install --ignore-scripts --silent && npm run --silent package)
exec "$PYTHON" -m pytest tests/editors/test_vscode.py tests/editors/test_vscode_server.py \
  tests/editors/test_vscode_actions.py tests/editors/test_vscode_hub.py \
  tests/editors/test_vscode_typing.py tests/engine/test_vscode.py "$@"
