#!/usr/bin/env bash
# One command: sets up what the tests need, then checks and tests everything.
#
#   ./test.sh                            every check, then every test
#   ./test.sh tests/geo -k kernel -x     set-up, then pytest alone with these arguments
#
# WAIXIAN_DATA names a folder of real data; without it the tests that need it are skipped.
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd) || exit 2
. "$here/setup.sh"

cd "$here"
prepare test
py=("${owner[@]}" .venv/bin/python)
[ $# = 0 ] || exec "${py[@]}" -m pytest "$@"

results=()
failed=()

# check LABEL COMMAND…: runs to its end whatever came before; what it says is shown where it fails.
check() {
  local label=$1 began=$EPOCHREALTIME verdict=✓ log
  shift
  log=$(mktemp)
  "$@" >"$log" 2>&1 </dev/null || verdict=✗
  if [ "$verdict" = ✗ ]; then
    failed+=("$label")
    printf '\n── %s ──\n' "$label"
    cat "$log"
  fi
  rm -f "$log"
  results+=("$(awk -v v="$verdict" -v l="$label" -v a="$began" -v b="$EPOCHREALTIME" 'BEGIN { printf "  %s %-44s %6.1f s", v, l, b - a }')")
}

pack_check() {
  local pack
  for pack in data/packs/*/; do "${py[@]}" app.py pack check "${pack%/}" || return; done
}

check "ruff check" "${py[@]}" -m ruff check .
check "ruff format" "${py[@]}" -m ruff format --check .
check "mypy --strict geo layers" "${py[@]}" -m mypy
check "import contracts" "${owner[@]}" .venv/bin/lint-imports --no-cache
check "packs" pack_check
check "vue-tsc" "${owner[@]}" npm --prefix web run check
check "vitest" "${owner[@]}" npm --prefix web test

printf '\n  检查 checks\n'
printf '%s\n' "${results[@]}"
printf '\n'

status=0
# the browser first: its tests are the longest, and none of them is left for the end
"${py[@]}" -m pytest -n 2 --dist loadscope --no-loadscope-reorder tests/web tests/api tests/layers tests/packs tests/geo tests/test_*.py || status=$?
if [ ${#failed[@]} -gt 0 ]; then
  printf '\n✗ %s\n' "${failed[@]}"
  exit 1
fi
exit "$status"
