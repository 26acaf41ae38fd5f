"""Runs the `weir` command for the tests in this folder.

Each test file is called with the command's path: x_test.py WEIR [unittest arguments]
"""

import json
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

WEIR = str(Path(sys.argv.pop(1)).resolve()) if len(sys.argv) > 1 else "weir"


class CommandTest(unittest.TestCase):
    """Gives every test an empty directory; self.store is a store in it that does not exist yet."""

    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.directory = Path(directory.name)
        self.store = str(self.directory / "store")

    def run_weir(self, *arguments, expect=0, stdin=b"", **options):
        """Runs it, checks the exit code, and gives back standard output and error as text."""
        outcome = subprocess.run([WEIR, *map(str, arguments)], input=stdin, capture_output=True,
                                 timeout=120, **options)
        self.assertEqual(outcome.returncode, expect,
                         f"weir {arguments}: {outcome.stdout!r} {outcome.stderr!r}")
        if expect != 0:
            # One line, with the name of the program in front.
            self.assertRegex(outcome.stderr.decode(), r"\Aweir: [^\n]+\n\Z")
        return outcome.stdout.decode("utf-8", "surrogateescape"), outcome.stderr.decode()

    def queue(self, verb, *arguments, queue="q", **options):
        return self.run_weir("queue", verb, self.store, queue, *arguments, **options)

    def push_texts(self, *texts):
        self.queue("push", *texts)

    def popped(self, *arguments):
        """All messages that come, as parsed JSON."""
        output, _ = self.queue("pop", "--all", "--json", *arguments)
        return [json.loads(line) for line in output.splitlines()]

    def waiting(self):
        output, _ = self.queue("stats", "--json")
        return json.loads(output)["message_count"]
