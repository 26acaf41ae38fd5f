#!/usr/bin/env bash
# Builds one language's binding against a libweir and runs its slice test.
#
#   run_slice.sh java|go|csharp LIBWEIR WORK
#
# LIBWEIR is an installation prefix, or a directory that holds libweir.so (then the headers are those of
# this repository). Everything made goes below WORK. A language that cannot run is a failure: nothing is
# skipped. The last line printed is the test's own, `N passed, 0 failed`.
set -euo pipefail
here=$(cd "$(dirname "$(readlink -f "$0")")" && pwd)

die() { printf 'run_slice: %s\n' "$*" >&2; exit 1; }

need() {
  local tool
  for tool in "$@"; do command -v "$tool" >/dev/null || die "no $tool in PATH"; done
}

[[ $# -eq 3 ]] || die "usage: run_slice.sh java|go|csharp LIBWEIR WORK"
language=$1
libweir=$(readlink -f "$2") || die "no such directory: $2"
work=$(mkdir -p "$3/$1" && cd "$3/$1" && pwd)

# find_libweir: sets library and include.
find_libweir() {
  local directory
  for directory in "$libweir" "$libweir"/src "$libweir"/lib "$libweir"/lib/*; do
    [[ -e $directory/libweir.so && -e $directory/libweir.so.0 ]] && library=$directory && break
  done
  [[ -n ${library:-} ]] || die "no libweir.so and libweir.so.0 below $libweir"
  include=$here/../include
  [[ ! -e $libweir/include/weir/weir.h ]] || include=$libweir/include
  include=$(readlink -f "$include")
}

# swig_c OUTPUT_DIRECTORY ARGUMENTS…: the generated C goes to $work/wrap.c.
swig_c() {
  local outdir=$1
  shift
  mkdir -p "$outdir"
  (cd "$here/swig" && swig "$@" -I"$include" -outdir "$outdir" -o "$work/wrap.c" weir.i)
}

# compile_glue NAME CFLAGS…: $work/lib/libNAME.so, which exports only what SWIG marks.
compile_glue() {
  local name=$1
  shift
  mkdir -p "$work/lib"
  "${CC:-cc}" -shared -fPIC -O2 -g -Wall -Wextra -Werror -fno-strict-aliasing -fvisibility=hidden "$@" \
    -I"$include" "$work/wrap.c" -o "$work/lib/lib$name.so" -L"$library" -lweir -Wl,-z,defs
}

run_java() {
  need swig javac java jar
  local home raw=$work/generated/io/weir/raw sources
  home=$(dirname "$(dirname "$(readlink -f "$(command -v javac)")")")
  swig_c "$raw" -java -package io.weir.raw -module WeirNative
  compile_glue weirjni -I"$home/include" -I"$home/include/linux"
  mapfile -t sources < <(find "$raw" "$here/java/src/main" -name '*.java')
  javac --release 17 -Xlint:all -Werror -d "$work/classes" "${sources[@]}"
  jar --create --file "$work/weir.jar" -C "$work/classes" .
  mapfile -t sources < <(find "$here/java/src/test" -name '*.java')
  javac --release 17 -Xlint:all -Werror -cp "$work/weir.jar" -d "$work/test" "${sources[@]}"
  # -Xcheck:jni prints what the glue does wrong, and aborts on the worst.
  java -Xcheck:jni -Dweir.native.path="$work/lib" -cp "$work/weir.jar:$work/test" io.weir.SliceTest "$stores" \
    >"$work/output" || { cat "$work/output"; return 1; }
  cat "$work/output"
  ! grep -E '^(WARNING|FATAL ERROR) in native method' "$work/output" || die "the JVM complains about the glue"
}

run_go() {
  need go pkg-config
  local headers
  headers=$(cat "$include"/weir/*.h | sha256sum | cut -c 1-16)
  mkdir -p "$work/pkgconfig"
  cat >"$work/pkgconfig/weir.pc" <<PC
Name: weir
Description: the library under test
Version: 0
Libs: -L$library -lweir
Cflags: -I$include
PC
  export PKG_CONFIG_PATH=$work/pkgconfig GOCACHE=$(dirname "$work")/go-cache GOPATH=$work/gopath
  export GO111MODULE=on GOPROXY=off GOFLAGS=-mod=readonly GOWORK=off CGO_ENABLED=1
  # Go's cache does not look into the headers that C includes, so their hash is made part of its key.
  export CGO_CFLAGS="-O2 -g -Wall -Werror -DWEIR_HEADERS_$headers"
  cd "$here/go"
  # Not ./internal/raw: SWIG turns numbers into pointers there.
  go vet . ./internal/slicetest
  go build -o "$work/slicetest" ./internal/slicetest
  # cgocheck=2: the full check that C is given no pointer to Go pointers.
  GODEBUG=cgocheck=2 "$work/slicetest" "$stores"
}

run_csharp() {
  need swig dotnet
  # Nothing here may depend on a network, a home directory, or servers that outlive the build.
  export DOTNET_CLI_HOME=$work/home HOME=${HOME:-$work/home} DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
  export DOTNET_GENERATE_ASPNET_CERTIFICATE=false DOTNET_CLI_WORKLOAD_UPDATE_NOTIFY_DISABLE=true
  swig_c "$work/raw" -csharp -namespace Weir.Raw -dllimport weircs -module WeirNative \
    -DSWIG_CSHARP_NO_EXCEPTION_HELPER -DSWIG_CSHARP_NO_STRING_HELPER \
    -DSWIG_CSHARP_NO_IMCLASS_STATIC_CONSTRUCTOR
  compile_glue weircs
  mkdir -p "$work/no-packages"
  dotnet build "$here/csharp/Weir.SliceTest" -c Release --artifacts-path "$work/artifacts" \
    -p:WeirRaw="$work/raw" -p:RestoreSources="$work/no-packages" --disable-build-servers \
    -nodeReuse:false -v quiet
  dotnet "$work/artifacts/bin/Weir.SliceTest/release/Weir.SliceTest.dll" "$stores"
}

find_libweir
# Emptied by name: WORK itself may hold more than ours, such as Go's cache.
rm -rf "$work"
mkdir -p "$work"
stores=$(mktemp -d "$work/stores.XXXXXX")
export LD_LIBRARY_PATH="$library:$work/lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
case $language in
  java | go | csharp) "run_$language" ;;
  *) die "unknown language $language; there are java, go and csharp" ;;
esac
