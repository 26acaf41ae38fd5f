#!/usr/bin/env python3
"""`weir queue pop` is killed between writing and acknowledging: the messages come again."""

import os
import shutil
import signal
import subprocess
import time
import unittest

from command import WEIR, CommandTest


class PopKilled(CommandTest):
    def test_while_its_output_is_stuck(self):
        """A pipe that nobody reads: some messages are written, the batch is not acknowledged."""
        texts = [str(number) * 1000 for number in range(10, 90)]
        self.push_texts(*texts)
        reader, writer = os.pipe()
        child = subprocess.Popen([WEIR, "queue", "pop", "--all", self.store, "q"], stdout=writer)
        os.close(writer)
        self.wait_for_full_pipe(child)

        child.kill()

        self.assertEqual(child.wait(), -signal.SIGKILL)
        os.close(reader)
        messages = self.popped()
        self.assertEqual([m["payload"] for m in messages], texts)
        self.assertTrue(all(m["redelivered"] for m in messages))

    def wait_for_full_pipe(self, child):
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline and child.poll() is None:
            with open(f"/proc/{child.pid}/wchan") as file:
                if "pipe" in file.read():
                    return
            with open(f"/proc/{child.pid}/syscall") as file:
                # 1 is write, to descriptor 1.
                if file.read().startswith("1 0x1 "):
                    return
            time.sleep(0.02)
        self.fail("the command never filled the pipe")

    @unittest.skipIf(shutil.which("strace") is None, "strace is not installed")
    def test_exactly_between_the_write_and_the_acknowledgement(self):
        self.push_texts("one", "two")
        target = self.directory / "out"
        target.touch()

        # The sync of the output is the last thing before the acknowledgement.
        killed = subprocess.run(
            ["strace", "-f", "-qq", "-o", os.devnull, "-P", str(target), "-e", "trace=fsync",
             "-e", "inject=fsync:signal=KILL", WEIR, "queue", "pop", "--all", "-o", str(target),
             self.store, "q"], capture_output=True, timeout=60)

        self.assertNotEqual(killed.returncode, 0)
        self.assertEqual(target.read_text(), "one\ntwo\n")
        self.assertEqual([(m["payload"], m["redelivered"]) for m in self.popped()],
                         [("one", True), ("two", True)])


if __name__ == "__main__":
    unittest.main()
