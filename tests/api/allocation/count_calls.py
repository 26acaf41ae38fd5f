#!/usr/bin/env python3
"""count_calls.py STEADY_LOOP: the in-memory path makes no system call per message.

strace counts the calls of a run with 1,000 messages and of one with 101,000; the difference is what
100,000 messages cost. Background tasks wake now and then, so that it need not be exactly none.
"""

import re
import subprocess
import sys
import tempfile

MESSAGES = 100_000
CALLS_MAX = 200


def calls_of(program, count):
    with tempfile.NamedTemporaryFile("r") as table:
        subprocess.run(["strace", "-f", "-c", "-o", table.name, program, str(count)], check=True)
        text = table.read()
    # % time, seconds, usecs/call, calls, [errors], name
    rows = re.findall(r"^\s*[\d.]+\s+[\d.]+\s+\d+\s+(\d+)\s+(?:\d+\s+)?(\w+)$", text, re.MULTILINE)
    calls = {name: int(number) for number, name in rows if name != "total"}
    assert calls, f"strace counted nothing:\n{text}"
    return calls


def main():
    program = sys.argv[1]
    few, many = calls_of(program, 1000), calls_of(program, 1000 + MESSAGES)
    more = {name: many[name] - few.get(name, 0) for name in many if many[name] > few.get(name, 0)}
    total = sum(more.values())
    print(f"{MESSAGES} messages: {total} more system calls {more}")
    if total > CALLS_MAX:
        sys.exit(f"more than {CALLS_MAX} system calls")


if __name__ == "__main__":
    main()
