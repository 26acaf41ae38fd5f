#!/usr/bin/env bash
# check_symbols.sh LIBRARY: what the library exports is the reviewed list, and its C++ library comes
# before mimalloc (see src/cmake/WeirDependencies.cmake for what goes wrong otherwise).
set -euo pipefail
library=$1
root=$(dirname "$(readlink -f "$0")")/../..
list=$root/tests/abi/exported_symbols.txt
failed=0

# The version node itself appears as an absolute symbol.
exported=$(nm -D --defined-only "$library" | awk '$2 != "A" { sub(/@.*/, "", $3); print $3 }' |
  LC_ALL=C sort)
if ! difference=$(diff <(grep -v '^#' "$list" | LC_ALL=C sort) <(printf '%s\n' "$exported")); then
  echo "the exported symbols differ from tests/abi/exported_symbols.txt (< list, > library):"
  printf '%s\n' "$difference"
  failed=1
fi
if others=$(printf '%s\n' "$exported" | grep -v '^weir_'); then
  printf 'exported, but not weir_*:\n%s\n' "$others"
  failed=1
fi

needed=$(readelf -d "$library" | sed -n 's/.*(NEEDED).*\[\(.*\)\].*/\1/p')
position() { printf '%s\n' "$needed" | grep -n "^$1" | cut -d: -f1; }
mimalloc=$(position libmimalloc)
for first in libstdc++ libc.so; do
  place=$(position "$first")
  if [[ -z $mimalloc || -z $place ]] || ((place > mimalloc)); then
    printf '%s must come before libmimalloc in NEEDED:\n%s\n' "$first" "$needed"
    failed=1
  fi
done
soname=$(readelf -d "$library" | sed -n 's/.*(SONAME).*\[\(.*\)\].*/\1/p')
if [[ $soname != libweir.so.0 ]]; then
  echo "the soname is $soname, not libweir.so.0"
  failed=1
fi

((failed)) || echo "symbols: ok, $(printf '%s\n' "$exported" | wc -l) exported"
exit "$failed"
