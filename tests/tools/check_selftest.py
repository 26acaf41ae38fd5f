#!/usr/bin/env python3
"""Breaks one rule at a time in a copy of the project, and sees that `check` names it.

check_selftest.py [LIBRARY]   the built library, for the list of exported symbols
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import tree

LIBRARY = Path(sys.argv.pop(1)).resolve() if len(sys.argv) > 1 else (
    tree.ROOT / "build" / "release" / "src" / "libweir.so.0")
VICTIM = "src/base/status.cc"


class CheckFails(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory()
        cls.copy = Path(cls.temporary.name)
        for name in tree.all_files():
            (cls.copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(tree.ROOT / name, cls.copy / name)
        status, output = cls.check("--fast")
        if status != 0:
            raise AssertionError(f"check fails before anything is broken:\n{output}")

    @classmethod
    def tearDownClass(cls):
        cls.temporary.cleanup()

    @classmethod
    def check(cls, *arguments):
        outcome = subprocess.run([cls.copy / "tests/tools/check.sh", *arguments], text=True,
                                 stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                 env={**os.environ,
                                      "WEIR_TIDY_CACHE": str(cls.copy / "tidy-cache")})
        return outcome.returncode, outcome.stdout

    def change(self, name, edit):
        """Applies `edit` to the text of one file until the test is over."""
        path = self.copy / name
        before = path.read_text() if path.exists() else None
        after = edit(before or "")
        self.assertNotEqual(before, after, f"the edit changed nothing in {name}")
        path.write_text(after)
        self.addCleanup(lambda: path.unlink() if before is None else path.write_text(before))

    def append(self, name, text):
        self.change(name, lambda source: source + text)

    def assert_fails(self, expected, finding, *arguments):
        status, output = self.check(*(arguments or ["--fast"]))
        self.assertNotEqual(status, 0, output)
        self.assertRegex(output, rf"check FAILED: {expected}\n")
        self.assertRegex(output, finding)

    def test_an_include_that_points_up(self):
        self.change(VICTIM, lambda source: source.replace(
            '#include "base/status.h"', '#include "base/status.h"\n#include "env/env.h"', 1))

        self.assert_fails("layers", "base must not include env")

    def test_a_link_edge_that_points_up(self):
        self.change("src/base/CMakeLists.txt",
                    lambda source: source.replace("LINKS)", "LINKS env)"))

        self.assert_fails("layers", "links .*env")

    def test_a_missing_doc_line(self):
        self.change("include/weir/base.h",
                    lambda source: source.replace(" * Threads:  any.\n", "", 1))

        self.assert_fails("docs", "weir_version has no `Threads:` line")

    def test_a_public_function_without_a_comment(self):
        self.change("include/weir/base.h", lambda source: source.replace(
            "WEIR_NONNULL_END\n#ifdef", "WEIR_API int weir_extra(void);\n\nWEIR_NONNULL_END\n#ifdef"))

        self.assert_fails("docs", "weir_extra has no")

    def test_a_status_without_advice(self):
        self.change("README.md", lambda source: source.replace("`WEIR_E_IO`", "`WEIR_IO`"))

        self.assert_fails("docs", "lacks WEIR_E_IO")

    def test_a_wrong_format(self):
        self.append(VICTIM, "\nnamespace {  int   x ;}\n")

        self.assert_fails("clang-format", "clang-format")

    def test_a_banned_call(self):
        self.append(VICTIM, "\nconst char* weir::home() { return std::getenv(\"HOME\"); }\n")

        self.assert_fails("tidy", r"status\.cc:\d+: the environment is not allowed")

    def test_a_library_outside_its_place(self):
        self.change("src/base/bytes.h",
                    lambda source: source.replace("#pragma once\n", "#pragma once\n\n#include <zstd.h>\n"))

        self.assert_fails("tidy", r"bytes\.h:\d+: zstd is not allowed")

    def test_a_function_longer_than_a_screen(self):
        body = "".join(f"  value += {number};\n" for number in range(70))
        self.append(VICTIM, f"\nvoid weir::grow(int& value) {{\n{body}}}\n")

        self.assert_fails("tidy", "weir::grow has 72 lines")

    def test_a_file_too_long(self):
        self.append(VICTIM, "// One more line.\n" * 600)

        self.assert_fails("tidy", "a file has at most 600")

    def test_a_source_without_a_test(self):
        self.append("src/base/alone.cc", '#include "base/status.h"\n')

        self.assert_fails("mirror", r"no tests/base/alone_test\.cc")

    def test_a_path_of_one_machine(self):
        self.append("README.md", "\nSee " + "/wo" + "rk/main.\n")

        self.assert_fails("tidy", "a path of one machine")

    def test_a_host_of_a_package_registry(self):
        self.append("README.md", "\nFrom " + "pypi" + ".org.\n")

        self.assert_fails("tidy", "a package registry's host")

    def test_a_broken_script(self):
        self.append("dev", "if true; then\n")

        self.assert_fails("shell", "syntax error")

    def test_a_lint_of_clang_tidy(self):
        self.append(VICTIM, "\nint weir::BadName() { return 0; }\n")
        self.change("src/base/status.h", lambda source: re.sub(
            r"\}  // namespace weir\n$", "int BadName();\n\n}  // namespace weir\n", source))

        self.assert_fails("clang-tidy", "readability-identifier-naming",
                          "--tidy", str(self.copy / VICTIM))

    def test_an_export_that_nobody_reviewed(self):
        self.change("tests/abi/exported_symbols.txt",
                    lambda names: names.replace("weir_version\n", ""))

        outcome = subprocess.run([self.copy / "tests/tools/check_symbols.sh", LIBRARY], text=True,
                                 stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

        self.assertNotEqual(outcome.returncode, 0)
        self.assertIn("> weir_version", outcome.stdout)


if __name__ == "__main__":
    unittest.main()
