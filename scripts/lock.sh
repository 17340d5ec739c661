#!/usr/bin/env bash
# Resolve both lock files with hashes and without naming any index.
set -euo pipefail
command -v uv >/dev/null || { echo "make lock needs uv (pip install uv)."; exit 1; }
options="--python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate --quiet"
build=$(mktemp --suffix=.in)
printf 'setuptools>=77\nwheel\n' > "$build"
rm -f requirements.lock requirements-dev.lock
uv pip compile pyproject.toml "$build" $options -o requirements.lock
uv pip compile pyproject.toml "$build" --all-extras -c requirements.lock $options -o requirements-dev.lock
rm -f "$build"
