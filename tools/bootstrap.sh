#!/bin/sh
# Makes .venv with the locked uv in it; everything else is installed by that uv.
set -eu
python="${PYTHON:-python3}"
locked=$(sed -n 's/^uv==\([^ ]*\).*/\1/p' tools/uv.lock)
if .venv/bin/python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null &&
  [ "$(.venv/bin/uv --version 2>/dev/null | cut -d ' ' -f 2)" = "$locked" ]; then
  exit 0
fi
if ! command -v "$python" >/dev/null; then
  echo "setup: $python was not found. Install Python 3.11 or newer, or set PYTHON to one." >&2
  exit 1
fi
if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
  echo "setup: Python 3.11 or newer is needed; $("$python" --version 2>&1) was found. Set PYTHON to a newer one." >&2
  exit 1
fi
if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
  command='apt-get update && apt-get install -y python3-venv'
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    apt-get -qq update && apt-get -qq install -y --no-install-recommends python3-venv >/dev/null
  else
    echo "setup: Python has no ensurepip. Run: sudo sh -c '$command', then make setup again" >&2
    exit 1
  fi
fi
echo "setup: making .venv"
"$python" -m venv --clear .venv
.venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r tools/uv.lock
