#!/bin/sh
# The PyTorch peer's environment, in bench/build/python: CPU builds, nothing else on the machine is touched.
set -e
cd "$(dirname "$0")/.."
python3 -m venv build/python
build/python/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 numpy==2.4.6
build/python/bin/python -c 'import torch; print("PyTorch", torch.__version__)'
