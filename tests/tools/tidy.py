#!/usr/bin/env python3
"""House rules that are plain text: sizes, banned calls, who may include what, banned words."""

import re
import sys
from pathlib import Path

import cpp_text
import tree

FUNCTION_LINES_MAX = 70
FILE_LINES_MAX = 600
HEADER_LINES_AIMED = 250

# (what, pattern, paths that may use it, what to use instead). Patterns see code without comments
# and literals. They hold for src/ without src/tools/, which is a program like any user's.
ENV = ("src/env/",)
# A call of a free function: not a member, not another class's, with or without std::.
FREE = r"(?<![\w.>:])(?:std\s*::\s*|::\s*)?"
BANNED_CALLS = [
    ("reading a clock", r"\b(?:steady|system|high_resolution)_clock\s*::\s*now|\bclock_gettime\s*\("
     r"|\bgettimeofday\s*\(|" + FREE + r"time\s*\(\s*(?:NULL|nullptr|0|&)", ENV, "env::Clock"),
    ("starting a thread", r"\bstd\s*::\s*(?:j?thread|async)\b(?!\s*::\s*id)|\bpthread_create\s*\(",
     ENV, "env::Executor"),
    ("std::filesystem", r"\bstd\s*::\s*filesystem\b|#\s*include\s*<filesystem>", ENV,
     "env::FileSystem"),
    ("standard streams on files", r"\b[io]?fstream\b|\bfopen\s*\(", ENV, "env::FileSystem"),
    ("std locks", r"\bstd\s*::\s*(?:\w*mutex|condition_variable\w*|lock_guard|unique_lock)\b", (),
     "base/sync.h"),
    ("unseeded randomness", FREE + r"s?rand\s*\(|\bstd\s*::\s*(?:random_device|mt19937\w*)\b"
     r"|\bgetrandom\s*\(", ENV, "base/prng.h"),
    ("sleeping", FREE + r"(?:u|nano)?sleep\s*\(|\bsleep_(?:for|until)\s*\(", ENV, "env::Clock"),
    ("the environment", FREE + r"(?:secure_)?getenv\s*\(", ENV, "an option"),
    ("printing", FREE + r"(?:f|v|vf)?printf\s*\(|\bstd\s*::\s*c(?:out|err|log)\b|" + FREE
     + r"f?puts\s*\(", ENV, "a Status or the logger"),
    ("POSIX headers", r"#\s*include\s*<(?:unistd|fcntl|dirent|poll|sys/\w+)\.h>", ENV,
     "the env interfaces"),
    # Names that a class of ours may well give to a method count only when written `::open(`.
    ("POSIX file calls", FREE + r"(?:openat|pread|pwrite|preadv|pwritev|fsync|fdatasync|ftruncate"
     r"|fallocate|mmap|renameat|unlinkat)\s*\(|(?<![\w>])::\s*(?:open|close|read|write|unlink"
     r"|rename|mkdir|stat|fstat)\s*\(", ENV, "env::FileSystem"),
    ("replacing the host's allocator", r"\boperator\s+(?:new|delete)\s*(?:\[\s*\])?\s*\("
     r"|mimalloc-(?:new-delete|override)\.h", (), "base/heap.h"),
    ("mimalloc", r"#\s*include\s*<mimalloc|\bmi_\w+\s*\(", ("src/base/heap.cc",), "base/heap.h"),
    ("Cap'n Proto", r"#\s*include\s*<(?:capnp|kj)/|#\s*include\s*\"[^\"]*\.capnp\.h\"|\bkj\s*::",
     ("src/format/codec", "src/format/document_codec"), "format/codec"),
    ("simdjson", r"#\s*include\s*<simdjson|\bsimdjson\s*::", ("src/engine/cache/json",),
     "engine/cache/json.h"),
    ("zstd", r"#\s*include\s*<zstd|\bZSTD_\w+\s*\(", ("src/format/compressor",),
     "format/compressor"),
]


# Put together from pieces, because this file is searched too.
def joined(*pieces):
    return "".join(pieces)


