#!/usr/bin/env bash
# Writes what is generated and checked in: bindings/go/internal/raw.
#
#   regenerate.sh           writes it
#   regenerate.sh --check   fails when it differs from what would be written
#
# Go is checked in because `go build` has no step in which its users could run SWIG. Java's and C#'s
# generated files are made at build time (run_slice.sh).
set -euo pipefail
here=$(cd "$(dirname "$(readlink -f "$0")")" && pwd)
raw=$here/go/internal/raw

mode=${1:-write}
[[ $mode == write || $mode == --check ]] || { echo "usage: regenerate.sh [--check]" >&2; exit 2; }
# Another SWIG writes other code, and go.i counts on names that SWIG does not promise.
swig -version | grep -qx 'SWIG Version 4\.1\.0' || { echo "regenerate: needs SWIG 4.1.0" >&2; exit 1; }

made=$(mktemp -d)
trap 'rm -rf "$made"' EXIT
# From here, because SWIG writes the name of its input into its output.
cd "$here/swig"
swig -go -cgo -intgosize 64 -I../../include -package raw -module raw \
  -outdir "$made" -o "$made/raw_wrap.c" weir.i
gofmt -w "$made/raw.go"

if [[ $mode == --check ]]; then
  diff -ru "$raw" "$made" || { echo "bindings/go/internal/raw is stale: run bindings/regenerate.sh" >&2; exit 1; }
  echo "bindings/go/internal/raw: up to date"
else
  mkdir -p "$raw"
  rm -f "$raw"/*
  cp "$made"/* "$raw"/
fi
