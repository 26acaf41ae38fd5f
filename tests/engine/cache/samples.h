// Random documents as JSON text, small alphabets so that filters and merges meet what they look for.
#pragma once

#include <array>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>

#include "base/prng.h"
#include "engine/cache/json.h"
#include "format/document_codec.h"

namespace weir::cache::samples {

using Json = nlohmann::ordered_json;
using Bytes = std::vector<uint8_t>;

inline std::string random_name(Prng& prng) {
  static const std::array<std::string, 10> kNames = {
      "a", "b", "c", "tags", "a.b", "or", "name", "город", "x\\y", std::string("n\0l", 3)};
  return kNames[prng.below(prng.one_in(4) ? 10 : 5)];
}

inline std::string random_text(Prng& prng) {
  static const std::array<std::string, 14> kTexts = {"",
                                                     "a",
                                                     "A",
                                                     "Alice",
                                                     "alice",
                                                     "ALICIA",
                                                     "al",
                                                     "Ä",
                                                     "ä",
                                                     "МИР",
                                                     "мир",
                                                     std::string("\0\x01\x1F\"\\/\b\t", 8),
                                                     "\xF0\x9F\x98\x80",
                                                     "\xE2\x82\xAC 5"};
  if (prng.one_in(10)) {
    // Texts that differ only far behind their beginnings.
    return std::string(60 + prng.below(8), 'q') + std::string(prng.below(3), 'r');
  }
  return kTexts[prng.below(14)];
}

inline Json random_number(Prng& prng) {
  static const std::array<int64_t, 12> kEdges = {0,
                                                 1,
                                                 -1,
                                                 127,
                                                 128,
                                                 -129,
                                                 65536,
                                                 int64_t{1} << 53,
                                                 (int64_t{1} << 53) + 1,
                                                 std::numeric_limits<int64_t>::max(),
                                                 std::numeric_limits<int64_t>::min(),
                                                 30};
  static const std::array<double, 12> kFloats = {0.0,   -0.0,
                                                 0.1,   30.0,
                                                 19.99, 9007199254740992.0,
                                                 1e300, 5e-324,
                                                 -1.5,  9223372036854775808.0,
                                                 1e-7,  123456.789};
  switch (prng.below(6)) {
    case 0:
      return kEdges[prng.below(12)];
    case 1:
      return kFloats[prng.below(12)];
    case 2:
      return (uint64_t{1} << 63) + prng.below(3);
    case 3:
      return static_cast<double>(static_cast<int64_t>(prng.next())) / 1e10;
    case 4:
      return std::numeric_limits<uint64_t>::max() - prng.below(2);
    default:
      return static_cast<int64_t>(prng.below(8)) - 2;
  }
}

inline Json random_value(Prng& prng, unsigned depth);

inline Json random_object(Prng& prng, unsigned depth) {
  Json object = Json::object();
  for (uint64_t left = prng.below(6); left > 0; --left) {
    object[random_name(prng)] = random_value(prng, depth);
  }
  return object;
}

inline Json random_value(Prng& prng, unsigned depth) {
  switch (prng.below(depth == 0 ? 7 : 10)) {
    case 0:
      return nullptr;
    case 1:
      return prng.one_in(2);
    case 2:
    case 3:
    case 4:
      return random_number(prng);
    case 5:
    case 6:
      return random_text(prng);
    case 7:
      return random_object(prng, depth - 1);
    default: {
      Json list = Json::array();
      for (uint64_t left = prng.below(4); left > 0; --left) {
        list.push_back(random_value(prng, depth - 1));
      }
      return list;
    }
  }
}

// The stored form, in bytes of its own.
inline Bytes stored(std::string_view json) {
  JsonReader reader;
  format::DocumentWriter writer;
  const auto bytes = reader.read(json, format::kDocumentBytesMax, &writer);
  if (!bytes.ok()) throw std::runtime_error(std::string(bytes.status().message()));
  return {bytes.value().begin(), bytes.value().end()};
}

inline std::string to_json(ByteView document) {
  JsonWriter writer;
  const auto json = writer.write(document);
  if (!json.ok()) throw std::runtime_error(std::string(json.status().message()));
  return std::string(json.value());
}

// The same values of the same types in the same order; nlohmann finds 1 equal to 1.0.
inline bool identical(const Json& one, const Json& other) {
  if (one.is_number() && other.is_number()) {
    const bool floats = one.is_number_float();
    if (floats != other.is_number_float()) return false;
    if (floats)
      return std::bit_cast<uint64_t>(one.get<double>()) ==
             std::bit_cast<uint64_t>(other.get<double>());
    return one.dump() == other.dump();
  }
  if (one.type() != other.type() || one.size() != other.size()) return false;
  if (!one.is_structured()) return one == other;
  for (auto a = one.begin(), b = other.begin(); a != one.end(); ++a, ++b) {
    if (one.is_object() && a.key() != b.key()) return false;
    if (!identical(*a, *b)) return false;
  }
  return true;
}

}  // namespace weir::cache::samples
