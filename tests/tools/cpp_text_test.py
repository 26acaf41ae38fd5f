#!/usr/bin/env python3
"""The reader of C++ finds functions, and the rules that stand on it find what they should."""

import unittest

import cpp_text
import tidy


def found(source):
    return [(first, last, tidy.function_name(head)) for first, last, head in cpp_text.functions(source)]


def calls(code, name="src/store/x.cc"):
    return [line.split(": ", 1)[1].split(" is not allowed")[0]
            for line in tidy.check_banned_calls(name, code, {})]


class Functions(unittest.TestCase):
    def test_a_free_function_and_a_method_with_their_lines(self):
        source = "namespace a {\n\nint f(int x) {\n  if (x) {\n  }\n  return 1;\n}\n" \
                 "class C {\n public:\n  int g() const { return 1; }\n};\n}\n"

        self.assertEqual(found(source), [(3, 7, "f"), (10, 10, "g")])

    def test_a_signature_over_several_lines_counts_from_its_first(self):
        self.assertEqual(found("int f(int a,\n      int b)\n    noexcept {\n}\n"), [(1, 4, "f")])

    def test_braces_in_an_initializer_list_are_no_body(self):
        self.assertEqual(found("C::C(int a) : a_{a}, b_{} {\n  x();\n}\n"), [(1, 3, "C::C")])

    def test_braces_in_text_comments_and_macros_are_nothing(self):
        source = '#define M(x) do { \\\n  } while (0)\n// {\nint f() { return "{"[0] + \'{\'; }\n'

        self.assertEqual(found(source), [(4, 4, "f")])

    def test_digit_separators_are_no_characters(self):
        self.assertEqual(found("int f() { return 1'000; }\nint g() { return 2'000; }\n"),
                         [(1, 1, "f"), (2, 2, "g")])

    def test_aggregates_and_enumerations_are_no_functions(self):
        self.assertEqual(found("enum class E : int { kA };\nstruct S { int x{1}; };\nint v[] = {1};\n"),
                         [])

    def test_a_test_is_known_by_suite_and_name(self):
        self.assertEqual(found("TEST(Suite, does_it) {\n}\n"), [(1, 2, "Suite.does_it")])

    def test_an_attribute_is_not_the_name(self):
        self.assertEqual(found('__attribute__((target("sse4.2"))) int f(int x) {\n}\n'), [(1, 2, "f")])


class BannedCalls(unittest.TestCase):
    def test_each_kind_is_found(self):
        for code, what in [("auto t = std::chrono::steady_clock::now();", "reading a clock"),
                           ("std::thread worker(f);", "starting a thread"),
                           ("namespace fs = std::filesystem;", "std::filesystem"),
                           ("int x = rand();", "unseeded randomness"),
                           ("usleep(1);", "sleeping"),
                           ("std::getenv(name);", "the environment"),
                           ("std::fputs(text, stderr);", "printing"),
                           ("#include <unistd.h>", "POSIX headers"),
                           ("int fd = ::open(path, 0);", "POSIX file calls"),
                           ("auto n = pread(fd, p, 1, 0);", "POSIX file calls"),
                           ("std::mutex m;", "std locks"),
                           ("void* operator new(size_t n);", "replacing the host's allocator"),
                           ("void* p = mi_malloc(1);", "mimalloc"),
                           ('#include "format/manifest.capnp.h"', "Cap'n Proto"),
                           ("ZSTD_compress(a, b);", "zstd")]:
            with self.subTest(code):
                self.assertEqual(calls(code), [what])

    def test_our_own_names_comments_and_text_pass(self):
        for code in ["Status open(const Path& path);", "file->rename(a, b);", "// rand() is banned",
                     'auto text = "printf(";', "clock_.sleep(ns);", "Time time();",
                     "std::thread::id owner;", "list.unlink(node);", "snprintf(text, 4, f);"]:
            with self.subTest(code):
                self.assertEqual(calls(code), [])

    def test_each_has_its_place(self):
        self.assertEqual(calls("#include <unistd.h>", "src/env/posix_file.cc"), [])
        self.assertEqual(calls("ZSTD_compress(a, b);", "src/format/compressor.cc"), [])
        self.assertEqual(calls("#include <mimalloc.h>", "src/base/heap.cc"), [])


if __name__ == "__main__":
    unittest.main()
