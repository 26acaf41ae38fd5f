#!/usr/bin/env python3
"""Every subcommand: what it does, what it prints, how it ends."""

import base64
import json
import os
import pty
import select
import subprocess
import time
import unittest

from command import WEIR, CommandTest

SUBCOMMANDS = [["queue", verb] for verb in ("push", "pop", "peek", "list", "stats", "purge")]
SUBCOMMANDS += [["inspect"], ["verify"], ["backup"]]


class Help(CommandTest):
    def test_every_subcommand_has_help_with_examples(self):
        for subcommand in [[], ["queue"], *SUBCOMMANDS]:
            output, _ = self.run_weir(*subcommand, "--help")

            self.assertIn("Examples:", output, subcommand)
            self.assertIn("weir " + " ".join(subcommand), output)

    def test_every_subcommand_offers_json(self):
        for subcommand in SUBCOMMANDS:
            self.assertIn("--json", self.run_weir(*subcommand, "--help")[0], subcommand)

    def test_the_main_help_lists_the_exit_codes(self):
        self.assertRegex(self.run_weir("--help")[0], r"0 done, 1 error, 2 damage .*, 3 ")

    def test_the_version_is_the_library_s(self):
        self.assertRegex(self.run_weir("--version")[0], r"^weir \d+\.\d+\.\d+\n$")

    def test_a_wrong_call_is_one_line_and_names_the_help(self):
        for arguments in ([], ["queue"], ["queue", "push"], ["frobnicate"],
                          ["queue", "pop", "--frobnicate", "s", "q"]):
            _, error = self.run_weir(*arguments, expect=1)

            self.assertIn("--help", error)


class Push(CommandTest):
    def test_texts_come_out_in_order(self):
        self.queue("push", "first", "second")
        self.queue("push", "third")

        self.assertEqual(self.queue("pop", "--all")[0], "first\nsecond\nthird\n")

    def test_it_tells_ids_and_level(self):
        output, _ = self.queue("push", "--json", "a", "b")

        self.assertEqual(json.loads(output), {"queue": "q", "count": 2, "first_id": 1,
                                              "last_id": 2, "level": "sync"})
        self.assertIn("pushed 1 message to q, id 3, on stable storage", self.queue("push", "c")[0])

    def test_standard_input_is_one_message(self):
        self.queue("push", stdin=b"two\nlines\n")

        self.assertEqual([m["payload"] for m in self.popped()], ["two\nlines\n"])

    def test_an_empty_standard_input_is_an_empty_message(self):
        self.queue("push", stdin=b"")

        self.assertEqual([m["size"] for m in self.popped()], [0])

    def test_lines_are_messages(self):
        self.queue("push", "--lines", stdin=b"one\n\nthree without an end")

        self.assertEqual([m["payload"] for m in self.popped()],
                         ["one", "", "three without an end"])

    def test_lines_of_nothing_push_nothing(self):
        self.assertIn("nothing", self.queue("push", "--lines", stdin=b"")[0])

    def test_many_lines_async_are_all_there_in_order(self):
        count = 20000
        self.queue("push", "--lines", "--async",
                   stdin=b"".join(b"%d\n" % number for number in range(count)))

        self.assertEqual([m["payload"] for m in self.popped()],
                         [str(number) for number in range(count)])

    def test_files_are_messages_byte_for_byte(self):
        content = bytes(range(256)) * 1000
        (self.directory / "a").write_bytes(content)
        (self.directory / "b").write_bytes(b"")

        self.queue("push", "--file", self.directory / "a", "--file", self.directory / "b")

        messages = self.popped()
        self.assertEqual([m["size"] for m in messages], [len(content), 0])
        self.assertEqual(messages[0]["encoding"], "base64")
        self.assertEqual(base64.b64decode(messages[0]["payload"]), content)

    def test_headers_and_content_type_travel(self):
        self.queue("push", "-H", "customer=17", "--header", "note=a=b", "--header", "empty=",
                   "-t", "text/plain", "x")

        message = self.popped()[0]
        self.assertEqual(message["headers"], {"customer": "17", "note": "a=b", "empty": ""})
        self.assertEqual(message["content_type"], "text/plain")

    def test_refusals(self):
        for arguments, part in [(["--header", "novalue", "x"], "name=value"),
                                (["--lines", "x"], "--lines"),
                                (["--async", "--sync", "x"], "--sync"),
                                (["--file", self.directory / "missing"], "No such file"),
                                (["--file", self.directory], "directory")]:
            self.assertIn(part, self.queue("push", *arguments, expect=1)[1])

    def test_too_large_an_input_is_refused_before_it_fills_the_memory(self):
        with open("/dev/zero", "rb") as endless:
            outcome = subprocess.run([WEIR, "queue", "push", self.store, "q"], stdin=endless,
                                     capture_output=True, timeout=60)

        self.assertEqual(outcome.returncode, 1)
        self.assertIn(b"64.0 MiB", outcome.stderr)

    def test_a_memory_url_is_refused_with_a_reason(self):
        _, error = self.run_weir("queue", "push", "mem:", "q", "x", expect=1)

        self.assertIn("directory", error)


