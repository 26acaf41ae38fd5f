"""A disk that is really full (RELIABILITY.md, A9): 16 MiB in all."""

import subprocess
import tempfile

import mounts

mounts.enter_namespace()

import harness  # noqa: E402  (only in the namespace)


def small_disk(wal, memory):
    """Fill, acknowledge, go on; nothing is lost."""
    with tempfile.TemporaryDirectory(prefix="weir-full-") as name:
        mounts.run("mount", "-t", "tmpfs", "-o", "size=16m", "none", name)
        try:
            outcome = subprocess.run(
                [str(harness.PROGRAMS / "weir_crash_disk_full"), f"--directory={name}/store",
                 f"--wal={wal}", f"--memory={memory}"],
                capture_output=True, text=True, timeout=300)
        finally:
            mounts.run("umount", name)
    print(f"disk full, log of {wal >> 20} MiB:\n  " + outcome.stdout.strip().replace("\n", "\n  "),
          flush=True)
    if outcome.returncode != 0:
        raise harness.Failure(f"exit code {outcome.returncode}: {outcome.stderr}")


def test():
    small_disk(4 << 20, 1 << 20)
    small_disk(1 << 20, 4 << 20)


harness.main(test)
