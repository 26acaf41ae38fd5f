// The header of a frame: written for each frame, read and checked at recovery and at each page-in.
#include <benchmark/benchmark.h>

#include <array>

#include "format/frame.h"

namespace weir::format {
namespace {

FrameHeader some_header() {
  FrameHeader header;
  header.stream_id = 7;
  header.record_count = 60;
  header.first = 1000;
  header.last = 1059;
  header.body_bytes = 62000;
  header.body_crc = 0x12345678;
  return header;
}

void write_header(benchmark::State& state) {
  std::array<uint8_t, kFrameHeaderBytes> bytes{};
  const FrameHeader header = some_header();
  const Seed seed;
  for (auto _ : state) {
    benchmark::DoNotOptimize(write_frame_header(header, seed, 4096, bytes.data()));
  }
}

void read_header(benchmark::State& state) {
  std::array<uint8_t, kFrameHeaderBytes> bytes{};
  const Seed seed;
  write_frame_header(some_header(), seed, 4096, bytes.data());
  for (auto _ : state) {
    const auto header = read_frame_header(ByteView(bytes.data(), bytes.size()), seed, 4096);
    if (!header.ok()) state.SkipWithError("the header that was written does not read");
  }
}

// What a frame of 60 records adds up for its body's checksum.
void fold_record_checksums(benchmark::State& state) {
  for (auto _ : state) {
    uint32_t sum = 0;
    for (uint32_t i = 0; i < 60; ++i) sum = fold_crc(sum, i * 2654435761U);
    benchmark::DoNotOptimize(sum);
  }
}

BENCHMARK(write_header);
BENCHMARK(read_header);
BENCHMARK(fold_record_checksums);

}  // namespace
}  // namespace weir::format
