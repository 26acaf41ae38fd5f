"""A disk that takes every write and fails the sync that brings it out (RELIABILITY.md, §0 and A9)."""

import glob
import os
import random
import subprocess
import tempfile
from pathlib import Path

import mounts

mounts.enter_namespace()

import harness  # noqa: E402  (only in the namespace)

ROUNDS = max(2, int(8 * harness.SCALE))


class LyingDisk:
    """64 MiB of ext4 on 12 MiB of memory: writes succeed, and the sync that brings them out fails."""

    def __init__(self, directory, journal):
        self.backing = directory / "backing"
        self.backing.mkdir()
        mounts.run("mount", "-t", "tmpfs", "-o", "size=12m", "none", str(self.backing))
        mkfs = () if journal else ("-O", "^has_journal")
        self.disk = mounts.Ext4(self.backing / "image", directory / "disk", 64, mkfs,
                                "loop,nodiscard,errors=continue")
        # The loop driver takes a short write of a larger request for a whole one.
        device = subprocess.run(["findmnt", "-n", "-o", "SOURCE", self.disk.point], check=True,
                                capture_output=True, text=True).stdout.strip()
        for path in glob.glob(f"/sys/block/{os.path.basename(device)}/queue/max_sectors_kb"):
            Path(path).write_text("4")

    def mend(self):
        """There is room again, and what the page cache believed is forgotten."""
        mounts.run("mount", "-o", "remount,size=128m", str(self.backing))
        self.disk.remount()

    def close(self):
        subprocess.run(["umount", self.disk.point], check=False)
        subprocess.run(["umount", str(self.backing)], check=False)


def failing_sync(rng, journal, totals):
    """The store stops at the failed sync; after the disk is mended nothing confirmed is missing."""
    mode = rng.choice(("sync", "batch", "mixed"))
    with tempfile.TemporaryDirectory(prefix="weir-lying-") as name:
        directory = Path(name)
        disk = LyingDisk(directory, journal)
        try:
            store, state = directory / "disk" / "store", directory / "state"
            limits = [f"--wal={rng.choice((2, 32)) << 20}", "--memory=1048576",
                      f"--messages={rng.randrange(1 << 40)}"]
            writer = harness.Writer(directory / "events", f"--directory={store}",
                                    f"--state={state}", f"--mode={mode}", *limits,
                                    f"--seed={rng.randrange(1 << 40)}")
            code, errors = writer.end(None)
            if code not in (2, 4) or errors and code == 4:
                raise harness.Failure(f"the writer ended with {code}: {errors}")
            disk.mend()
            figures = harness.verify(store, state, directory / "events", directory / "after",
                                     *limits)
            totals.add(figures)
            if figures["bad"]:
                raise harness.Failure(f"{mode} {limits} journal={journal}: {figures}")
            # A journal that was aborted first shows as refused writes, which stop nothing.
            return code == 4 and figures["stopped"] != 0
        finally:
            disk.close()


def test():
    rng = random.Random(harness.SEED)
    for journal in (True, False):
        totals = harness.Totals()
        stopped = sum(failing_sync(rng, journal, totals) for _ in range(ROUNDS))
        if stopped == 0:
            raise harness.Failure("no store said that it has stopped")
        print(f"failing sync, {'with' if journal else 'no'} journal: {totals.line()}", flush=True)


harness.main(test)
