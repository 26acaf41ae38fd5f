// Collections of JSON documents.
#pragma once

#include "engine/cache/content.h"
#include "tests/engine/cache/fixture.h"

namespace weir::cache {

class JsonCollectionTest : public CollectionTest {
 protected:
  static PutOptions json() {
    PutOptions options;
    options.is_json = true;
    options.durability = Durability::kAsync;
    return options;
  }
  void put_json(const std::string& key, const std::string& text) { put(key, text, json()); }
  static std::shared_ptr<const Filter> filter(const std::string& text) {
    Result<Filter> parsed = parse_filter(text);
    EXPECT_TRUE(parsed.ok()) << parsed.status().to_string();
    return std::make_shared<Filter>(parsed.take());
  }
  // All pages together.
  std::vector<std::string> find(const std::string& text, uint64_t count_max = 1000) {
    std::vector<std::string> keys;
    FindOptions options;
    options.count_max = count_max;
    do {
      const Status status =
          Handle::find(collection_, filter(text), options, &documents_, &options.after);
      EXPECT_TRUE(status.ok()) << status.to_string();
      EXPECT_LE(documents_.count(), count_max);
      for (size_t i = 0; i < documents_.count(); ++i) keys.emplace_back(documents_.at(i).key);
    } while (options.after != 0);
    return keys;
  }
  uint64_t count_matches(const std::string& text) {
    uint64_t count = 0;
    EXPECT_TRUE(Handle::count_matches(collection_, filter(text), &count).ok());
    return count;
  }
};

}  // namespace weir::cache
