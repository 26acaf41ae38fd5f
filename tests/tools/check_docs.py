#!/usr/bin/env python3
"""Every public function has a doc comment with the five fixed lines, and every status a comment."""

import re
import sys

import tree

FIXED_LINES = ["Returns", "Owns", "Threads", "Blocks", "Since"]
FUNCTION = re.compile(r"^WEIR_API\b[^;{]*?\b(weir_\w+)\s*\(", re.MULTILINE)
DECLARED = re.compile(r"\b(weir_\w+)\s*\([^()]*(?:\([^()]*\)[^()]*)*\)[^;{}()]*;")
STATUS = re.compile(r"^#define (WEIR_E_\w+)[^\n]*$", re.MULTILINE)


def comment_before(source, position):
    """The /** comment that ends right before `position`, or None."""
    before = source[:position].rstrip()
    if not before.endswith("*/"):
        return None
    start = before.rfind("/*")
    text = before[start:]
    return text if text.startswith("/**") else None


def check_comment(comment):
    lines = [re.sub(r"^\s*\*? ?", "", line) for line in comment[3:-2].strip().splitlines()]
    first = next((line for line in lines if line.strip()), "")
    if not re.match(r"[A-Z]\w*", first.strip()):
        yield "begins with no sentence"
    positions = [next((number for number, line in enumerate(lines)
                       if re.match(rf"{word}:\s+\S", line)), None) for word in FIXED_LINES]
    for word, position in zip(FIXED_LINES, positions):
        if position is None:
            yield f"has no `{word}:` line"
    found = [position for position in positions if position is not None]
    if found != sorted(found):
        yield f"has its fixed lines in another order than {', '.join(FIXED_LINES)}"


def check_header(name):
    source = tree.read(name)
    documented = set()
    for match in FUNCTION.finditer(source):
        function = match.group(1)
        documented.add(function)
        line = source.count("\n", 0, match.start()) + 1
        comment = comment_before(source, match.start())
        if comment is None:
            yield f"{name}:{line}: {function} has no /** comment right before it"
            continue
        for problem in check_comment(comment):
            yield f"{name}:{line}: the comment of {function} {problem}"
    code = re.sub(r"/\*.*?\*/", lambda m: re.sub(r"[^\n]", " ", m.group(0)), source, flags=re.DOTALL)
    for match in DECLARED.finditer(code):
        if match.group(1) not in documented and "typedef" not in code[:match.start()].split(";")[-1]:
            line = code.count("\n", 0, match.start()) + 1
            yield f"{name}:{line}: {match.group(1)} is declared without WEIR_API at the line's start"


def check_status_table(headers):
    """README.md tells what to do about each status."""
    readme = tree.read("README.md")
    for name in headers:
        for status in STATUS.findall(tree.read(name)):
            if status not in readme:
                yield f"README.md:1: the status table lacks {status}"


def main():
    headers = [name for name in tree.cpp_files("include/weir/")]
    findings = [finding for name in headers for finding in check_header(name)]
    findings += check_status_table(headers)
    if not headers:
        findings.append("include/weir: no headers")
    return tree.finish("docs", findings, f"{len(headers)} headers")


if __name__ == "__main__":
    sys.exit(main())