class Pop(CommandTest):
    def test_count_limits_what_is_taken(self):
        self.push_texts("a", "b", "c")

        self.assertEqual(self.queue("pop")[0], "a\n")
        self.assertEqual(self.queue("pop", "-n", "5")[0], "b\nc\n")
        self.assertEqual(self.waiting(), 0)

    def test_nothing_there_is_no_error(self):
        self.push_texts("a")
        self.queue("pop")

        output, error = self.queue("pop")

        self.assertEqual(output, "")
        self.assertIn("nothing to take", error)

    def test_timeout_waits(self):
        self.push_texts("a")
        self.queue("pop")
        begin = time.monotonic()

        self.queue("pop", "--timeout", "0.6")

        self.assertGreater(time.monotonic() - begin, 0.55)

    def test_keep_leaves_the_messages_and_counts_the_delivery(self):
        self.push_texts("a", "b")

        self.assertEqual(self.queue("pop", "--all", "--keep")[0], "a\nb\n")
        self.assertEqual(self.waiting(), 2)
        self.assertEqual([(m["payload"], m["redelivered"]) for m in self.popped()],
                         [("a", True), ("b", True)])

    def test_raw_adds_nothing(self):
        self.push_texts("a", "b")

        self.assertEqual(self.queue("pop", "--all", "--raw")[0], "ab")

    def test_json_has_what_the_message_has(self):
        self.push_texts("grüße")

        message = self.popped()[0]

        self.assertEqual((message["id"], message["size"], message["delivery_count"],
                          message["redelivered"], message["encoding"], message["payload"]),
                         (1, 7, 1, False, "text", "grüße"))
        self.assertRegex(message["enqueued_at"], r"^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")

    def test_output_appends_to_a_file(self):
        self.push_texts("a", "b")
        target = self.directory / "out"

        self.queue("pop", "-o", target)
        self.queue("pop", "-o", target)

        self.assertEqual(target.read_text(), "a\nb\n")

    def test_output_into_a_directory_is_a_file_for_each_message(self):
        self.push_texts("a", "b")

        self.queue("pop", "--all", "-o", f"{self.directory}/new/")

        files = sorted((self.directory / "new").iterdir())
        self.assertEqual([file.name for file in files], [f"{1:020}", f"{2:020}"])
        self.assertEqual([file.read_text() for file in files], ["a", "b"])

    def test_what_could_not_be_written_stays(self):
        self.push_texts("a")
        with open("/dev/full", "wb") as full:
            outcome = subprocess.run([WEIR, "queue", "pop", self.store, "q"], stdout=full,
                                     stderr=subprocess.PIPE, timeout=60)

        self.assertEqual(outcome.returncode, 1)
        self.assertIn(b"No space left", outcome.stderr)
        self.assertEqual(self.waiting(), 1)

    def test_a_reader_that_goes_away_loses_nothing(self):
        self.queue("push", stdin=b"a" * 200_000)
        reader, writer = os.pipe()
        os.close(reader)
        try:
            outcome = subprocess.run([WEIR, "queue", "pop", self.store, "q"], stdout=writer,
                                     stderr=subprocess.PIPE, timeout=60)
        finally:
            os.close(writer)

        self.assertEqual(outcome.returncode, 1)
        self.assertEqual(self.waiting(), 1)

    def test_an_output_that_cannot_be_opened_takes_nothing(self):
        self.push_texts("a")

        self.queue("pop", "-o", self.directory / "no" / "such" / "file", expect=1)

        self.assertEqual([m["delivery_count"] for m in self.popped()], [1])


