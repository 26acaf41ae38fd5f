#!/usr/bin/env bash
# Every check that is not a test; runs them all and then tells which failed.
#
#   check.sh          everything; configures build/check for clang-tidy and builds the release library
#   check.sh --fast   only what needs no compiler: seconds
#   check.sh --tidy FILE…   that, and clang-tidy on these sources
set -uo pipefail
cd "$(dirname "$(readlink -f "$0")")/../.."

mode=all
tidy_files=()
case ${1:-} in
  "") ;;
  --fast) mode=fast ;;
  --tidy) mode=tidy; shift; tidy_files=("$@") ;;
  *) echo "check: unknown option $1 (there are --fast and --tidy FILE…)" >&2; exit 2 ;;
esac

started=$SECONDS
failed=()
run() {
  local name=$1 begin=$SECONDS
  shift
  "$@" || failed+=("$name")
  ((SECONDS - begin < 5)) || echo "-- $name took $((SECONDS - begin)) s"
}

clang_format() {
  python3 tests/tools/tree.py --format-files | xargs -r clang-format --dry-run -Werror &&
    echo "clang-format: ok"
}

go_format() {
  local unformatted
  unformatted=$(gofmt -l bindings/go) || return 1
  [[ -z $unformatted ]] || { printf 'not gofmt-ed: %s\n' $unformatted; return 1; }
  echo "gofmt: ok"
}

shell_syntax() {
  local script status=0
  while read -r script; do bash -n "$script" || status=1; done < <(
    find dev .ci tests bench bindings demo -type f 2>/dev/null |
      xargs -r grep -lE '^#!(/usr)?/bin/(env )?bash')
  ((status)) || echo "bash -n: ok"
  return "$status"
}

clang_tidy() {
  cmake --preset check >/dev/null &&
    { ! grep -q weir_format_schemas build/check/build.ninja ||
      cmake --build build/check --target weir_format_schemas >/dev/null; } &&
    python3 tests/tools/run_clang_tidy.py build/check "${tidy_files[@]}"
}

symbols() {
  cmake --preset release >/dev/null && cmake --build build/release --target weir >/dev/null &&
    tests/tools/check_symbols.sh build/release/src/libweir.so.0
}

run tidy python3 tests/tools/tidy.py
run layers python3 tests/tools/check_layers.py
run mirror python3 tests/tools/check_mirror.py
run docs python3 tests/tools/check_docs.py
run clang-format clang_format
[[ ! -d bindings/go ]] || ! command -v gofmt >/dev/null || run gofmt go_format
run shell shell_syntax
[[ $mode != all ]] || run symbols symbols
[[ $mode == fast ]] || run clang-tidy clang_tidy

if ((${#failed[@]})); then
  printf '\ncheck FAILED: %s\n' "${failed[*]}"
  exit 1
fi
printf '\ncheck passed in %d s\n' $((SECONDS - started))
