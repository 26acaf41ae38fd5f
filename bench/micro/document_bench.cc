// Documents: JSON in and out, one field, a filter, and how small they are under zstd.
#include <benchmark/benchmark.h>
#include <zstd.h>

#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/prng.h"
#include "bench/support/documents.h"
#include "engine/cache/filter.h"
#include "engine/cache/index.h"
#include "engine/cache/json.h"
#include "engine/cache/merge.h"
#include "engine/cache/path.h"
#include "engine/cache/plan.h"
#include "format/document_codec.h"

namespace weir::cache {
namespace {

using Generate = std::string (*)(uint64_t);
constexpr size_t kDocuments = 1000;
constexpr size_t kFrameBytes = 64 << 10;
constexpr int kLevel = 3;

std::vector<std::string> texts(Generate generate, size_t count = kDocuments) {
  std::vector<std::string> all;
  for (size_t i = 0; i < count; ++i) all.push_back(generate(40000 + i));
  return all;
}

std::vector<std::vector<uint8_t>> stored(Generate generate, size_t count = kDocuments) {
  JsonReader reader;
  format::DocumentWriter writer;
  std::vector<std::vector<uint8_t>> all;
  for (const std::string& json : texts(generate, count)) {
    const auto document = reader.read(json, 1 << 20, &writer);
    all.emplace_back(document.value().begin(), document.value().end());
  }
  return all;
}

void json_in(benchmark::State& state, Generate generate) {
  const auto all = texts(generate);
  JsonReader reader;
  format::DocumentWriter writer;
  size_t bytes = 0;
  size_t i = 0;
  for (auto _ : state) {
    const std::string& json = all[i++ % kDocuments];
    bytes += json.size();
    benchmark::DoNotOptimize(reader.read(json, 1 << 20, &writer).value().data());
  }
  state.SetBytesProcessed(static_cast<int64_t>(bytes));
}

void json_out(benchmark::State& state, Generate generate) {
  const auto all = stored(generate);
  JsonWriter writer;
  size_t bytes = 0;
  size_t i = 0;
  for (auto _ : state) bytes += writer.write(all[i++ % kDocuments]).value().size();
  state.SetBytesProcessed(static_cast<int64_t>(bytes));
}

// From the stored form to the stored form: what Cap'n Proto and the columns cost without JSON.
void encode(benchmark::State& state, Generate generate) {
  const auto all = stored(generate);
  format::DocumentWriter writer;
  size_t i = 0;
  for (auto _ : state) {
    format::DocumentView view;
    format::DocumentView::open(all[i++ % kDocuments], &view);
    format::ValueReader fields = view.fields();
    std::string_view name;
    format::ValueView value;
    writer.begin();
    while (fields.next(&name, &value)) {
      writer.name(name);
      writer.add(value);
    }
    benchmark::DoNotOptimize(writer.finish().value().data());
  }
}

void field(benchmark::State& state, Generate generate, const char* name) {
  const auto all = stored(generate);
  const Path path = Path::parse(name).take();
  size_t i = 0;
  for (auto _ : state) {
    format::DocumentView view;
    format::DocumentView::open(all[i++ % kDocuments], &view);
    bool bad = false;
    benchmark::DoNotOptimize(path.visit(view, &bad, [](const format::ValueView&) { return true; }));
  }
}

void filter(benchmark::State& state, Generate generate, const char* json) {
  const auto all = stored(generate);
  JsonReader reader;
  const Filter filter = Filter::parse(json, &reader).take();
  size_t i = 0;
  size_t found = 0;
  for (auto _ : state) found += filter.matches(all[i++ % kDocuments]) == Match::kYes ? 1u : 0u;
  state.counters["found"] =
      benchmark::Counter(static_cast<double>(found), benchmark::Counter::kAvgIterations);
}

void merge(benchmark::State& state, Generate generate, const char* json) {
  const auto all = stored(generate);
  JsonReader reader;
  format::DocumentWriter patch_writer;
  const ByteView patch = reader.read(json, 1 << 20, &patch_writer).value();
  format::DocumentWriter writer;
  size_t i = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        merge_patch(all[i++ % kDocuments], patch, {}, 1 << 20, &writer).value().data());
  }
}

constexpr uint64_t kIndexed = 1000000;

// A million documents {"v": value} with values at random below `values`; texts when asked for.
std::unique_ptr<Index> filled_index(uint64_t values, bool texts_wanted) {
  auto index = std::make_unique<Index>(Path::parse("v").take(), false);
  format::DocumentWriter writer;
  Prng prng(1);
  for (uint64_t number = 1; number <= kIndexed; ++number) {
    const uint64_t value = prng.below(values);
    writer.begin();
    writer.name("v");
    texts_wanted ? writer.add_text(text("value number ", value))
                 : writer.add_int(static_cast<int64_t>(value));
    (void)index->insert(format::DocumentView::open(writer.finish().value()).value(), number);
  }
  return index;
}

void index_fill(benchmark::State& state, uint64_t values, bool texts_wanted) {
  for (auto _ : state) {
    const auto index = filled_index(values, texts_wanted);
    state.counters["bytes/entry"] =
        static_cast<double>(index->bytes()) / static_cast<double>(index->entry_count());
  }
  state.SetItemsProcessed(static_cast<int64_t>(kIndexed) *
                          static_cast<int64_t>(state.iterations()));
}

