#!/usr/bin/env bash
# The server with reload and the web's development server; takes the options of run.sh.
exec "$(dirname "${BASH_SOURCE[0]}")/run.sh" --dev "$@"
