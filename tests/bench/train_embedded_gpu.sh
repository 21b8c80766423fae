#!/usr/bin/env bash
# Trains the embedded model on a machine with a GPU that has PyTorch and no package index:
#   train_embedded_gpu.sh PREPARED OUT [--limit-s SECONDS] [--minutes MINUTES]
# PREPARED was made elsewhere, on a machine with packages, and is carried there with this repository:
#   python -m fimls.engine.training prepare PREPARED --packages node_modules --packages FOLDER
# OUT gets weights that SGLang loads, the checkpoint and the figures; what was begun in it goes on.
# It ends by itself before the limit (570 seconds). Afterwards, where the packages are:
#   fimls train-embedded OUT --evaluate --corpus PREPARED/corpus.jsonl.xz
set -euo pipefail
here=$(cd "$(dirname "$0")/../.." && pwd)
prepared=$1 out=$2
shift 2
export PYTHONPATH=$prepared/site:$here/server
exec "${PYTHON:-python3}" -m fimls.engine.training train "$prepared" "$out" "$@"
