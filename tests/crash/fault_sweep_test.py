"""Lets the Nth system call of a kind fail in a real process, for every N until there is no Nth (RELIABILITY.md, A10)."""

import itertools
import random
import shutil
import subprocess
import tempfile
from pathlib import Path

import harness

SWEEPS = [("pwritev", "EIO"), ("pwritev", "ENOSPC"), ("fdatasync", "EIO"), ("fsync", "EIO"),
          ("openat", "EIO"), ("openat", "EMFILE"), ("preadv", "EIO"), ("pread64", "EIO"),
          ("unlinkat", "EIO"), ("flock", "EINTR"), ("pwritev", "EINTR")]
INJECTIONS_MAX = max(3, int(60 * harness.SCALE))  # of one kind
# 0 done, 2 refused at open, 4 the close said that the store had stopped, 127 the loader could not open a library
CODES = (0, 2, 4, 127)


def one(directory, seed, call, error, number, totals):
    """One run with one fault. False when there was no such call any more."""
    store, state, events = directory / "store", directory / "state", directory / "events"
    trace = directory / "trace"
    limits = ["--wal=1048576", "--memory=1048576", f"--messages={seed}"]
    prefix = ["strace", "-f", "-qq", "-o", str(trace), "-e", f"trace={call}", "-e", "signal=none",
              "-e", f"inject={call}:error={error}:when={number}"]
    writer = harness.Writer(events, f"--directory={store}", f"--state={state}", "--mode=mixed",
                            "--single", "--count=12", "--checkpoints", f"--seed={seed}", *limits,
                            prefix=prefix)
    code, errors = writer.end(None)
    if "INJECTED" not in trace.read_text(errors="replace"):
        return False
    what = f"{call} {error} when={number} seed={seed}"
    if code not in CODES:
        raise harness.Failure(f"{what}: exit code {code}: {errors}")
    figures = harness.verify(store, state, events, directory / "after", *limits)
    totals.add(figures)
    if figures["bad"]:
        raise harness.Failure(f"{what}: {figures}; kept in {harness.keep(directory)}")
    if code == 0 and figures["async_lost"] != 0:
        raise harness.Failure(f"{what}: closed without an error, and lost {figures}")
    return True


def test():
    if shutil.which("strace") is None or subprocess.run(
            ["strace", "-qq", "-o", "/dev/null", "true"], check=False).returncode != 0:
        raise harness.Failure("strace cannot run here")
    rng = random.Random(harness.SEED)
    totals = harness.Totals()
    for call, error in SWEEPS:
        hit = 0
        for number in itertools.count(1):
            with tempfile.TemporaryDirectory(prefix="weir-sweep-") as name:
                if not one(Path(name), rng.randrange(1 << 40), call, error, number, totals):
                    break
            hit += 1
            if hit >= INJECTIONS_MAX:
                break
        print(f"fault sweep, {call} {error}: {hit} injections", flush=True)
    print(f"fault sweep: {totals.line()}", flush=True)


harness.main(test)
