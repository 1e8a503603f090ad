#!/bin/sh
# Runs the three test runners; one that fails does not keep the others from running.
# Vitest runs beside pytest, which often waits for servers and processes; the browser journeys have the machine to themselves.
# Ends with the runners' own summary lines; exits with the status of the first that failed.
set -u
cd "$(dirname "$0")/.."
root=$PWD
PATH="$root/.venv/bin:$PATH"
export PATH
results=$(mktemp -d)
trap 'rm -rf "$results"' EXIT
trap 'exit 130' INT TERM
failed=0

run() { # run NAME COMMAND…: shows the output and keeps it
  name=$1
  shift
  printf '\n== %s\n' "$name"
  { "$@" </dev/null 2>&1 || echo $? >"$results/$name.status"; } | tee "$results/$name.output"
  if [ -s "$results/$name.status" ] && [ "$failed" = 0 ]; then
    failed=$(cat "$results/$name.status")
  fi
}

ended() { # shows what Vitest has written
  cat "$results/vitest.early"
  return "$vitest_status"
}

in_web() {
  (cd web && "$@")
}

lines() { # which lines pytest's processes executed; fails below the threshold in pyproject.toml
  python -m coverage combine --quiet --data-file="$results/.coverage" "$results" &&
    python -m coverage report --data-file="$results/.coverage" --skip-covered
}

(cd web && exec npm run --silent test) </dev/null >"$results/vitest.early" 2>&1 &
vitest=$!
trap 'kill "$vitest" 2>/dev/null; exit 130' INT TERM

# Three workers for two cores: each waits for servers, processes and commits about a third of its time.
workers=$((($(nproc) * 3 + 1) / 2))
# loadscope: the tests of a module share its databases and servers, so one worker runs them all;
# the longest modules begin (tests/conftest.py), not those of the most tests.
export STUDIO_TEST_LINES="$results"
run pytest "$root/.venv/bin/python" -m pytest -q -n "$workers" --dist loadscope --no-loadscope-reorder
unset STUDIO_TEST_LINES
run coverage lines
wait "$vitest"
vitest_status=$?
run vitest ended
run playwright in_web npm run --silent e2e -- --reporter=list

escape=$(printf '\033')
for name in pytest coverage vitest playwright; do
  sed "s/$escape\[[0-9;]*m//g" "$results/$name.output" >"$results/$name.plain"
done
printf '\n== summaries\n'
grep -E '^TOTAL ' "$results/coverage.plain" | tail -n 1
grep -E '(passed|failed|error|no tests ran|skipped|interrupted).* in [0-9.]+s' "$results/pytest.plain" | tail -n 1
grep -E '^ *(Test Files|Tests|Errors) ' "$results/vitest.plain"
grep -E '^ *[0-9]+ (failed|flaky|interrupted|skipped|did not run|passed)' "$results/playwright.plain"
for name in pytest coverage vitest playwright; do
  [ ! -s "$results/$name.status" ] || echo "$name exited with status $(cat "$results/$name.status")"
done
exit "$failed"