BANNED_WORDS = [
    ("a package registry's host",
     "|".join(re.escape(".".join(parts)) for parts in [
         ("pypi", "org"), ("crates", "io"), ("registry", "npmjs", "org"), ("nuget", "org"),
         ("proxy", "golang", "org"), ("repo", "maven", "apache", "org"), ("rubygems", "org"),
         ("sum", "golang", "org"), ("deb", "debian", "org"), ("repo1", "maven", "org")])),
    ("a path of one machine", r"(?<![\w.}\-])/(?:" + joined("wo", "rk") + "|" + joined("ro", "ot")
     + r")/[a-z.]"),
    ("a merge marker", r"^(?:<{7}|>{7}) "),
    ("an unowned reminder", r"\b(?:" + joined("FIX", "ME") + "|" + joined("TO", "DO")
     + r")\b(?!\(\d+\): \S)"),
]
TEXT_SUFFIXES = {".cc", ".h", ".c", ".py", ".sh", ".md", ".txt", ".cmake", ".json", ".in", ".i",
                 ".go", ".java", ".cs", ".capnp", ".yml", ".xml", ".csproj", ".map", ""}


def check_sizes(name, source, exceptions):
    count = source.count("\n")
    if count > FILE_LINES_MAX and name not in exceptions:
        yield f"{name}:1: {count} lines; a file has at most {FILE_LINES_MAX}"
    for first, last, head in cpp_text.functions(source):
        length = last - first + 1
        if length > FUNCTION_LINES_MAX and f"{name} {function_name(head)}" not in exceptions:
            yield (f"{name}:{first}: {function_name(head)} has {length} lines; "
                   f"a function has at most {FUNCTION_LINES_MAX}")


def function_name(head):
    plain = re.sub(r"__attribute__\s*\(\(.*?\)\)\)?", " ", head)
    match = re.search(r"([\w~:]+)\s*\(([^()]*)", plain)
    if not match:
        return "function"
    # TEST(Suite, name) is known by its arguments.
    if match.group(1).startswith(("TEST", "TYPED_TEST")):
        return ".".join(part.strip() for part in match.group(2).split(","))
    return match.group(1)


def check_banned_calls(name, source, exceptions):
    code = cpp_text.without_comments_and_text(source)
    # Include paths in quotes were blanked with the literals; take those lines as they are.
    lines = [raw if re.match(r"\s*#\s*include", raw) else blanked
             for raw, blanked in zip(source.split("\n"), code.split("\n"))]
    for what, pattern, allowed, instead in BANNED_CALLS:
        if (allowed and name.startswith(allowed)) or f"{name} {what}" in exceptions:
            continue
        for number, line in enumerate(lines, start=1):
            if re.search(pattern, line):
                yield f"{name}:{number}: {what} is not allowed here; use {instead}"


def check_words(name, source):
    for what, pattern in BANNED_WORDS:
        for match in re.finditer(pattern, source, flags=re.MULTILINE):
            line = source.count("\n", 0, match.start()) + 1
            yield f"{name}:{line}: {what}: {match.group(0)}"


def main():
    exceptions = tree.read_exceptions("tidy_exceptions.txt")
    findings, long_headers = [], []
    cpp = tree.cpp_files()
    for name in cpp:
        source = tree.read(name)
        findings += check_sizes(name, source, exceptions)
        if name.startswith("src/") and not name.startswith("src/tools/"):
            findings += check_banned_calls(name, source, exceptions)
        if name.startswith("src/") and name.endswith(".h") and source.count("\n") > HEADER_LINES_AIMED:
            long_headers.append(name)
    words = [name for name in tree.all_files()
             if Path(name).suffix in TEXT_SUFFIXES and not tree.is_generated(name)]
    for name in words:
        findings += check_words(name, tree.read(name))
    for key in exceptions:
        if not (tree.ROOT / key.split(" ")[0]).exists():
            findings.append(f"tests/tools/tidy_exceptions.txt: no such file: {key}")
    if long_headers:
        print(f"note: headers above {HEADER_LINES_AIMED} lines: {', '.join(long_headers)}")
    return tree.finish("tidy", findings, f"{len(cpp)} sources, {len(words)} texts")


if __name__ == "__main__":
    sys.exit(main())
