"""A backlog ten times the memory budget: bounded memory, quick opening after SIGKILL, order (issue 2, Shows 5)."""

import json
import subprocess
import tempfile

import harness

RSS_OVER_BUDGET_KIB = 64 << 10
OPEN_MS_MAX = 2000


def check(figures, budget, what):
    over = figures["peak_rss_kib"] - (budget >> 10)
    print(f"{what}: {figures}, {over / 1024:.1f} MiB over the budget of {budget >> 20} MiB",
          flush=True)
    if over > RSS_OVER_BUDGET_KIB:
        raise harness.Failure(f"{what}: peak RSS {figures['peak_rss_kib']} KiB")


def backlog(budget, wal):
    program = str(harness.PROGRAMS / "weir_crash_backlog")
    with tempfile.TemporaryDirectory(prefix="weir-backlog-") as name:
        arguments = [f"--directory={name}/store", f"--memory={budget}", f"--wal={wal}"]
        with subprocess.Popen([program, "--mode=fill", *arguments], stdout=subprocess.PIPE,
                              text=True) as process:
            line = process.stdout.readline()
            process.kill()
        if not line:
            raise harness.Failure("the producer did not come to its end")
        filled = json.loads(line)
        check(filled, budget, f"fill, log of {wal >> 20} MiB")
        outcome = subprocess.run([program, "--mode=drain", *arguments], capture_output=True,
                                 text=True, timeout=600)
        if outcome.returncode != 0:
            raise harness.Failure(f"drain: {outcome.stderr}")
        drained = json.loads(outcome.stdout)
        check(drained, budget, "drain")
        if drained["messages"] != filled["messages"]:
            raise harness.Failure("not everything came back")
        if drained["open_ms"] > OPEN_MS_MAX:
            raise harness.Failure(f"opening took {drained['open_ms']} ms")


def test():
    backlog(16 << 20, 32 << 20)
    backlog(64 << 20, 256 << 20)  # the defaults


harness.main(test)
