// New code reads the golden stores as they are, more than once, also without writing.
#include "tests/golden/fixture.h"

namespace weir::golden {
namespace {

using Golden = GoldenTest;

TEST_F(Golden, clean_store_reads_as_it_was_written) {
  const std::string store = unpack("clean");
  const Dump dump = dump_store(store, false);
  EXPECT_EQ(dump.status, WEIR_OK) << dump.message;
  EXPECT_EQ(dump.text, expected("clean"));
}

TEST_F(Golden, unclean_store_is_recovered_and_stays_the_same) {
  const std::string store = unpack("unclean");
  const Dump dump = dump_store(store, false);
  EXPECT_EQ(dump.status, WEIR_OK) << dump.message;
  EXPECT_EQ(dump.text, expected("unclean"));
  // Recovered twice is recovered once.
  const Dump once = dump_store(store, false);
  const Dump twice = dump_store(store, false);
  EXPECT_EQ(once.status, WEIR_OK) << once.message;
  EXPECT_EQ(once.text, twice.text);
}

TEST_F(Golden, read_only_open_writes_nothing) {
  for (const char* name : {"clean", "unclean"}) {
    const std::string store = unpack(name);
    const auto before = contents(store);
    const Dump dump = dump_store(store, true);
    EXPECT_EQ(dump.status, WEIR_OK) << name << ": " << dump.message;
    EXPECT_EQ(dump.text, expected(name)) << name;
    EXPECT_TRUE(contents(store) == before) << name;
  }
}

TEST_F(Golden, verify_finds_no_damage) {
  for (const char* name : {"clean", "unclean"}) {
    const std::string url = "file:" + unpack(name);
    weir_blob* report = nullptr;
    uint64_t count = 1;
    weir_error error{};
    error.struct_size = sizeof error;
    EXPECT_EQ(weir_store_verify(url.c_str(), &report, &count, &error), WEIR_OK) << error.message;
    EXPECT_EQ(count, 0u) << name;
    weir_blob_free(report);
  }
}

}  // namespace
}  // namespace weir::golden
