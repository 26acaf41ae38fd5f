#!/usr/bin/env python3
"""Which files the checks look at, and how they report: shared by every check in this folder.

A check prints one `path:line: message` per finding and ends with 1 if there was any.
"""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
SKIPPED_DIRECTORIES = {".git", ".cache", "build", "__pycache__", "bin", "obj", "target"}
CPP_SUFFIXES = {".cc", ".h", ".c"}
# Written by SWIG or capnp, or kept byte for byte: not ours to format or to measure.
GENERATED = ("bindings/go/internal/raw/", "bindings/java/src/main/java/io/weir/raw/",
             "bindings/csharp/Raw/", "tests/golden/", "tests/fuzz/corpus/", "tests/abi/frozen/")


def is_generated(path):
    return path.startswith(GENERATED) or "_wrap." in path


def all_files():
    """Every file of the project, as sorted paths relative to ROOT: git's list, or a plain walk."""
    if (ROOT / ".git").exists():
        listing = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT,
                                 check=True, capture_output=True, text=True)
        names = set(listing.stdout.splitlines())
    else:
        names = {str(path.relative_to(ROOT)) for path in ROOT.rglob("*")
                 if not SKIPPED_DIRECTORIES.intersection(path.relative_to(ROOT).parts)}
    return sorted(name for name in names if (ROOT / name).is_file())


def cpp_files(*prefixes):
    return [name for name in all_files()
            if Path(name).suffix in CPP_SUFFIXES and not is_generated(name)
            and (not prefixes or name.startswith(prefixes))]


def read(name):
    return (ROOT / name).read_text(encoding="utf-8", errors="replace")


def read_exceptions(file_name):
    """Lines `path: reason` of a list of exceptions; a line without a reason is refused."""
    exceptions = {}
    for line in read(f"tests/tools/{file_name}").splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        path, separator, reason = line.partition(":")
        if not separator or not reason.strip():
            sys.exit(f"tests/tools/{file_name}: no reason given: {line}")
        exceptions[path.strip()] = reason.strip()
    return exceptions


def finish(name, findings, looked_at):
    for finding in findings:
        print(finding)
    verdict = f"{len(findings)} finding(s)" if findings else "ok"
    print(f"{name}: {verdict}, {looked_at}")
    return 1 if findings else 0


if __name__ == "__main__":
    if sys.argv[1:] != ["--format-files"]:
        sys.exit("usage: tree.py --format-files")
    print("\n".join(str(ROOT / name) for name in cpp_files()))
