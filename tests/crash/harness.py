"""Runs writer and verifier processes for the tests in this folder.

Each test is called as: x_test.py DIRECTORY_OF_THE_PROGRAMS
"""

import json
import os
import random
import select
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

PROGRAMS = Path(sys.argv[1]).resolve()
SCALE = float(os.environ.get("WEIR_TEST_SCALE", "1"))
SEED = int(os.environ.get("WEIR_TEST_SEED", str(random.randrange(1 << 30))))

# What must be zero, in all circumstances.
FAULTS = ("lost", "wrong", "unknown", "disorder", "resurrected", "holes", "torn", "unmarked",
          "miscounted", "damages")


class Failure(Exception):
    pass


class Writer:
    """A writer process whose events are copied to a file as they come."""

    def __init__(self, events, *arguments, prefix=(), program="weir_crash_writer"):
        self.ready = threading.Event()
        self.process = subprocess.Popen([*prefix, str(PROGRAMS / program), *arguments],
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.events = events
        self.thread = threading.Thread(target=self._copy)
        self.thread.start()

    def _copy(self):
        pipe = self.process.stdout.fileno()
        with open(self.events, "wb") as out:
            while chunk := os.read(pipe, 1 << 16):
                out.write(chunk)
                self.ready.set()
        self.ready.set()

    def end(self, send=signal.SIGKILL):
        """Ends it, and returns its exit code and what it said to standard error."""
        if send is not None:
            self.process.send_signal(send)
        self.thread.join()
        errors = self.process.stderr.read().decode("utf-8", "replace")
        self.process.stderr.close()
        self.process.stdout.close()
        return self.process.wait(), errors


def verify(directory, state, events, out, *arguments):
    """The verifier's figures. Raises when it cannot even open the store."""
    outcome = subprocess.run(
        [str(PROGRAMS / "weir_crash_verifier"), f"--directory={directory}", f"--state={state}",
         f"--events={events}", f"--out={out}", *arguments],
        capture_output=True, text=True, timeout=300)
    if outcome.returncode != 0:
        raise Failure(f"the verifier ended with {outcome.returncode}: {outcome.stderr}")
    figures = json.loads(outcome.stdout)
    figures["errors"] = outcome.stderr
    return figures


class Totals:
    """Adds figures up; the largest open time is kept."""

    def __init__(self):
        self.runs = 0
        self.sums = {}
        self.open_ms = []

    def add(self, figures):
        self.runs += 1
        self.open_ms.append(figures["open_ms"])
        for name, value in figures.items():
            if isinstance(value, int) and not isinstance(value, bool):
                self.sums[name] = self.sums.get(name, 0) + value

    def line(self):
        times = sorted(self.open_ms)
        counts = " ".join(f"{name}={self.sums.get(name, 0)}" for name in (
            "tried", "confirmed", "accepted", "acked", "found", *FAULTS, "async_lost"))
        return (f"runs={self.runs} open_ms median={times[len(times) // 2]:.1f} "
                f"max={times[-1]:.1f} {counts}")


def keep(path):
    """Copies what a failed test leaves, so that it can be looked at."""
    kept = tempfile.mkdtemp(prefix="weir-crash-failed-")
    subprocess.run(["cp", "-a", str(path), kept], check=False)
    return kept


def main(test):
    """Runs a test function; says how to run it again when it fails."""
    begin = time.monotonic()
    try:
        test()
    except Failure as failure:
        print(f"FAILED: {failure}\nagain with: WEIR_TEST_SEED={SEED} {' '.join(sys.argv)}",
              flush=True)
        sys.exit(1)
    print(f"passed in {time.monotonic() - begin:.0f} s, seed {SEED}", flush=True)
