"""File systems of our own for the tests: a loop device with ext4, a small tmpfs.

A test that uses this runs itself in a mount namespace of its own first. Mounts end with the last process in it, and a
loop device that `mount` made ends with its mount: nothing stays behind, however the test ends.
"""

import fcntl
import os
import struct
import subprocess
import sys

# _IOR('X', 125, u32): EXT4_IOC_SHUTDOWN. Flag 2, NOLOGFLUSH: what is not on the device now never gets there.
SHUTDOWN = 0x8004587D
NOLOGFLUSH = 2


def enter_namespace():
    """Runs the program again in a mount namespace. Says so, loudly, when that is not possible."""
    if os.environ.get("WEIR_OWN_MOUNTS") == "1":
        return
    probe = subprocess.run(["unshare", "--mount", "sh", "-c",
                            "mount -t tmpfs -o size=1m none /mnt && losetup -f"],
                           capture_output=True, text=True)
    if probe.returncode != 0:
        print(f"NOT RUN: {sys.argv[0]} needs root, mount namespaces and loop devices: "
              f"{probe.stderr.strip()}", flush=True)
        # In CI that is a failure; elsewhere ctest reports the test as skipped.
        sys.exit(1 if os.environ.get("CI") == "true" else 77)
    os.environ["WEIR_OWN_MOUNTS"] = "1"
    os.execvp("unshare", ["unshare", "--mount", "--propagation", "private", sys.executable,
                          *sys.argv])


def run(*command):
    subprocess.run(command, check=True, capture_output=True)


class Ext4:
    """An ext4 file system in an image file, which can be cut off from power."""

    def __init__(self, image, point, size_mb=256, mkfs=(), options="loop"):
        self.image, self.point, self.options = str(image), str(point), options
        os.makedirs(self.point, exist_ok=True)
        with open(self.image, "wb") as file:
            file.truncate(size_mb << 20)
        run("mkfs.ext4", "-q", "-F", "-b", "4096", "-E", "nodiscard", *mkfs, self.image)
        self.mount()

    def mount(self):
        run("mount", "-t", "ext4", "-o", self.options, self.image, self.point)

    def cut_power(self):
        descriptor = os.open(self.point, os.O_RDONLY)
        try:
            fcntl.ioctl(descriptor, SHUTDOWN, struct.pack("I", NOLOGFLUSH))
        finally:
            os.close(descriptor)

    def unmount(self):
        run("umount", self.point)

    def remount(self):
        self.unmount()
        self.mount()
