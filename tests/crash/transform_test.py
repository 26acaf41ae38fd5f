"""Kills a consume-transform-produce loop over queue, collection, log and queue again and again: each input is applied
exactly once, whole, and what a SYNC commit confirmed is there (issue 3, Shows 4)."""

import json
import random
import subprocess
import tempfile
import time
from pathlib import Path

import harness

KILLS = int(200 * harness.SCALE)
KILLS_PER_STORE = 20
INPUTS_PER_STORE = 20_000
MUST_BE_ZERO = ("missing", "repeated", "partial", "wrong_totals", "unknown")


def look(arguments):
    """What the store holds, as the checker sees it; raises when something is wrong with it."""
    outcome = subprocess.run([str(harness.PROGRAMS / "weir_crash_transform"), "--mode=check",
                              *arguments], capture_output=True, text=True, timeout=300)
    if outcome.returncode != 0:
        raise harness.Failure(f"the check ended with {outcome.returncode}: {outcome.stderr}")
    figures = json.loads(outcome.stdout)
    wrong = {name: figures[name] for name in MUST_BE_ZERO if figures[name]}
    if wrong:
        raise harness.Failure(f"{wrong}; applied {len(figures['applied'])} of "
                              f"{figures['arrived']}")
    return figures


def confirmed_in(events):
    """The whole lines; the last may be torn."""
    lines = events.read_bytes().split(b"\n")[:-1]
    return {int(line) for line in lines if line != b"ready"}


def one_kill(rng, directory, arguments):
    events = directory / "events"
    writer = harness.Writer(events, "--mode=run", f"--count={INPUTS_PER_STORE}",
                            f"--seed={rng.randrange(1 << 40)}", *arguments,
                            program="weir_crash_transform")
    writer.ready.wait(60)
    time.sleep(rng.uniform(0.001, 0.060))
    code, errors = writer.end()
    if code not in (-9, 0) or errors:
        raise harness.Failure(f"the loop ended with {code}: {errors}")
    figures = look(arguments)
    lost = confirmed_in(events) - set(figures["applied"])
    if lost:
        raise harness.Failure(f"{len(lost)} confirmed inputs are not applied: {sorted(lost)[:5]}")
    return len(confirmed_in(events)), len(figures["applied"])


def test():
    rng = random.Random(harness.SEED)
    confirmed = applied = kills = 0
    while kills < KILLS:
        with tempfile.TemporaryDirectory(prefix="weir-transform-") as name:
            directory = Path(name)
            # A small log and little memory: checkpoints, compaction and paging all the time.
            arguments = [f"--directory={directory / 'store'}",
                         f"--wal={rng.choice((1, 1, 4)) << 20}",
                         f"--memory={rng.choice((1, 2, 16)) << 20}"]
            in_store = 0
            for _ in range(min(KILLS - kills, KILLS_PER_STORE)):
                try:
                    more, in_store = one_kill(rng, directory, arguments)
                except harness.Failure as failure:
                    raise harness.Failure(f"{failure}; kept in {harness.keep(directory)}") from None
                confirmed += more
                kills += 1
            applied += in_store
    print(f"transform: kills={kills} confirmed={confirmed} applied={applied} lost=0 repeated=0 "
          "partial=0", flush=True)


harness.main(test)
