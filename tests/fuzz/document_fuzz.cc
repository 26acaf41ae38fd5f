// Feeds bytes from anywhere to what documents pass through: JSON, stored forms, filters, merges, indexes. fuzz.h says who
// runs it.
#include <algorithm>
#include <array>
#include <string>

#include "base/assert.h"
#include "engine/cache/filter.h"
#include "engine/cache/index.h"
#include "engine/cache/json.h"
#include "engine/cache/merge.h"
#include "tests/fuzz/fuzz.h"

namespace {

using weir::ByteView;
using Bytes = std::vector<uint8_t>;
namespace cache = weir::cache;
namespace format = weir::format;

constexpr uint64_t kBytesMax = 1u << 20;
constexpr const char* kDocument =
    R"({"name":"Alice","age":30,"tags":["a","b",[1.5]],"address":{"city":"Wien","zip":null},"big":18446744073709551615,"x":-0.1})";
constexpr const char* kFilter =
    R"({"age":{"gte":18,"lt":65},"tags":{"in":["a",[1.5],2]},"or":[{"name":{"prefix":"AL","fold":true}},{"not":{"address.city":{"ne":"Wien"}}}]})";

std::string_view text_of(const Bytes& bytes) { return weir::as_text(bytes); }

Bytes stored(std::string_view json) {
  cache::JsonReader reader;
  format::DocumentWriter writer;
  const auto bytes = reader.read(json, kBytesMax, &writer);
  if (!bytes.ok()) {
    WEIR_ASSERT(bytes.status().failed() && !bytes.status().message().empty());
    return {};
  }
  return {bytes.value().begin(), bytes.value().end()};
}

// What is accepted is stored well, and comes back as the same.
void fuzz_json(const Bytes& bytes) {
  const Bytes document = stored(text_of(bytes));
  if (document.empty()) return;
  WEIR_ASSERT(format::check_document(document).ok());
  cache::JsonWriter writer;
  const auto json = writer.write(document);
  WEIR_ASSERT(json.ok());
  WEIR_ASSERT(stored(json.value()) == document);
}

// The envelope is made right: a fuzzer would be long in finding it.
Bytes repaired(Bytes bytes) {
  bytes.resize(std::max<size_t>(48, bytes.size() / 8 * 8));
  weir::store_little(bytes.data(), uint32_t{0});
  weir::store_little(bytes.data() + 4, static_cast<uint32_t>(bytes.size() / 8 - 1));
  return bytes;
}

void fuzz_stored(const Bytes& document) {
  cache::JsonWriter writer;
  const bool written = writer.write(document).ok();
  // Whoever walks all of it finds at least what the writer of JSON finds.
  WEIR_ASSERT(written || !format::check_document(document).ok());
  cache::JsonReader reader;
  const auto filter = cache::Filter::parse(kFilter, &reader);
  const cache::Match match = filter.value().matches(document);
  WEIR_ASSERT(match != cache::Match::kCorrupt || !format::check_document(document).ok());
  format::DocumentView view;
  if (!format::DocumentView::open(document, &view)) return;
  for (const char* path : {"tags", "address.city", "x"}) {
    cache::Index index(cache::Path::parse(path).take(), true);
    const weir::Status status = index.insert(view, 1);
    WEIR_ASSERT(status.ok() || !format::check_document(document).ok());
  }
}

void fuzz_merge(const Bytes& bytes) {
  format::DocumentWriter writer;
  const Bytes document = stored(kDocument);
  for (const bool swap : {false, true}) {
    const auto merged = cache::merge_patch(swap ? bytes : document, swap ? document : bytes, {},
                                           kBytesMax, &writer);
    WEIR_ASSERT(!merged.ok() || format::check_document(merged.value()).ok());
  }
}

void fuzz_filter(const Bytes& bytes) {
  cache::JsonReader reader;
  const auto filter = cache::Filter::parse(text_of(bytes), &reader);
  if (!filter.ok()) {
    WEIR_ASSERT(!filter.status().message().empty());
    return;
  }
  WEIR_ASSERT(filter.value().matches(stored(kDocument)) != cache::Match::kCorrupt);
}

using Target = void (*)(const Bytes&);
constexpr Target kTargets[] = {fuzz_json, fuzz_stored, fuzz_merge, fuzz_filter};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const size_t target = data[0] % weir_fuzz_repair % std::size(kTargets);
  Bytes bytes(data + 1, data + size);
  const bool is_stored = target == 1 || target == 2;
  if (is_stored && (data[0] & weir_fuzz_repair) != 0) bytes = repaired(std::move(bytes));
  kTargets[target](bytes);
  return 0;
}

std::vector<std::vector<uint8_t>> weir_fuzz_valid_inputs() {
  const Bytes document = stored(kDocument);
  const auto text = [](const char* json) {
    const ByteView bytes = weir::as_bytes(std::string_view(json));
    return Bytes(bytes.begin(), bytes.end());
  };
  std::vector<Bytes> inputs = {text(kDocument), document, document, text(kFilter)};
  for (size_t i = 0; i < inputs.size(); ++i) {
    inputs[i].insert(inputs[i].begin(), static_cast<uint8_t>(i));
  }
  return inputs;
}
