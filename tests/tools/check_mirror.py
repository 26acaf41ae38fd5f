#!/usr/bin/env python3
"""Every src/x/y.cc has its tests/x/y_test.cc (or y_test.c for the C API)."""

import sys

import tree


def main():
    exceptions = tree.read_exceptions("mirror_exceptions.txt")
    files = set(tree.all_files())
    sources = [name for name in sorted(files) if name.startswith("src/") and name.endswith(".cc")]
    findings = []
    for name in sources:
        stem = "tests/" + name.removeprefix("src/").removesuffix(".cc") + "_test"
        tested = f"{stem}.cc" in files or f"{stem}.c" in files
        if not tested and name not in exceptions:
            findings.append(f"{name}:1: no {stem}.cc")
        if tested and name in exceptions:
            findings.append(f"{name}:1: has a test; take it out of mirror_exceptions.txt")
    findings += [f"tests/tools/mirror_exceptions.txt: no such file: {name}"
                 for name in exceptions if name not in files]
    return tree.finish("mirror", findings, f"{len(sources)} sources")


if __name__ == "__main__":
    sys.exit(main())
