#!/usr/bin/env python3
"""Includes point down: checks every #include in src/, and that CMake links the same edges."""

import re
import sys
from pathlib import Path

import tree

# The edges that CMake links. A layer may include what it reaches along them, and itself.
EDGES = {
    "base": [],
    "env": ["base"],
    "format": ["base"],
    "storage": ["format", "env", "base"],
    "store": ["storage"],
    "engine/queue": ["store"],
    "engine/cache": ["store"],
    "engine/log": ["store"],
    "engine/buffer": ["store"],
    "api": ["engine/queue", "engine/cache", "engine/log", "engine/buffer", "store"],
    # The command is a user like any other: the public header, and nothing of ours.
    "tools": [],
}
# The layers that see the public header: base takes the status numbers from it.
PUBLIC_HEADER = {"api", "tools", "base"}
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.MULTILINE)


def reachable(layer):
    found = {layer}
    for below in EDGES[layer]:
        found |= reachable(below)
    return found


def layer_of(path):
    """The layer that a path below src/ belongs to, or None."""
    matches = [layer for layer in EDGES if path.startswith(layer + "/")]
    return max(matches, key=len) if matches else None


def check_file(name):
    layer = layer_of(name.removeprefix("src/"))
    if layer is None:
        yield f"{name}:1: in no layer; the layers are {', '.join(EDGES)}"
        return
    source = tree.read(name)
    for match in INCLUDE.finditer(source):
        line = source.count("\n", 0, match.start(2)) + 1
        bracket, included = match.groups()
        if included.startswith("weir/"):
            if layer not in PUBLIC_HEADER:
                yield f"{name}:{line}: {layer} does not see the public API"
            continue
        target = layer_of(included)
        if bracket == "<":
            if target is not None and (tree.ROOT / "src" / included).exists():
                yield f'{name}:{line}: write "{included}", not <{included}>'
            continue
        if target is None:
            yield f'{name}:{line}: "{included}" is no path of a layer (write it from src/ on)'
        elif target not in reachable(layer):
            yield f"{name}:{line}: {layer} must not include {target}"


def check_cmake():
    """The link edges in the CMake files are the table above."""
    for layer, expected in EDGES.items():
        name = f"src/{layer}/CMakeLists.txt"
        if layer == "tools":
            continue
        match = re.search(r"weir_layer\(NAME (\w+) LINKS\s*([\w ]*)\)", tree.read(name))
        if not match:
            yield f"{name}:1: no weir_layer(NAME … LINKS …)"
            continue
        links = match.group(2).split()
        wanted = [edge.replace("/", "_") for edge in expected]
        if match.group(1) != layer.replace("/", "_") or links != wanted:
            yield f"{name}:1: links {links}; check_layers.py says {wanted}"


def main():
    names = [name for name in tree.cpp_files("src/") if Path(name).parent != Path("src")]
    findings = [finding for name in names for finding in check_file(name)]
    findings += check_cmake()
    return tree.finish("layers", findings, f"{len(names)} files, {len(EDGES)} layers")


if __name__ == "__main__":
    sys.exit(main())
