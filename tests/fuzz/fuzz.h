// What a fuzz target of ours is made of. The first byte of an input chooses what it is fed to, its highest bit whether
// checks that a fuzzer does not get past are made right first.
//
// libFuzzer calls LLVMFuzzerTestOneInput. standalone.cc is a program that replays files and then makes its own inputs
// from a seed:
//   weir_format_fuzz_standalone [--seconds N] [--seed N] [--write-corpus DIRECTORY] [PATH…]
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

inline constexpr uint8_t weir_fuzz_repair = 0x80;

// Valid inputs to begin with, at least one for each thing they are fed to.
std::vector<std::vector<uint8_t>> weir_fuzz_valid_inputs();