class Look(CommandTest):
    def test_peek_changes_nothing(self):
        self.push_texts("a", "b")

        for _ in range(2):
            lines = self.queue("peek", "--json")[0].splitlines()
            self.assertEqual([json.loads(line)["payload"] for line in lines], ["a", "b"])
        self.assertEqual([m["delivery_count"] for m in self.popped()], [1, 1])

    def test_peek_for_people_is_aligned_and_shows_no_control_characters(self):
        self.queue("push", stdin=b"\x1b[2J\nred\x00")
        self.push_texts("x" * 500)

        lines = self.queue("peek")[0].splitlines()

        self.assertEqual(lines[0].split()[0], "ID")
        self.assertEqual(len({line.index(text) for line, text in
                              zip(lines, ("PAYLOAD", "·[2J·red·", "xxx"))}), 1, lines)
        self.assertLess(len(lines[2]), 200)

    def test_list_shows_every_queue(self):
        self.queue("push", "a", queue="orders")
        self.queue("push", "a", "b", queue="invoices")

        lines = self.run_weir("queue", "list", self.store)[0].splitlines()
        self.assertEqual([line.split()[:3] for line in lines[1:]],
                         [["invoices", "durable", "2"], ["orders", "durable", "1"]])
        output, _ = self.run_weir("queue", "list", "--json", self.store)
        self.assertEqual([(json.loads(line)["queue"], json.loads(line)["message_count"])
                          for line in output.splitlines()], [("invoices", 2), ("orders", 1)])

    def test_stats(self):
        self.push_texts("a", "b", "c")
        self.queue("pop")

        statistics = json.loads(self.queue("stats", "--json")[0])

        self.assertEqual({name: statistics[name] for name in
                          ("message_count", "ready_count", "in_flight_count", "first_id",
                           "next_id", "kind")},
                         {"message_count": 2, "ready_count": 2, "in_flight_count": 0,
                          "first_id": 2, "next_id": 4, "kind": "durable"})
        self.assertGreater(statistics["store"]["disk_bytes"], 0)
        self.assertRegex(self.queue("stats")[0], r"(?m)^messages +2$")

    def test_purge_removes_all(self):
        self.push_texts("a", "b")

        self.assertEqual(self.queue("purge")[0], "removed 2 messages from q\n")
        self.assertEqual(self.waiting(), 0)
        self.assertEqual(json.loads(self.queue("purge", "--json")[0]), {"queue": "q", "count": 0})

    def test_looking_leaves_every_file_as_it_was(self):
        self.push_texts("a", "b")
        before = self.snapshot()

        self.queue("peek")
        self.queue("stats")
        self.run_weir("queue", "list", self.store)
        self.run_weir("inspect", self.store)
        self.run_weir("verify", self.store)

        self.assertEqual(self.snapshot(), before)

    def snapshot(self):
        store = self.directory / "store"
        return {str(path.relative_to(store)): path.read_bytes()
                for path in store.rglob("*") if path.is_file()}


