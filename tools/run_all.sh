#!/bin/sh
# Runs every program of a folder in turn: run_all.sh FOLDER [NAME…] [--OPTION…]; with names only those (`latency` is
# latency.py), options go to each program. A program's first line says what it measures; a failed one does not keep the
# next from running.
set -u
cd "$(dirname "$0")/.."
folder=$1
shift
names=
options=
for word; do
  case $word in
    -*) options="$options $word" ;;
    *) names="$names $word" ;;
  esac
done
if [ -z "$names" ]; then
  for file in "$folder"/[a-z]*.py; do
    [ ! -e "$file" ] || names="$names $(basename "$file" .py)"
  done
fi
if [ -z "$names" ]; then
  echo "$folder holds no program yet" >&2
  exit 1
fi
failed=0
for name in $names; do
  printf '\n== %s/%s\n' "$folder" "$name"
  # shellcheck disable=SC2086  # options are words
  .venv/bin/python -m "$(echo "$folder" | tr / .).$name" $options </dev/null || { status=$?; [ "$failed" != 0 ] || failed=$status; }
done
exit "$failed"
