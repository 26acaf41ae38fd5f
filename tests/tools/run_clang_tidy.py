#!/usr/bin/env python3
"""Runs clang-tidy over the sources, several at once, and only where something changed.

run_clang_tidy.py BUILD_DIRECTORY [FILE…]

A source that passed is remembered in .cache/clang-tidy under a digest of itself, of every file of
ours that it includes, and of the configuration, so that the next run looks at what changed only.
"""

import concurrent.futures
import hashlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import tree

CACHE = Path(os.environ.get("WEIR_TIDY_CACHE", tree.ROOT / ".cache" / "clang-tidy"))
# Tests have the compilers' warnings and run under the sanitizers; half of the time goes to them
# here, and googletest's macros draw findings of their own.
LEFT_OUT = {"build", "tests"}
INCLUDE = re.compile(r'^\s*#\s*include\s*["<]([^">]+)[">]', re.MULTILINE)


def resolve(included, includer):
    for base in (includer.parent, tree.ROOT / "src", tree.ROOT / "include", tree.ROOT):
        candidate = (base / included).resolve()
        if candidate.is_file() and tree.ROOT in candidate.parents:
            return candidate
        schema = Path(str(candidate).removesuffix(".h"))
        if schema.suffix == ".capnp" and schema.is_file():
            return schema
    return None


def closure(path, seen):
    seen.add(path)
    for included in INCLUDE.findall(path.read_text(encoding="utf-8", errors="replace")):
        target = resolve(included, path)
        if target is not None and target not in seen:
            closure(target, seen)
    return seen


def digest(path, configuration):
    result = hashlib.sha256(configuration)
    for file in sorted(closure(path, set())):
        result.update(str(file.relative_to(tree.ROOT)).encode())
        result.update(file.read_bytes())
    return result.hexdigest()


def run(path, build):
    outcome = subprocess.run(["clang-tidy", "--quiet", "-p", str(build), str(path)],
                             capture_output=True, text=True)
    return outcome.returncode, outcome.stdout


def main():
    build = Path(sys.argv[1]).resolve()
    commands = json.loads((build / "compile_commands.json").read_text())
    compiled = sorted({Path(entry["file"]).resolve() for entry in commands})
    ours = [path for path in compiled
            if tree.ROOT in path.parents and build not in path.parents
            and not tree.is_generated(str(path.relative_to(tree.ROOT)))
            and path.relative_to(tree.ROOT).parts[0] not in LEFT_OUT]
    if sys.argv[2:]:
        wanted = {Path(name).resolve() for name in sys.argv[2:]}
        ours = [path for path in ours if path in wanted]
    version = subprocess.run(["clang-tidy", "--version"], capture_output=True).stdout
    configuration = version + (tree.ROOT / ".clang-tidy").read_bytes()
    CACHE.mkdir(parents=True, exist_ok=True)
    keys = {path: CACHE / digest(path, configuration) for path in ours}
    pending = [path for path in ours if not keys[path].exists()]

    findings = []
    workers = int(os.environ.get("WEIR_JOBS", os.cpu_count() or 1))
    with concurrent.futures.ThreadPoolExecutor(workers) as pool:
        for path, (status, output) in zip(pending, pool.map(lambda p: run(p, build), pending)):
            if status == 0:
                keys[path].touch()
            else:
                findings.append(output.strip() or f"{path}: clang-tidy ended with {status}")
    return tree.finish("clang-tidy", findings,
                       f"{len(pending)} of {len(ours)} sources looked at, the others unchanged")


if __name__ == "__main__":
    sys.exit(main())
