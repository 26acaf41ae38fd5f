#!/usr/bin/env python3
"""Installs the built library into an empty prefix and uses it as strangers would.

consumer_test.py BUILD_DIRECTORY [unittest arguments]
"""

import os
import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
BUILD = Path(sys.argv.pop(1)).resolve() if len(sys.argv) > 1 else ROOT / "build" / "release"
STRICT = ["-std=c11", "-Wall", "-Wextra", "-Wpedantic", "-Werror"]


class Installed(unittest.TestCase):
    """One installation for all tests; each test builds in a directory of its own."""

    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory()
        cls.prefix = Path(cls.temporary.name) / "prefix"
        run(["cmake", "--install", BUILD, "--prefix", cls.prefix])
        cls.library = next(cls.prefix.rglob("libweir.so.0")).parent
        cls.environment = {**os.environ, "PKG_CONFIG_PATH": str(cls.library / "pkgconfig"),
                           "LD_LIBRARY_PATH": str(cls.library)}

    @classmethod
    def tearDownClass(cls):
        cls.temporary.cleanup()

    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.directory = Path(directory.name)

    def call(self, *command):
        return run(command, cwd=self.directory, env=self.environment)

    def pkg_config(self, *arguments):
        return self.call("pkg-config", *arguments, "weir").split()

    def test_a_program_builds_with_pkg_config(self):
        flags = self.pkg_config("--cflags", "--libs")

        self.call("cc", *STRICT, HERE / "program.c", *flags, "-o", "consumer")

        self.assertRegex(self.call("./consumer"), r"^consumer: weir \d+\.\d+\.\d+\n$")

    def test_pkg_config_links_weir_only(self):
        libraries = [flag for flag in self.pkg_config("--libs") if not flag.startswith("-L")]

        # A program that linked mimalloc itself would have its own malloc replaced.
        self.assertEqual(libraries, ["-lweir"])

    def test_static_pkg_config_lists_the_private_libraries(self):
        libraries = self.pkg_config("--libs", "--static")

        for needed in ("-lzstd", "-lcapnp", "-lmimalloc", "-lstdc++"):
            self.assertIn(needed, libraries)

    def test_a_project_builds_with_the_cmake_package(self):
        self.call("cmake", "-S", HERE / "cmake", "-B", "build",
                  f"-DCMAKE_PREFIX_PATH={self.prefix}")
        self.call("cmake", "--build", "build")

        self.assertRegex(self.call("build/consumer"), r"^consumer: weir \d+\.\d+\.\d+\n$")

    def test_the_quickstart_of_the_readme_builds_and_runs_twice(self):
        blocks = re.findall(r"^```c\n(.*?)^```$", (ROOT / "README.md").read_text(),
                            re.MULTILINE | re.DOTALL)
        self.assertEqual(len(blocks), 1)
        (self.directory / "quickstart.c").write_text(blocks[0])
        flags = self.pkg_config("--cflags", "--libs")

        self.call("cc", *STRICT, "quickstart.c", *flags, "-o", "quickstart")

        self.assertEqual(self.call("./quickstart"), "hello\n")
        # Everything was acknowledged: the second run sees its own message only.
        self.assertEqual(self.call("./quickstart"), "hello\n")

    def test_only_headers_of_the_public_api_are_installed(self):
        headers = {str(path.relative_to(self.prefix / "include"))
                   for path in (self.prefix / "include").rglob("*") if path.is_file()}

        public = {f"weir/{path.name}" for path in (ROOT / "include" / "weir").glob("*.h")}
        self.assertEqual(headers, public)


def run(command, **options):
    outcome = subprocess.run([str(part) for part in command], stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT, text=True, **options)
    if outcome.returncode != 0:
        raise AssertionError(f"{command} ended with {outcome.returncode}:\n{outcome.stdout}")
    return outcome.stdout


if __name__ == "__main__":
    unittest.main()
