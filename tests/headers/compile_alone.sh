#!/usr/bin/env bash
# compile_alone.sh COMPILER INCLUDE: every public header alone, as C11 and as C++20, strictly.
set -euo pipefail
compiler=$1
include=$2
strict=(-Wall -Wextra -Wpedantic -pedantic-errors -Wshadow -Wundef -Werror -fsyntax-only -I"$include")
count=0
for header in "$include"/weir/*.h; do
  name=weir/$(basename "$header")
  for language in c:-std=c11 c++:-std=c++11 c++:-std=c++20; do
    # Twice: the include guard is part of the promise.
    printf '#include <%s>\n#include <%s>\nextern int not_empty;\n' "$name" "$name" |
      "$compiler" -x "${language%%:*}" "${language##*:}" "${strict[@]}" - || exit 1
  done
  count=$((count + 1))
done
echo "$count headers compile alone with $compiler"
