"""Cuts the power of a real ext4 file system under a writer, and judges what is left (RELIABILITY.md, A8).

The control comes last: a writer that says SYNC when only ASYNC was reached. It must be caught, or this test sees nothing.
"""

import random
import shutil
import tempfile
import time
from pathlib import Path

import mounts

mounts.enter_namespace()

import harness  # noqa: E402  (only in the namespace)

CUTS = {mode: int(count * harness.SCALE) for mode, count in {
    "sync": 30, "batch": 30, "async": 30, "atomic": 15, "mixed": 15}.items()}
CUTS_CONTROL = 12
CUTS_PER_STORE = 15


class Machine:
    """One store on one file system, over many power cuts."""

    def __init__(self, rng, directory):
        self.rng, self.directory = rng, directory
        self.disk = mounts.Ext4(directory / "image", directory / "disk")
        self.number = 0
        self.fresh()

    def fresh(self):
        self.number += 1
        shutil.rmtree(self.directory / "disk" / f"store{self.number - 1}", ignore_errors=True)
        self.store = self.directory / "disk" / f"store{self.number}"
        self.state = self.directory / f"state{self.number}"
        self.limits = [f"--wal={self.rng.choice((1, 4, 32)) << 20}",
                       f"--memory={self.rng.choice((1, 16)) << 20}",
                       f"--messages={self.rng.randrange(1 << 40)}"]

    def cut(self, mode, *more):
        """One run of a writer up to a power cut; the verifier's figures."""
        events, after = self.directory / "events", self.directory / "after"
        arguments = [f"--directory={self.store}", f"--state={self.state}", f"--mode={mode}",
                     f"--seed={self.rng.randrange(1 << 40)}", *self.limits, *more]
        if self.rng.random() < 0.4:
            arguments.append("--checkpoints")
        writer = harness.Writer(events, *arguments)
        if self.rng.random() < 0.1:
            time.sleep(self.rng.uniform(0, 0.010))  # in the middle of a recovery
        else:
            writer.ready.wait(60)
            time.sleep(self.rng.uniform(0.005, 0.080))
        self.disk.cut_power()
        # It goes on for a moment: what it confirms now, it confirms without a disk.
        time.sleep(self.rng.uniform(0, 0.004))
        writer.end()
        self.disk.remount()
        figures = harness.verify(self.store, self.state, events, after, *self.limits)
        shutil.move(after, self.state)
        return figures


def cut_honest(machine):
    for mode, count in CUTS.items():
        totals = harness.Totals()
        worst = 0
        for run in range(count):
            if run % CUTS_PER_STORE == 0:
                machine.fresh()
            figures = machine.cut(mode)
            totals.add(figures)
            worst = max(worst, figures["async_lost"])
            if figures["bad"] or figures["async_lost"] > figures["async_loss_max"]:
                raise harness.Failure(f"{mode} {machine.limits}: {figures}")
        print(f"power cut, {mode}: {totals.line()}, at most {worst} ASYNC lost in one cut",
              flush=True)


def cut_control(machine):
    totals = harness.Totals()
    caught = 0
    machine.fresh()
    for _ in range(CUTS_CONTROL):
        figures = machine.cut("sync", "--claim-sync")
        totals.add(figures)
        caught += figures["lost"] > 0
    print(f"power cut, control that confirms too early: {totals.line()}; caught in {caught} of "
          f"{CUTS_CONTROL}", flush=True)
    if caught < CUTS_CONTROL // 3:
        raise harness.Failure("the control was not caught: this test would not see a lost message")


def test():
    rng = random.Random(harness.SEED)
    with tempfile.TemporaryDirectory(prefix="weir-cut-") as name:
        machine = Machine(rng, Path(name))
        try:
            cut_honest(machine)
            cut_control(machine)
        finally:
            machine.disk.unmount()


harness.main(test)