// Choosing the index and asking it for a page of 50.
void index_lookup(benchmark::State& state, uint64_t values, const char* before,
                  const char* behind) {
  static const auto numbers = filled_index(kIndexed, false);
  static const auto few = filled_index(50, true);
  const Index* index = values == kIndexed ? numbers.get() : few.get();
  JsonReader reader;
  std::vector<Filter> filters;
  Prng prng(2);
  for (int i = 0; i < 1000; ++i) {
    filters.push_back(Filter::parse(text(before, prng.below(values), behind), &reader).take());
  }
  std::vector<uint64_t> found;
  size_t results = 0;
  size_t i = 0;
  for (auto _ : state) {
    const Plan plan = Plan::choose(filters[i++ % filters.size()], std::span(&index, 1), kIndexed);
    plan.candidates(0, 50, {}, &found);
    results += found.size();
  }
  state.counters["results"] =
      benchmark::Counter(static_cast<double>(results), benchmark::Counter::kAvgIterations);
}

// Not a time: bytes of JSON per byte of the stored form in frames of 64 KiB, with and without zstd.
void size(benchmark::State& state, const std::vector<std::string>& all) {
  JsonReader reader;
  format::DocumentWriter writer;
  std::vector<uint8_t> packed(ZSTD_compressBound(2 * kFrameBytes));
  for (auto _ : state) {
    std::vector<uint8_t> frame;
    size_t json_bytes = 0;
    size_t stored_bytes = 0;
    size_t packed_bytes = 0;
    const auto pack = [&] {
      stored_bytes += frame.size();
      packed_bytes +=
          ZSTD_compress(packed.data(), packed.size(), frame.data(), frame.size(), kLevel);
      frame.clear();
    };
    for (const std::string& json : all) {
      const auto document = reader.read(json, 1 << 20, &writer);
      json_bytes += json.size();
      frame.insert(frame.end(), document.value().begin(), document.value().end());
      if (frame.size() >= kFrameBytes) pack();
    }
    pack();
    const auto count = static_cast<double>(all.size());
    state.counters["json"] = static_cast<double>(json_bytes) / count;
    state.counters["stored"] = static_cast<double>(stored_bytes) / count;
    state.counters["zstd"] = static_cast<double>(packed_bytes) / count;
    state.counters["ratio"] = static_cast<double>(json_bytes) / static_cast<double>(packed_bytes);
  }
}

void size_of(benchmark::State& state, Generate generate) { size(state, texts(generate, 50000)); }

// The entries of Debian's iso-codes, where that is installed: real, short, hardly alike.
void size_of_iso_codes(benchmark::State& state, const char* list) {
  std::ifstream file(text("/usr/share/iso-codes/json/iso_", list, ".json"));
  const auto json = nlohmann::ordered_json::parse(file, nullptr, false);
  if (!json.is_object() || !json.contains(list)) return state.SkipWithError("no iso-codes here");
  std::vector<std::string> all;
  for (const auto& entry : json.at(list)) all.push_back(entry.dump());
  size(state, all);
}

BENCHMARK_CAPTURE(json_in, user, bench::user_document);
BENCHMARK_CAPTURE(json_in, order, bench::order_document);
BENCHMARK_CAPTURE(json_out, user, bench::user_document);
BENCHMARK_CAPTURE(json_out, order, bench::order_document);
BENCHMARK_CAPTURE(encode, user, bench::user_document);
BENCHMARK_CAPTURE(encode, order, bench::order_document);
BENCHMARK_CAPTURE(field, user_age, bench::user_document, "age");
BENCHMARK_CAPTURE(field, order_note, bench::order_document, "note");
BENCHMARK_CAPTURE(field, order_customer_city, bench::order_document, "customer.city");
BENCHMARK_CAPTURE(filter, user_age, bench::user_document, R"({"age":{"gte":30}})");
BENCHMARK_CAPTURE(filter, order_tags, bench::order_document, R"({"tags":"weir"})");
BENCHMARK_CAPTURE(filter, order_note, bench::order_document,
                  R"({"note":{"prefix":"AMBER","fold":true}})");
BENCHMARK_CAPTURE(merge, order, bench::order_document,
                  R"({"status":"done","customer":{"zip":null},"version":7})");
BENCHMARK_CAPTURE(index_fill, numbers, kIndexed, false)
    ->Iterations(1)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(index_fill, 50_texts, 50, true)->Iterations(1)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(index_lookup, equal_number, kIndexed, R"({"v":)", "}");
BENCHMARK_CAPTURE(index_lookup, equal_text_of_20000, 50, R"({"v":"value number )", R"("})");
BENCHMARK_CAPTURE(size_of, user, bench::user_document)->Iterations(1);
BENCHMARK_CAPTURE(size_of, order, bench::order_document)->Iterations(1);
BENCHMARK_CAPTURE(size_of_iso_codes, 639_3, "639-3")->Iterations(1);
BENCHMARK_CAPTURE(size_of_iso_codes, 3166_2, "3166-2")->Iterations(1);

}  // namespace
}  // namespace weir::cache
