#include <weir/store.h>

#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <thread>

#include "base/bytes.h"
#include "base/crc32c.h"
#include "tests/api/fixture.h"

namespace weir::api {
namespace {

using ::testing::HasSubstr;
namespace fs = std::filesystem;

weir_store_options defaults() {
  weir_store_options options;
  EXPECT_EQ(weir_store_options_init(&options, sizeof options), WEIR_OK);
  return options;
}

template <typename Change>
auto opening(const std::string& url, Change change) {
  return [=](weir_error* err) {
    weir_store_options options = defaults();
    change(&options);
    auto* store = not_a_handle_of<weir_store>();
    const weir_status status = weir_store_open(url.c_str(), &options, &store, err);
    EXPECT_EQ(store, nullptr);
    return status;
  };
}

auto opening(const std::string& url) {
  return opening(url, [](weir_store_options*) {});
}

TEST(StoreApi, the_defaults_are_those_of_the_header) {
  const weir_store_options options = defaults();

  EXPECT_EQ(options.struct_size, sizeof options);
  EXPECT_EQ(options.durability, static_cast<uint32_t>(WEIR_DURABILITY_SYNC));
  EXPECT_EQ(options.memory_bytes_max, 64U << 20);
  EXPECT_EQ(options.record_bytes_max, 16U << 20);
  EXPECT_EQ(options.wal_bytes_max, 256U << 20);
  EXPECT_EQ(options.async_bytes_max, 1U << 20);
  EXPECT_EQ(options.async_records_max, 1000U);
  EXPECT_EQ(options.async_interval_ms, 100U);
  EXPECT_EQ(options.create, 1);
  EXPECT_EQ(options.read_only, 0);
  EXPECT_EQ(weir_store_options_init(kNull, sizeof options), WEIR_E_INVALID_ARGUMENT);
  weir_store_options small;
  EXPECT_EQ(weir_store_options_init(&small, 7), WEIR_E_INVALID_ARGUMENT);
  EXPECT_EQ(weir_store_options_init(&small, 4097), WEIR_E_INVALID_ARGUMENT);
}

TEST(StoreApi, every_option_can_be_set_by_name) {
  weir_store_options options = defaults();
  const auto set = [&](const char* name, const char* value) {
    weir_error err = {};
    EXPECT_EQ(weir_store_options_set(&options, name, value, &err), WEIR_OK) << err.message;
  };

  set("durability", "async");
  set("memory_bytes_max", "8MiB");
  set("record_bytes_max", "1MiB");
  set("wal_bytes_max", "16MiB");
  set("async_bytes_max", "64KiB");
  set("async_records_max", "10");
  set("async_interval_ms", "1s");
  set("create", "false");
  set("read_only", "1");

  EXPECT_EQ(options.durability, static_cast<uint32_t>(WEIR_DURABILITY_ASYNC));
  EXPECT_EQ(options.memory_bytes_max, 8U << 20);
  EXPECT_EQ(options.record_bytes_max, 1U << 20);
  EXPECT_EQ(options.wal_bytes_max, 16U << 20);
  EXPECT_EQ(options.async_bytes_max, 64U << 10);
  EXPECT_EQ(options.async_records_max, 10U);
  EXPECT_EQ(options.async_interval_ms, 1000U);
  EXPECT_EQ(options.create, 0);
  EXPECT_EQ(options.read_only, 1);
}

TEST(StoreApi, a_bad_option_by_name_says_what_would_be_right) {
  weir_store_options options = defaults();
  const auto setting = [&](const char* name, const char* value) {
    return [=, &options](weir_error* err) {
      return weir_store_options_set(&options, name, value, err);
    };
  };

  expect_failure(WEIR_E_INVALID_ARGUMENT, "no option \"fsync\"; there are durability, memory_bytes",
                 setting("fsync", "1"));
  expect_failure(WEIR_E_INVALID_ARGUMENT,
                 "memory_bytes_max is \"1KiB\"; it is a number of bytes "
                 "from 1048576 to 1099511627776",
                 setting("memory_bytes_max", "1KiB"));
  expect_failure(WEIR_E_INVALID_ARGUMENT, "async or sync", setting("durability", "memory"));
  expect_failure(WEIR_E_INVALID_ARGUMENT, "name is NULL", setting(nullptr, "1"));
  expect_failure(WEIR_E_INVALID_ARGUMENT, "value is NULL", setting("create", nullptr));
  expect_failure(WEIR_E_INVALID_ARGUMENT, "options is NULL",
                 [](weir_error* err) { return weir_store_options_set(kNull, "create", "1", err); });
}

TEST(StoreApi, option_values_out_of_range_are_named_with_their_limits) {
  using Options = weir_store_options;
  const auto refuse = [](const std::string& part, auto change) {
    expect_failure(WEIR_E_INVALID_ARGUMENT, part, opening("mem:", change));
  };

  refuse("durability is 0", [](Options* o) { o->durability = WEIR_DURABILITY_DEFAULT; });
  refuse("durability is 1", [](Options* o) { o->durability = WEIR_DURABILITY_MEMORY; });
  refuse("durability is 4", [](Options* o) { o->durability = 4; });
  refuse("memory_bytes_max", [](Options* o) { o->memory_bytes_max = (1U << 20) - 1; });
  refuse("1099511627776", [](Options* o) { o->memory_bytes_max = (1ull << 40) + 1; });
  refuse("record_bytes_max", [](Options* o) { o->record_bytes_max = 0; });
  refuse("67108864", [](Options* o) { o->record_bytes_max = (64U << 20) + 1; });
  refuse("wal_bytes_max", [](Options* o) { o->wal_bytes_max = 0; });
  refuse("wal_bytes_max", [](Options* o) { o->wal_bytes_max = UINT64_MAX; });
  refuse("async_bytes_max", [](Options* o) { o->async_bytes_max = 4095; });
  refuse("async_bytes_max", [](Options* o) { o->async_bytes_max = (16U << 20) + 1; });
  refuse("async_records_max", [](Options* o) { o->async_records_max = 0; });
  refuse("async_records_max", [](Options* o) { o->async_records_max = 1'000'001; });
  refuse("async_interval_ms", [](Options* o) { o->async_interval_ms = 0; });
  refuse("async_interval_ms", [](Options* o) { o->async_interval_ms = 60'001; });
  refuse("create is 2", [](Options* o) { o->create = 2; });
  refuse("read_only is 9", [](Options* o) { o->read_only = 9; });
  refuse("reserved is not zero", [](Options* o) { o->reserved[3] = 1; });
  refuse("store_options.struct_size is 0", [](Options* o) { o->struct_size = 0; });
  refuse("struct_size is 4097", [](Options* o) { o->struct_size = 4097; });
}

TEST(StoreApi, options_of_other_versions_are_understood) {
  struct Newer {
    weir_store_options known;
    uint64_t unknown;
  } newer = {defaults(), 0};
  newer.known.struct_size = sizeof newer;
  weir_store* store = nullptr;
  EXPECT_EQ(weir_store_open("mem:", &newer.known, &store, nullptr), WEIR_OK);
  EXPECT_EQ(weir_store_close(store, nullptr), WEIR_OK);

  newer.unknown = 1;
  expect_failure(WEIR_E_UNSUPPORTED, "store_options.struct_size is 64", [&](weir_error* err) {
    return weir_store_open("mem:", &newer.known, &store, err);
  });

  weir_store_options older = defaults();
  older.struct_size = 16;
  older.memory_bytes_max = 8U << 20;
  older.record_bytes_max = 0;  // not looked at
  EXPECT_EQ(weir_store_open("mem:", &older, &store, nullptr), WEIR_OK);
  EXPECT_EQ(weir_store_close(store, nullptr), WEIR_OK);
}

TEST(StoreApi, urls_that_are_none_are_refused) {
  weir_store* store = nullptr;
  expect_failure(WEIR_E_INVALID_ARGUMENT, "url is NULL",
                 [&](weir_error* err) { return weir_store_open(kNull, kNull, &store, err); });
  expect_failure(WEIR_E_INVALID_ARGUMENT, "out is NULL",
                 [&](weir_error* err) { return weir_store_open("mem:", kNull, kNull, err); });
  expect_failure(WEIR_E_INVALID_ARGUMENT, "url", opening(""));
  expect_failure(WEIR_E_INVALID_ARGUMENT, "from 1 to 4096", opening(std::string(5000, 'x')));
  expect_failure(WEIR_E_UNSUPPORTED, "nats", opening("nats://localhost:4222"));
}

TEST(StoreApi, a_backup_is_a_store_with_what_was_confirmed) {
  const TemporaryDirectory directory;
  const std::string copy = directory.path() + "/copy";
  weir_store* store = open_store(directory.path() + "/store");
  weir_queue* queue = open_queue(store, "q");
  ASSERT_EQ(weir_queue_push(queue, "a", 1, nullptr, nullptr, nullptr), WEIR_OK);
  uint64_t bytes = 0;

  EXPECT_EQ(weir_store_backup(store, copy.c_str(), &bytes, nullptr), WEIR_OK);

  EXPECT_GT(bytes, 4096U);
  expect_failure(WEIR_E_EXISTS, copy, [&](weir_error* err) {
    return weir_store_backup(store, copy.c_str(), nullptr, err);
  });
  EXPECT_EQ(weir_queue_close(queue, nullptr), WEIR_OK);
  EXPECT_EQ(weir_store_close(store, nullptr), WEIR_OK);
  store = open_store(copy);
  queue = open_queue(store, "q");
  weir_message* message = nullptr;
  ASSERT_EQ(weir_queue_pop(queue, nullptr, &message, nullptr), WEIR_OK);
  EXPECT_EQ(weir_message_size(message), 1U);
  weir_message_free(message);
  EXPECT_EQ(weir_queue_close(queue, nullptr), WEIR_OK);
  EXPECT_EQ(weir_store_close(store, nullptr), WEIR_OK);
}

TEST(StoreApi, a_backup_under_way_while_others_push_is_a_whole_prefix) {
  const TemporaryDirectory directory;
  weir_store* store = open_store(directory.path() + "/store");
  weir_queue* queue = open_queue(store, "q");
  std::atomic<bool> stop{false};
  std::thread pusher([&] {
    while (!stop) EXPECT_EQ(weir_queue_push(queue, "a", 1, nullptr, nullptr, nullptr), WEIR_OK);
  });
  for (int i = 0; i < 8; ++i) {
    const std::string copy = directory.path() + "/copy" + std::to_string(i);
    EXPECT_EQ(weir_store_backup(store, copy.c_str(), nullptr, nullptr), WEIR_OK);
    weir_store* restored = open_store(copy);
    weir_queue* pushed = open_queue(restored, "q");
    weir_queue_statistics of_queue = {};
    of_queue.struct_size = sizeof of_queue;
    EXPECT_EQ(weir_queue_stats(pushed, &of_queue, nullptr), WEIR_OK);
    EXPECT_EQ(of_queue.message_count, of_queue.next_id - 1);
    EXPECT_EQ(weir_queue_close(pushed, nullptr), WEIR_OK);
    EXPECT_EQ(weir_store_close(restored, nullptr), WEIR_OK);
  }
  stop = true;
  pusher.join();
  EXPECT_EQ(weir_queue_close(queue, nullptr), WEIR_OK);
  EXPECT_EQ(weir_store_close(store, nullptr), WEIR_OK);
}

TEST(StoreApi, metrics_agree_with_what_was_done) {
  const TemporaryDirectory directory;
  weir_store* store = open_store(directory.path() + "/store");
  weir_queue* queue = open_queue(store, "q");
  for (int i = 0; i < 5; ++i)
    ASSERT_EQ(weir_queue_push(queue, "a", 1, nullptr, nullptr, nullptr), WEIR_OK);
  weir_message* message = nullptr;
  ASSERT_EQ(weir_queue_pop(queue, nullptr, &message, nullptr), WEIR_OK);
  weir_message_free(message);
  weir_blob* blob = nullptr;

  ASSERT_EQ(weir_store_metrics(store, &blob, nullptr), WEIR_OK);

  const std::string text(static_cast<const char*>(weir_blob_data(blob)), weir_blob_size(blob));
  weir_blob_free(blob);
  for (const char* line :
       {"\nweir_queue_pushed_total 5\n", "\nweir_queue_delivered_total 1\n",
        "\nweir_queue_messages{state=\"ready\"} 4\n",
        "\nweir_queue_messages{state=\"in_flight\"} 1\n", "\nweir_objects{engine=\"queue\"} 1\n",
        "\n# TYPE weir_group_write_seconds histogram\n", "\nweir_queue_oldest_ready_seconds ",
        "\nweir_memory_limit_bytes 67108864\n"}) {
    EXPECT_NE(text.find(line), std::string::npos) << line << text;
  }
  EXPECT_EQ(weir_queue_close(queue, nullptr), WEIR_OK);
  EXPECT_EQ(weir_store_close(store, nullptr), WEIR_OK);
}

size_t descriptor_count() {
  const fs::directory_iterator begin("/proc/self/fd");
  return static_cast<size_t>(std::distance(begin, fs::directory_iterator()));
}

TEST(StoreApi, Invariant14_descriptors_stay_few_however_many_queues_there_are) {
  constexpr int kQueues = 1500;
  const TemporaryDirectory directory;
  const size_t before = descriptor_count();
  weir_store* store = open_store(directory.path() + "/store");
  std::vector<weir_queue*> queues;
  const std::string payload(1000, 'x');
  weir_push_options options;
  weir_push_options_init(&options, sizeof options);
  options.durability = WEIR_DURABILITY_ASYNC;
  for (int i = 0; i < kQueues; ++i) {
    queues.push_back(open_queue(store, ("q" + std::to_string(i)).c_str()));
    ASSERT_EQ(
        weir_queue_push(queues.back(), payload.data(), payload.size(), &options, nullptr, nullptr),
        WEIR_OK);
    if (i % 100 == 0) {
      ASSERT_EQ(weir_store_checkpoint(store, nullptr), WEIR_OK);
    }
  }
  for (weir_queue* queue : queues) {
    weir_message* message = nullptr;
    ASSERT_EQ(weir_queue_pop(queue, nullptr, &message, nullptr), WEIR_OK);
    weir_message_free(message);
  }

  EXPECT_LE(descriptor_count() - before, 1000U);

  for (weir_queue* queue : queues) EXPECT_EQ(weir_queue_close(queue, nullptr), WEIR_OK);
  EXPECT_EQ(weir_store_close(store, nullptr), WEIR_OK);
}

TEST(StoreApi, null_closed_and_foreign_stores_get_a_status) {
  weir_store* closed = open_store("mem:");
  EXPECT_EQ(weir_store_close(closed, nullptr), WEIR_OK);
  const auto refuse = [](weir_status status, const std::string& part, weir_store* store) {
    weir_store_statistics statistics = {};
    statistics.struct_size = sizeof statistics;
    expect_failure(status, part, [&](weir_error* err) { return weir_store_sync(store, err); });
    expect_failure(status, part,
                   [&](weir_error* err) { return weir_store_checkpoint(store, err); });
    weir_blob* text = nullptr;
    expect_failure(status, part,
                   [&](weir_error* err) { return weir_store_metrics(store, &text, err); });
    expect_failure(status, part, [&](weir_error* err) {
      return weir_store_backup(store, "/nonexistent/copy", nullptr, err);
    });
    expect_failure(status, part,
                   [&](weir_error* err) { return weir_store_stats(store, &statistics, err); });
  };

  refuse(WEIR_E_CLOSED, "closed", closed);
  refuse(WEIR_E_INVALID_ARGUMENT, "store is NULL", nullptr);
  refuse(WEIR_E_INVALID_ARGUMENT, "store is no handle", not_a_handle_of<weir_store>());
  expect_failure(WEIR_E_CLOSED, "closed",
                 [&](weir_error* err) { return weir_store_close(closed, err); });
  expect_failure(WEIR_E_INVALID_ARGUMENT, "store is no handle", [](weir_error* err) {
    return weir_store_close(not_a_handle_of<weir_store>(), err);
  });
  EXPECT_EQ(weir_store_close(nullptr, nullptr), WEIR_OK);
}

TEST(StoreApi, statistics_need_a_size) {
  weir_store* store = open_store("mem:");
  weir_store_statistics statistics = {};
  expect_failure(WEIR_E_INVALID_ARGUMENT, "store_statistics.struct_size is 0",
                 [&](weir_error* err) { return weir_store_stats(store, &statistics, err); });
  expect_failure(WEIR_E_INVALID_ARGUMENT, "out is NULL",
                 [&](weir_error* err) { return weir_store_stats(store, kNull, err); });

  statistics.struct_size = sizeof statistics;
  EXPECT_EQ(weir_store_stats(store, &statistics, nullptr), WEIR_OK);
  EXPECT_EQ(statistics.struct_size, sizeof statistics);
  EXPECT_EQ(statistics.memory_bytes_max, 64U << 20);
  statistics.memory_bytes_max = 1;
  statistics.struct_size = 8;
  EXPECT_EQ(weir_store_stats(store, &statistics, nullptr), WEIR_OK);
  EXPECT_EQ(statistics.memory_bytes_max, 1U);
  EXPECT_EQ(weir_store_close(store, nullptr), WEIR_OK);
}

class StoreOnDisk : public ::testing::Test {
 protected:
  // A store with one message, closed.
  std::string make_store() {
    std::string path = directory_ / "store";
    weir_store* store = open_store(path);
    weir_queue* queue = open_queue(store, "frames");
    push_text(queue, "kept");
    EXPECT_EQ(weir_queue_close(queue, nullptr), WEIR_OK);
    EXPECT_EQ(weir_store_close(store, nullptr), WEIR_OK);
    return path;
  }
  void expect_kept(const std::string& path) {
    weir_store* store = open_store(path);
    weir_queue* queue = open_queue(store, "frames");
    EXPECT_EQ(take_text(queue).first, "kept");
    EXPECT_EQ(weir_queue_close(queue, nullptr), WEIR_OK);
    EXPECT_EQ(weir_store_close(store, nullptr), WEIR_OK);
  }
  const TemporaryDirectory directory_;
};

TEST_F(StoreOnDisk, a_missing_store_is_made_or_not_found) {
  const std::string path = directory_ / "store";
  const auto no_create = [](weir_store_options* o) { o->create = 0; };
  weir_store_options options = defaults();
  options.create = 0;
  weir_store* store = not_a_handle_of<weir_store>();

  EXPECT_EQ(weir_store_open(path.c_str(), &options, &store, nullptr), WEIR_NOT_FOUND);
  EXPECT_EQ(store, nullptr);
  EXPECT_FALSE(fs::exists(path));
  weir_error err = {};
  EXPECT_NE(opening(directory_ / "a/b/c", no_create)(&err), WEIR_OK);
  expect_kept(make_store());
}

TEST_F(StoreOnDisk, one_handle_at_a_time) {
  const std::string path = directory_ / "store";
  weir_store* store = open_store(path);

  expect_failure(WEIR_E_LOCKED, std::to_string(getpid()), opening(path));

  EXPECT_EQ(weir_store_sync(store, nullptr), WEIR_OK);
  EXPECT_EQ(weir_store_close(store, nullptr), WEIR_OK);
  expect_kept(make_store());
}

TEST_F(StoreOnDisk, a_file_is_no_directory) {
  const std::string path = directory_ / "file";
  std::ofstream(path) << "text";

  weir_error err = {};
  EXPECT_LT(opening(path)(&err), 0);
  EXPECT_THAT(err.message, HasSubstr("file"));

  std::ifstream in(path);
  std::string text;
  in >> text;
  EXPECT_EQ(text, "text");
}

TEST_F(StoreOnDisk, a_foreign_directory_is_left_as_it_is) {
  const std::string path = directory_ / "photos";
  fs::create_directory(path);
  fs::permissions(path, fs::perms::owner_all);
  std::ofstream(path + "/cat.jpg") << "meow";

  weir_error err = {};
  const weir_status status = opening(path)(&err);

  // Whether such a directory is refused or taken, nothing in it is touched.
  std::ifstream in(path + "/cat.jpg");
  std::string text;
  in >> text;
  EXPECT_EQ(text, "meow");
  EXPECT_LT(status, 0) << "a store was made among other files";
  EXPECT_THAT(err.message, HasSubstr(path));
}

// The bytes of each file below `path`, by name, but for the lock: it holds the pid of the last owner.
std::map<std::string, std::string> files_of(const std::string& path) {
  std::map<std::string, std::string> files;
  for (const auto& entry : fs::directory_iterator(path)) {
    if (entry.path().filename() == "lock") continue;
    std::ifstream in(entry.path(), std::ios::binary);
    files[entry.path().filename()] = std::string(std::istreambuf_iterator<char>(in), {});
  }
  return files;
}

void write_file(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary)
      .write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

constexpr size_t kMajorOffset = 8;

// An envelope at `offset`, as a later format version would write it (FORMAT.md).
void raise_envelope_version(std::string* bytes, size_t offset) {
  auto* at = reinterpret_cast<uint8_t*>(bytes->data() + offset);
  store_little<uint16_t>(at + kMajorOffset, 2);
  const ByteView message(at + 32, load_little<uint32_t>(at + 24));
  store_little(at + 28, crc32c(message, crc32c({at, 28})));
}

TEST_F(StoreOnDisk, a_newer_format_is_refused_and_left_as_it_is) {
  const std::string path = make_store();
  const auto sound = files_of(path);
  constexpr size_t kSlotBytes = 64 << 10;
  for (const bool both : {true, false}) {
    SCOPED_TRACE(both ? "both slots of the manifest" : "the newer slot of the manifest");
    std::string manifest = sound.at("manifest");
    const auto generation = [&](size_t offset) {
      return load_little<uint64_t>(reinterpret_cast<uint8_t*>(manifest.data()) + offset + 16);
    };
    const size_t newer = generation(0) > generation(kSlotBytes) ? 0 : kSlotBytes;
    raise_envelope_version(&manifest, newer);
    if (both) raise_envelope_version(&manifest, kSlotBytes - newer);
    write_file(path + "/manifest", manifest);
    const auto files = files_of(path);

    expect_failure(WEIR_E_FORMAT_TOO_NEW, "format 2", opening(path));

    EXPECT_TRUE(files_of(path) == files) << "a refused store was changed";
    write_file(path + "/manifest", sound.at("manifest"));
  }
  expect_kept(path);
}

TEST_F(StoreOnDisk, damage_is_refused_with_the_file_and_left_as_it_is) {
  const std::string path = make_store();
  const std::string manifest = files_of(path).at("manifest");
  write_file(path + "/manifest", std::string(manifest.size(), 'x'));
  const auto files = files_of(path);

  expect_failure(WEIR_E_CORRUPT, "manifest", opening(path));

  EXPECT_TRUE(files_of(path) == files) << "a refused store was changed";
  weir_blob* report = nullptr;
  uint64_t damage = 0;
  EXPECT_EQ(weir_store_verify(path.c_str(), &report, &damage, nullptr), WEIR_OK);
  EXPECT_GT(damage, 0U);
  weir_blob_free(report);
  write_file(path + "/manifest", manifest);
  expect_kept(path);
}

TEST_F(StoreOnDisk, a_directory_that_others_may_write_is_refused) {
  const std::string path = make_store();
  fs::permissions(path, fs::perms::all);

  expect_failure(WEIR_E_ACCESS, path, opening(path));

  fs::permissions(path, fs::perms::owner_all);
  expect_kept(path);
}

TEST_F(StoreOnDisk, an_unwritable_place_is_refused) {
  // /proc refuses even root, with one errno or another.
  weir_error err = {};
  EXPECT_LT(opening("/proc/weir-store")(&err), 0);
  EXPECT_THAT(err.message, HasSubstr("/proc"));
  EXPECT_NE(err.os_error, 0);
  if (geteuid() == 0) return;
  const std::string path = directory_ / "locked";
  fs::create_directory(path);
  fs::permissions(path, fs::perms::owner_read | fs::perms::owner_exec);
  expect_failure(WEIR_E_ACCESS, path, opening(path));
}

TEST_F(StoreOnDisk, read_only_reads_and_refuses_the_rest) {
  const std::string path = make_store();
  weir_store_options options = defaults();
  options.read_only = 1;
  weir_store* store = open_store(path, &options);
  weir_queue* queue = open_queue(store, "frames");

  weir_message* message = nullptr;
  EXPECT_EQ(weir_queue_peek(queue, &message, nullptr), WEIR_OK);
  EXPECT_EQ(weir_message_size(message), 4U);
  weir_message_free(message);
  expect_failure(WEIR_E_READ_ONLY, "read only", [&](weir_error* err) {
    return weir_queue_push(queue, "x", 1, nullptr, nullptr, err);
  });
  expect_failure(WEIR_E_READ_ONLY, "read only",
                 [&](weir_error* err) { return weir_queue_purge(queue, nullptr, err); });
  expect_failure(WEIR_E_READ_ONLY, "read only",
                 [&](weir_error* err) { return weir_queue_drop(store, "frames", err); });
  weir_queue* other = nullptr;
  expect_failure(WEIR_E_READ_ONLY, "read only", [&](weir_error* err) {
    return weir_queue_open(store, "new", nullptr, &other, err);
  });

  EXPECT_EQ(weir_queue_close(queue, nullptr), WEIR_OK);
  EXPECT_EQ(weir_store_close(store, nullptr), WEIR_OK);
  expect_kept(path);
}

TEST_F(StoreOnDisk, inspect_and_verify_read_and_change_nothing) {
  const std::string path = make_store();
  weir_blob* report = nullptr;
  uint64_t damage = 99;

  EXPECT_EQ(weir_store_inspect(path.c_str(), &report, nullptr), WEIR_OK);
  EXPECT_THAT(static_cast<const char*>(weir_blob_data(report)), HasSubstr("frames"));
  weir_blob_free(report);
  EXPECT_EQ(weir_store_verify(path.c_str(), &report, &damage, nullptr), WEIR_OK);
  EXPECT_EQ(damage, 0U);
  weir_blob_free(report);
  EXPECT_EQ(weir_store_verify(path.c_str(), &report, nullptr, nullptr), WEIR_OK);
  weir_blob_free(report);
  expect_kept(path);

  const std::string missing = directory_ / "missing";
  EXPECT_EQ(weir_store_inspect(missing.c_str(), &report, nullptr), WEIR_NOT_FOUND);
  EXPECT_EQ(report, nullptr);
  EXPECT_EQ(weir_store_verify(missing.c_str(), &report, &damage, nullptr), WEIR_NOT_FOUND);
  EXPECT_FALSE(fs::exists(missing));
  expect_failure(WEIR_E_INVALID_ARGUMENT, "url is NULL",
                 [&](weir_error* err) { return weir_store_inspect(kNull, &report, err); });
  expect_failure(WEIR_E_INVALID_ARGUMENT, "out_json is NULL",
                 [&](weir_error* err) { return weir_store_inspect(path.c_str(), kNull, err); });
  expect_failure(WEIR_E_INVALID_ARGUMENT, "url is NULL",
                 [&](weir_error* err) { return weir_store_verify(kNull, &report, kNull, err); });
  expect_failure(WEIR_E_INVALID_ARGUMENT, "out_json is NULL", [&](weir_error* err) {
    return weir_store_verify(path.c_str(), kNull, kNull, err);
  });
}

TEST_F(StoreOnDisk, handles_may_be_closed_in_any_order) {
  const std::string path = directory_ / "store";
  weir_store* store = open_store(path);
  weir_queue* queue = open_queue(store, "frames");
  EXPECT_EQ(weir_store_close(store, nullptr), WEIR_OK);

  push_text(queue, "kept");
  expect_failure(WEIR_E_LOCKED, "", opening(path));
  EXPECT_EQ(weir_queue_close(queue, nullptr), WEIR_OK);

  expect_kept(path);
}

}  // namespace
}  // namespace weir::api
