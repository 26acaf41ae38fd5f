// Collections through the C API: the cache's lines of the table of issue 3.
//
//   cache_bench [Google Benchmark's options]
//
// The raw limit beside point reads is a dependent load of the same bytes from an array of the same size.
#include <benchmark/benchmark.h>
#include <stdlib.h>
#include <weir/weir.h>

#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

namespace {

constexpr uint64_t kDocuments = 1'000'000;
constexpr size_t kDocumentBytes = 300;

void check(weir_status status, const weir_error& err, const char* what) {
  if (status >= 0) return;
  std::fprintf(stderr, "%s: %s\n", what, err.message);
  std::abort();
}

std::string document(uint64_t n) {
  std::string text = "{\"id\":" + std::to_string(n) + ",\"name\":\"user " + std::to_string(n) +
                     "\",\"group\":" + std::to_string(n % 10'000) + ",\"active\":true,\"text\":\"";
  text.append(kDocumentBytes - 2 - text.size(), 'x');
  return text + "\"}";
}

uint64_t next_random(uint64_t* state) {
  *state = *state * 6364136223846793005u + 1442695040888963407u;
  return *state >> 33;
}

struct Place {
  explicit Place(const char* url, bool on_disk) {
    if (on_disk) {
      char pattern[] = "weir-bench-XXXXXX";
      path = std::filesystem::absolute(mkdtemp(pattern)).string();
    }
    weir_store_options options;
    weir_store_options_init(&options, sizeof options);
    options.memory_bytes_max = 4ull << 30;
    options.wal_bytes_max = 1ull << 30;
    check(weir_store_open(on_disk ? path.c_str() : url, &options, &store, &err), err, "open");
    check(weir_collection_open(store, "c", nullptr, &collection, &err), err, "collection");
  }
  ~Place() {
    weir_collection_close(collection, nullptr);
    weir_store_close(store, nullptr);
    std::error_code ignored;
    if (!path.empty()) std::filesystem::remove_all(path, ignored);
  }
  // Documents [first, first + count) in one batch, under their numbers.
  void put_batch(uint64_t first, size_t count, uint32_t durability, uint32_t format) {
    keys.clear(), data.clear(), sizes.clear();
    for (uint64_t n = first; n < first + count; ++n) {
      keys += std::to_string(n);
      keys.push_back('\0');
      const std::string text = document(n);
      data += text;
      sizes.push_back(static_cast<uint32_t>(text.size()));
    }
    weir_put_options options;
    weir_put_options_init(&options, sizeof options);
    options.durability = durability;
    options.format = format;
    options.timeout_ms = -1;
    check(weir_collection_put_many(collection, keys.data(), keys.size(), data.data(), data.size(),
                                   sizes.data(), count, &options, nullptr, &err),
          err, "put_many");
  }
  void fill(uint32_t format) {
    for (uint64_t n = 0; n < kDocuments; n += 1000)
      put_batch(n, 1000, WEIR_DURABILITY_ASYNC, format);
  }

  std::string path;
  weir_error err = {};
  weir_store* store = nullptr;
  weir_collection* collection = nullptr;
  std::string keys, data;
  std::vector<uint32_t> sizes;
};

Place& filled_bytes() {
  static Place& place = *[] {
    auto* made = new Place("mem:", false);
    made->fill(WEIR_DOCUMENT_BYTES);
    return made;
  }();
  return place;
}

Place& filled_json() {
  static Place& place = *[] {
    auto* made = new Place("mem:", false);
    made->fill(WEIR_DOCUMENT_JSON);
    return made;
  }();
  return place;
}

void point_read(benchmark::State& state) {
  Place& place = filled_bytes();
  const auto range = static_cast<uint64_t>(state.range(0));
  uint64_t random = 1;
  char key[24];
  for (auto _ : state) {
    std::snprintf(key, sizeof key, "%llu",
                  static_cast<unsigned long long>(next_random(&random) % range));
    weir_documents* documents = nullptr;
    check(weir_collection_get(place.collection, key, WEIR_READ_STORED, &documents, &place.err),
          place.err, "get");
    benchmark::DoNotOptimize(weir_documents_data(documents, 0));
    weir_documents_free(documents);
  }
}
BENCHMARK(point_read)->Arg(100)->Arg(kDocuments);

// What making the key costs, and loading the bytes of a random document.
void point_read_raw(benchmark::State& state) {
  static std::vector<char>& bytes = *new std::vector<char>(kDocuments * kDocumentBytes, 'x');
  const auto range = static_cast<uint64_t>(state.range(0));
  uint64_t random = 1;
  char key[24];
  char copy[kDocumentBytes];
  for (auto _ : state) {
    const uint64_t n = next_random(&random) % range;
    benchmark::DoNotOptimize(
        std::snprintf(key, sizeof key, "%llu", static_cast<unsigned long long>(n)));
    __builtin_memcpy(copy, bytes.data() + n * kDocumentBytes, kDocumentBytes);
    benchmark::DoNotOptimize(copy);
  }
}
BENCHMARK(point_read_raw)->Arg(100)->Arg(kDocuments);

void insert_json(benchmark::State& state) {
  const auto durability = static_cast<uint32_t>(state.range(0));
  Place place("", true);
  uint64_t n = 0;
  for (auto _ : state) {
    place.put_batch(n, 100, durability, WEIR_DOCUMENT_JSON);
    n += 100;
  }
  state.SetItemsProcessed(static_cast<int64_t>(n));
}
BENCHMARK(insert_json)
    ->Arg(WEIR_DURABILITY_ASYNC)
    ->Arg(WEIR_DURABILITY_SYNC)
    ->Iterations(10'000)
    ->UseRealTime();

void stream(benchmark::State& state) {
  Place& place = filled_json();
  uint64_t count = 0;
  for (auto _ : state) {
    weir_cursor* cursor = nullptr;
    check(weir_cursor_open(place.collection, nullptr, static_cast<uint32_t>(state.range(0)),
                           &cursor, &place.err),
          place.err, "cursor");
    weir_documents* documents = nullptr;
    while (weir_cursor_next(cursor, 1000, 1 << 20, &documents, &place.err) == WEIR_OK) {
      count += weir_documents_count(documents);
      weir_documents_free(documents);
    }
    weir_cursor_close(cursor, nullptr);
  }
  state.SetItemsProcessed(static_cast<int64_t>(count));
}
BENCHMARK(stream)->Arg(WEIR_READ_STORED)->Arg(WEIR_READ_JSON)->UseRealTime();

void filter_by_scan(benchmark::State& state) {
  Place& place = filled_json();
  for (auto _ : state) {
    uint64_t count = 0;
    check(weir_collection_count(place.collection, "{\"text\":{\"prefix\":\"y\"}}", &count,
                                &place.err),
          place.err, "count");
    benchmark::DoNotOptimize(count);
  }
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(kDocuments));
}
BENCHMARK(filter_by_scan)->UseRealTime();

void filter_by_index(benchmark::State& state) {
  Place& place = filled_json();
  (void)weir_collection_index_create(place.collection, "id", 0, nullptr);
  uint64_t random = 1;
  for (auto _ : state) {
    const std::string filter = "{\"id\":" + std::to_string(next_random(&random) % kDocuments) + "}";
    weir_documents* documents = nullptr;
    check(weir_collection_find(place.collection, filter.c_str(), nullptr, &documents, nullptr,
                               &place.err),
          place.err, "find");
    weir_documents_free(documents);
  }
}
BENCHMARK(filter_by_index);

}  // namespace

BENCHMARK_MAIN();
