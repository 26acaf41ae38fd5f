"""Kills a writer with SIGKILL again and again, and has another process judge what is left (RELIABILITY.md, A7)."""

import random
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import harness

KILLS = int(220 * harness.SCALE)
KILLS_PER_STORE = 20
OPEN_MS_MAX = 1000
MODES = ("sync", "batch", "async", "atomic", "mixed")


def one_kill(rng, directory, mode, limits, totals):
    store, state, events = directory / "store", directory / "state", directory / "events"
    arguments = [f"--directory={store}", f"--state={state}", f"--mode={mode}", *limits,
                 f"--seed={rng.randrange(1 << 40)}"]
    if rng.random() < 0.5:
        arguments.append("--checkpoints")
    writer = harness.Writer(events, *arguments)
    # One in eight is killed while it opens, which means: while it recovers.
    if rng.random() < 0.125:
        time.sleep(rng.uniform(0, 0.010))
    else:
        writer.ready.wait(60)
        time.sleep(rng.uniform(0.001, 0.050))
    code, errors = writer.end()
    if code != -9 or errors:
        raise harness.Failure(f"the writer ended with {code}: {errors}")
    place = store
    if rng.random() < 0.5 and store.exists():
        # The next writer recovers by itself, and must come to the same result.
        place = directory / "copy"
        subprocess.run(["rm", "-rf", str(place)], check=True)
        subprocess.run(["cp", "-a", str(store), str(place)], check=True)
    figures = harness.verify(place, state, events, directory / "next", *limits)
    totals.add(figures)
    if figures["bad"] or figures["async_lost"] > figures["async_loss_max"]:
        raise harness.Failure(f"{mode} {limits}: {figures}; kept in {harness.keep(directory)}")
    shutil.move(directory / "next", state)


def test():
    rng = random.Random(harness.SEED)
    totals = harness.Totals()
    left = KILLS
    while left > 0:
        # Small log: checkpoints all the time. Small memory: paging all the time.
        limits = [f"--wal={rng.choice((1, 1, 4, 64)) << 20}",
                  f"--memory={rng.choice((1, 1, 16)) << 20}"]
        with tempfile.TemporaryDirectory(prefix="weir-kill-") as name:
            directory = Path(name)
            limits.append(f"--messages={rng.randrange(1 << 40)}")
            for run in range(min(left, KILLS_PER_STORE)):
                mode = MODES[run % len(MODES)] if run % 2 else "mixed"
                one_kill(rng, directory, mode, limits, totals)
                left -= 1
    print(f"kill: {totals.line()}", flush=True)
    slow = [time for time in totals.open_ms if time >= OPEN_MS_MAX]
    if slow:
        raise harness.Failure(f"opening took {slow} ms")


harness.main(test)
