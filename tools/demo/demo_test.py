#!/usr/bin/env python3
"""The demo on a small tree: demo_test.py WEIR_DEMO [unittest arguments]"""

import os
import random
import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

DEMO = str(Path(sys.argv.pop(1)).resolve()) if len(sys.argv) > 1 else "weir_demo"


class Demo(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.directory = Path(directory.name)
        self.tree = self.directory / "tree"
        self.tree.mkdir()
        self.work = self.directory / "work"
        self.work.mkdir()

    def fill_tree(self, seed, count):
        """Sizes from nothing to beyond a chunk, names that need care, modes of all kinds."""
        chance = random.Random(seed)
        names = ["with space", "grüße", "new\nline", "-dash", ".hidden", "back\\slash"]
        for number in range(count):
            folder = self.tree / f"folder {number % 7}" / f"{number % 3}"
            folder.mkdir(parents=True, exist_ok=True)
            name = names[number] if number < len(names) else f"file-{number}"
            size = chance.choice([0, 1, 100, 4096, 5000, 70_000, chance.randrange(200_000)])
            (folder / name).write_bytes(chance.randbytes(size))
            (folder / name).chmod(chance.choice([0o644, 0o600, 0o755, 0o444, 0o640]))
        (self.tree / "large").write_bytes(chance.randbytes(3_000_000))
        (self.tree / "link").symlink_to("large")

    def run_demo(self, *arguments):
        outcome = subprocess.run([DEMO, str(self.tree), "--work", str(self.work), *arguments],
                                 stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                                 timeout=240)
        last = outcome.stdout.rstrip("\n").split("\n")[-1]
        return outcome.returncode, last, outcome.stdout

    def test_everything_comes_out_after_five_kills(self):
        self.fill_tree(seed=1, count=600)
        files = sum(path.is_file() and not path.is_symlink() for path in self.tree.rglob("*"))

        code, verdict, output = self.run_demo("--seed", "4711")

        self.assertEqual(code, 0, output)
        self.assertRegex(verdict, rf"^verdict: OK — {files} files, [\d,]+ bytes, 5 kills, "
                                  r"0 lost, 0 wrong, [\d,]+ delivered twice$")
        self.assertEqual(len(re.findall(r"^  kill \d at ", output, re.MULTILINE)), 5, output)
        self.assertEqual(list(self.work.iterdir()), [], "the work directory is left behind")

    def test_more_kills_and_a_backlog_of_everything(self):
        self.fill_tree(seed=2, count=200)

        code, verdict, output = self.run_demo("--kills", "12", "--hold", "100", "--seed", "1")

        self.assertEqual(code, 0, output)
        self.assertIn(" 12 kills, ", verdict)

    def test_the_verdict_notices_a_lost_and_a_changed_file(self):
        """A worker whose output is tampered with must not end with OK."""
        self.fill_tree(seed=3, count=100)
        process = subprocess.Popen([DEMO, str(self.tree), "--work", str(self.work), "--kills", "0",
                                    "--test-pause-before-compare"], stdin=subprocess.PIPE,
                                   stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        for line in process.stdout:
            if line.startswith("paused"):
                break
        output = next(self.work.glob("weir-demo-*")) / "out"
        (output / "large").unlink()
        changed = next(path for path in output.rglob("*")
                       if path.is_file() and path.stat().st_size > 0)
        changed.chmod(0o600)
        content = changed.read_bytes()
        changed.write_bytes(bytes([content[0] ^ 1]) + content[1:])

        rest, _ = process.communicate("\n", timeout=60)

        self.assertEqual(process.returncode, 1)
        self.assertRegex(rest, r"verdict: FAILED — .* 1 lost, 1 wrong, ")

    def test_an_empty_tree_is_an_error(self):
        code, verdict, _ = self.run_demo()

        self.assertEqual(code, 1)
        self.assertIn("verdict: FAILED — no file to send", verdict)

    @unittest.skipIf(os.geteuid() == 0, "root may read everything")
    def test_unreadable_files_are_counted(self):
        self.fill_tree(seed=4, count=20)
        (self.tree / "secret").touch(mode=0)

        code, _, output = self.run_demo("--kills", "0")

        self.assertEqual(code, 0)
        self.assertIn("1 file not readable", output)


if __name__ == "__main__":
    unittest.main()
