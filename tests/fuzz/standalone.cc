// The standalone program around a fuzz target (fuzz.h).
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>

#include "base/prng.h"
#include "tests/fuzz/fuzz.h"

namespace {

using Bytes = std::vector<uint8_t>;

void mutate_once(weir::Prng& prng, Bytes& bytes) {
  const size_t at = prng.below(bytes.size());
  switch (prng.below(7)) {
    case 0:
      bytes[at] ^= static_cast<uint8_t>(1u << prng.below(8));
      break;
    case 1:
      bytes[at] = static_cast<uint8_t>(prng.next());
      break;
    case 2:
      bytes[at] = static_cast<uint8_t>(bytes[at] + 1 - 2 * prng.below(2));
      break;
    case 3: {
      // A little-endian word of a hostile or a small value.
      const uint64_t value = prng.one_in(2) ? ~(prng.next() >> prng.below(64)) : prng.below(80);
      for (size_t i = 0; i < 8 && at + i < bytes.size(); ++i) {
        bytes[at + i] = static_cast<uint8_t>(value >> (8 * i));
      }
      break;
    }
    case 4:
      bytes.resize(std::max<size_t>(1, at));
      break;
    case 5: {
      // Eight bytes copied from elsewhere: pointers that point to the wrong things.
      const size_t from = prng.below(bytes.size());
      for (size_t i = 0; i < 8 && std::max(at, from) + i < bytes.size(); ++i) {
        bytes[at + i] = bytes[from + i];
      }
      break;
    }
    default:
      bytes.insert(bytes.begin() + static_cast<long>(at), 8, static_cast<uint8_t>(prng.below(2)));
      break;
  }
}

// What is being tried, for whoever looks at a crash. Only the one thread of this program writes it.
Bytes current_input;

// Async-signal-safe, like all that a handler may call.
void print_current_input(int signal_number) {
  constexpr char kDigits[] = "0123456789abcdef";
  const auto put = [](const char* from, size_t size) {
    if (write(STDERR_FILENO, from, size) < 0) _exit(2);
  };
  constexpr char kHead[] =
      "\nthe input that failed, in hexadecimal (xxd -r -p makes a file of it):\n";
  put(kHead, sizeof kHead - 1);
  for (const uint8_t byte : current_input) {
    const char pair[] = {kDigits[byte >> 4], kDigits[byte & 15]};
    put(pair, sizeof pair);
  }
  put("\n", 1);
  std::signal(signal_number, SIG_DFL);
  std::raise(signal_number);
}

void run(Bytes input) {
  current_input = std::move(input);
  LLVMFuzzerTestOneInput(current_input.data(), current_input.size());
}

struct Arguments {
  uint64_t seconds = 10;
  uint64_t seed = 1;
  std::string write_corpus;
  std::vector<std::string> paths;
};

Arguments parse_arguments(int count, char** values) {
  Arguments arguments;
  for (int i = 1; i < count; ++i) {
    const std::string name = values[i];
    const bool has_value = i + 1 < count;
    if (name == "--seconds" && has_value) {
      arguments.seconds = std::strtoull(values[++i], nullptr, 10);
    } else if (name == "--seed" && has_value) {
      arguments.seed = std::strtoull(values[++i], nullptr, 10);
    } else if (name == "--write-corpus" && has_value) {
      arguments.write_corpus = values[++i];
    } else {
      arguments.paths.push_back(name);
    }
  }
  return arguments;
}

Bytes read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

std::vector<Bytes> read_corpus(const std::vector<std::string>& paths) {
  std::vector<Bytes> inputs;
  for (const std::string& path : paths) {
    if (!std::filesystem::is_directory(path)) {
      inputs.push_back(read_file(path));
      continue;
    }
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(path)) {
      if (entry.is_regular_file()) files.push_back(entry.path());
    }
    std::sort(files.begin(), files.end());  // the same order everywhere: a seed stands for one run
    for (const auto& file : files) inputs.push_back(read_file(file));
  }
  return inputs;
}

void write_corpus(const std::string& directory, const std::vector<Bytes>& inputs) {
  std::filesystem::create_directories(directory);
  for (size_t i = 0; i < inputs.size(); ++i) {
    std::ofstream file(directory + "/valid-" + std::to_string(i), std::ios::binary);
    file.write(reinterpret_cast<const char*>(inputs[i].data()),
               static_cast<std::streamsize>(inputs[i].size()));
  }
}

}  // namespace

int main(int argument_count, char** argument_values) {
  const Arguments arguments = parse_arguments(argument_count, argument_values);
  std::vector<Bytes> pool = weir_fuzz_valid_inputs();
  if (!arguments.write_corpus.empty()) {
    write_corpus(arguments.write_corpus, pool);
    return 0;
  }
  std::signal(SIGABRT, print_current_input);
  std::vector<Bytes> corpus = read_corpus(arguments.paths);
  std::erase_if(corpus, [](const Bytes& input) { return input.empty(); });
  pool.insert(pool.end(), corpus.begin(), corpus.end());
  for (const Bytes& input : pool) run(input);

  weir::Prng prng(arguments.seed);
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(arguments.seconds);
  uint64_t count = 0;
  while (count % 256 != 0 || std::chrono::steady_clock::now() < end) {
    Bytes input = pool[prng.below(pool.size())];
    for (uint64_t left = 1 + prng.below(6); left != 0; --left) mutate_once(prng, input);
    if (prng.one_in(2)) input[0] |= weir_fuzz_repair;
    run(std::move(input));
    ++count;
  }
  std::cout << "seed " << arguments.seed << ": " << pool.size() << " inputs replayed, " << count
            << " made\n";
  return 0;
}