class Trouble(CommandTest):
    def test_a_missing_store_is_not_made_by_looking(self):
        for arguments in (["queue", "pop", self.store, "q"], ["queue", "list", self.store],
                          ["queue", "peek", self.store, "q"], ["queue", "purge", self.store, "q"],
                          ["inspect", self.store], ["verify", self.store]):
            _, error = self.run_weir(*arguments, expect=1)

            self.assertIn("no store there", error)
        self.assertFalse((self.directory / "store").exists())

    def test_a_missing_queue_is_named(self):
        self.push_texts("a")

        for verb in ("pop", "peek", "stats", "purge"):
            _, error = self.queue(verb, queue="other", expect=1)
            self.assertIn("other: no such queue", error)

    def test_a_directory_of_something_else_is_left_alone(self):
        (self.directory / "store").mkdir()
        (self.directory / "store" / "letter.txt").write_text("dear all")

        self.queue("push", "x", expect=1)

        self.assertEqual([path.name for path in (self.directory / "store").iterdir()],
                         ["letter.txt"])

    def test_a_store_in_use_is_exit_code_3_with_the_holder_s_pid(self):
        self.push_texts("a")
        self.queue("pop")
        holder = subprocess.Popen([WEIR, "queue", "pop", self.store, "q", "--timeout", "60"],
                                  stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            self.wait_until_locked(holder)
            for arguments in (["queue", "push", self.store, "q", "x"],
                              ["queue", "pop", self.store, "q"], ["queue", "list", self.store],
                              ["inspect", self.store], ["verify", self.store]):
                _, error = self.run_weir(*arguments, expect=3)
                self.assertIn(str(holder.pid), error)
        finally:
            holder.kill()
            holder.wait()
        self.push_texts("free again")

    def wait_until_locked(self, holder):
        """By its pid in the lock file: a probe that opens the store could win against the holder."""
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline and holder.poll() is None:
            if (self.directory / "store" / "lock").read_text().strip() == str(holder.pid):
                return
            time.sleep(0.02)
        self.fail("the holder never had the store")


class Offline(CommandTest):
    NEEDLE = "NEEDLE" * 20

    def test_a_sound_store(self):
        self.push_texts("a", "b")

        self.assertIn("sound", self.run_weir("verify", self.store)[0])
        json.loads(self.run_weir("verify", "--json", self.store)[0])
        self.assertIn("q", self.run_weir("inspect", self.store)[0])
        json.loads(self.run_weir("inspect", "--json", self.store)[0])

    def test_a_flipped_byte_below_the_watermark_is_exit_code_2(self):
        self.make_damaged_store()

        _, error = self.run_weir("verify", self.store, expect=2)
        self.assertIn("found", error)
        outcome = subprocess.run([WEIR, "verify", "--json", self.store], capture_output=True)
        self.assertEqual(outcome.returncode, 2)
        self.assertIn("offset", outcome.stdout.decode())

    def test_a_backup_can_be_opened_and_is_refused_a_second_time(self):
        self.push_texts("a", "b")
        copy = self.store + "-copy"

        self.assertIn("copied", self.run_weir("backup", self.store, copy)[0])

        self.assertIn("sound", self.run_weir("verify", copy)[0])
        self.assertEqual(self.run_weir("queue", "pop", "--all", copy, "q")[0], "a\nb\n")
        self.assertIn(copy, self.run_weir("backup", self.store, copy, expect=1)[1])

    def test_damage_is_never_handed_out(self):
        self.make_damaged_store()

        outcome = subprocess.run([WEIR, "queue", "pop", "--all", self.store, "q"],
                                 capture_output=True)

        self.assertEqual(outcome.returncode, 2, outcome.stderr)
        self.assertNotIn(b"NEEDLE", outcome.stdout)
        self.assertIn(b"weir verify", outcome.stderr)

    def make_damaged_store(self):
        """Three commits of their own, so that the first lies below a later one's watermark; then one
        bit of its payload is turned, wherever it is kept."""
        self.push_texts(self.NEEDLE)
        self.push_texts("later")
        self.push_texts("and later")
        flipped = 0
        for path in (self.directory / "store").rglob("*"):
            if not path.is_file():
                continue
            content = bytearray(path.read_bytes())
            at = content.find(self.NEEDLE.encode())
            if at >= 0:
                content[at + 17] ^= 1
                path.write_bytes(content)
                flipped += 1
        self.assertGreater(flipped, 0, "the payload is in no file")


class ProgressBar(CommandTest):
    def push_slowly(self, stderr):
        """Pushes for about two seconds; the lines come in time for several commits."""
        child = subprocess.Popen([WEIR, "queue", "push", "--lines", self.store, "q"],
                                 stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=stderr)
        line = b"x" * 1000 + b"\n"
        for _ in range(10):
            child.stdin.write(line * 1500)
            child.stdin.flush()
            time.sleep(0.2)
        child.stdin.close()
        self.assertEqual(child.wait(60), 0)

    def test_it_shows_on_a_terminal(self):
        master, terminal = pty.openpty()
        try:
            self.push_slowly(terminal)
            shown = b""
            while select.select([master], [], [], 0.2)[0]:
                shown += os.read(master, 65536)
        finally:
            os.close(terminal)
            os.close(master)

        self.assertIn(b"pushing", shown)

    def test_it_stays_out_of_a_file(self):
        with open(self.directory / "errors", "w+b") as errors:
            self.push_slowly(errors)
            errors.seek(0)

            self.assertEqual(errors.read(), b"")


if __name__ == "__main__":
    unittest.main()
