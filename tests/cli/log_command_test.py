"""weir log …: each subcommand, its JSON, and what it says when something is missing."""

import json
import unittest

from command import CommandTest


class Log(CommandTest):
    def log(self, verb, *arguments, **options):
        return self.run_weir("log", verb, self.store, "audit", *arguments, **options)

    def test_what_was_appended_is_read_again(self):
        output, _ = self.log("append", "one", "two", "three", "-k", "key")
        self.assertEqual(output, "appended 3 records to audit, the last at offset 2, "
                                 "on stable storage\n")
        self.assertEqual(self.log("read")[0], "one\ntwo\nthree\n")
        self.assertEqual(self.log("read", "--from", 1, "-n", 1)[0], "two\n")
        self.assertEqual(self.log("tail", "-n", 2)[0], "two\nthree\n")
        record = json.loads(self.log("tail", "-n", 1, "--json")[0])
        self.assertEqual((record["offset"], record["payload"], record["key"]), (2, "three", "key"))

    def test_lines_of_standard_input(self):
        self.log("append", "--lines", "--async", stdin=b"a\nb\nc\n")
        self.assertEqual(self.log("read")[0], "a\nb\nc\n")

    def test_trim_stats_list_and_drop(self):
        self.log("append", "one", "two", "three")
        self.assertEqual(self.log("trim", "--before", 2)[0], "trimmed 2 records of audit\n")
        stats = json.loads(self.log("stats", "--json")[0])
        self.assertEqual((stats["first_offset"], stats["next_offset"]), (2, 3))
        output, error = self.log("read")
        self.assertEqual(output, "three\n")
        self.assertIn("before offset 2 are gone", error)
        listed = json.loads(self.run_weir("log", "list", self.store, "--json")[0])
        self.assertEqual((listed["log"], listed["record_count"]), ("audit", 1))
        self.assertIn("no consumers", self.log("consumers")[1])
        self.log("drop")
        self.log("drop", expect=1)
        self.log("stats", expect=1)


if __name__ == "__main__":
    unittest.main()
