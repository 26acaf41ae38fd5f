// CRC32C by size, the instruction and the tables, beside memcpy of the same bytes.
#include <benchmark/benchmark.h>

#include <cstring>
#include <vector>

#include "base/crc32c.h"

namespace weir {
namespace {

std::vector<uint8_t> bytes_of(const benchmark::State& state) {
  std::vector<uint8_t> bytes(static_cast<size_t>(state.range(0)));
  for (size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<uint8_t>(i * 31);
  return bytes;
}

void checksum(benchmark::State& state) {
  const std::vector<uint8_t> bytes = bytes_of(state);
  for (auto _ : state) benchmark::DoNotOptimize(crc32c(ByteView(bytes.data(), bytes.size())));
  state.SetBytesProcessed(state.iterations() * state.range(0));
}

void checksum_portable(benchmark::State& state) {
  const std::vector<uint8_t> bytes = bytes_of(state);
  for (auto _ : state) {
    benchmark::DoNotOptimize(crc32c_portable(ByteView(bytes.data(), bytes.size())));
  }
  state.SetBytesProcessed(state.iterations() * state.range(0));
}

void raw_copy(benchmark::State& state) {
  const std::vector<uint8_t> bytes = bytes_of(state);
  std::vector<uint8_t> copy(bytes.size());
  for (auto _ : state) {
    std::memcpy(copy.data(), bytes.data(), bytes.size());
    benchmark::ClobberMemory();
  }
  state.SetBytesProcessed(state.iterations() * state.range(0));
}

BENCHMARK(checksum)->Arg(32)->Arg(100)->Arg(1024)->Arg(4096)->Arg(65536);
BENCHMARK(checksum_portable)->Arg(1024)->Arg(65536);
BENCHMARK(raw_copy)->Arg(32)->Arg(100)->Arg(1024)->Arg(4096)->Arg(65536);

}  // namespace
}  // namespace weir
