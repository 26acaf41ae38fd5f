// The simulator must lose what a disk may lose, and nothing else.
#include "tests/sim/sim_file_system.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>
#include <set>
#include <string>
#include <string_view>

#include "tests/sim/sim_env.h"

namespace weir::sim {
namespace {

constexpr char kStore[] = "/store";
constexpr char kFile[] = "/store/file";

class SimFileSystemTest : public ::testing::Test {
 protected:
  std::unique_ptr<env::Directory> directory() {
    return files_.open_directory(kStore, true, false).take();
  }
  std::unique_ptr<env::File> new_file(const char* name = "file") {
    return directory()->open(name, env::OpenMode::kCreateNew).take();
  }
  // With its name durable.
  std::unique_ptr<env::File> durable_file(std::string_view content) {
    auto file = new_file();
    EXPECT_TRUE(write(*file, 0, content).ok());
    EXPECT_TRUE(file->sync_data().ok());
    EXPECT_TRUE(directory()->sync().ok());
    return file;
  }
  static Status write(env::File& file, uint64_t offset, std::string_view bytes) {
    const ByteView parts[] = {as_bytes(bytes)};
    return file.write_at(offset, parts);
  }
  static std::string content(const SimFileSystem& files, const char* path = kFile) {
    if (!files.exists(path)) return "(missing)";
    const std::vector<uint8_t> bytes = files.content(path);
    return {bytes.begin(), bytes.end()};
  }
  std::string after(LossMode mode, uint64_t seed = 1) const {
    return content(*files_.after_power_cut(seed, mode));
  }

  SimFileSystem files_{1};
};

TEST_F(SimFileSystemTest, synced_data_with_a_synced_name_survives_every_power_cut) {
  durable_file("confirmed");

  for (uint64_t seed = 0; seed < 50; ++seed) {
    for (const LossMode mode :
         {LossMode::kNothing, LossMode::kEverything, LossMode::kRandom, LossMode::kRandomStrict}) {
      EXPECT_EQ(after(mode, seed), "confirmed");
    }
  }
}

TEST_F(SimFileSystemTest, unsynced_data_is_lost_when_everything_is) {
  const auto file = durable_file("old");
  ASSERT_TRUE(write(*file, 0, "new and longer").ok());

  EXPECT_EQ(after(LossMode::kEverything), "old");
  EXPECT_EQ(after(LossMode::kNothing), "new and longer");
  EXPECT_EQ(content(*files_.after_process_kill()), "new and longer");
}

TEST_F(SimFileSystemTest, any_middle_sector_may_be_lost_alone) {
  const auto file = durable_file(std::string(2048, 'o'));
  ASSERT_TRUE(write(*file, 0, std::string(2048, 'n')).ok());

  std::set<std::string> seen;
  for (uint64_t seed = 0; seed < 2000; ++seed) {
    const std::string found = after(LossMode::kRandom, seed);
    std::string sectors;
    ASSERT_EQ(found.size(), 2048U);
    for (size_t at = 0; at < 2048; at += 512) {
      ASSERT_EQ(found.substr(at, 512), std::string(512, found[at]));
      sectors += found[at] == '\0' ? '0' : found[at];
    }
    seen.insert(sectors);
  }
  EXPECT_TRUE(seen.contains("nonn"));
  EXPECT_TRUE(seen.contains("oooo"));
  EXPECT_TRUE(seen.contains("nnnn"));
  EXPECT_TRUE(seen.contains("n0nn"));
  EXPECT_GT(seen.size(), 60U);  // of 81: four sectors of three kinds
}

TEST_F(SimFileSystemTest, size_after_a_cut_is_anything_between_synced_and_written) {
  const auto file = durable_file("12345");
  ASSERT_TRUE(write(*file, 5, "67890").ok());

  std::set<size_t> sizes;
  for (uint64_t seed = 0; seed < 500; ++seed) sizes.insert(after(LossMode::kRandom, seed).size());

  EXPECT_EQ(*sizes.begin(), 5U);
  EXPECT_EQ(*sizes.rbegin(), 10U);
  EXPECT_EQ(sizes.size(), 6U);
}

TEST_F(SimFileSystemTest, truncated_bytes_may_come_back_until_synced) {
  const auto file = durable_file("12345");
  ASSERT_TRUE(file->truncate(2).ok());

  EXPECT_EQ(after(LossMode::kEverything), "12345");
  EXPECT_EQ(after(LossMode::kNothing), "12");
  ASSERT_TRUE(file->sync_data().ok());
  EXPECT_EQ(after(LossMode::kEverything), "12");
}

TEST_F(SimFileSystemTest, syncing_a_file_does_not_make_its_name_durable) {
  const auto file = new_file();
  ASSERT_TRUE(write(*file, 0, "x").ok());
  ASSERT_TRUE(file->sync_data().ok());

  EXPECT_EQ(after(LossMode::kEverything), "(missing)");
  ASSERT_TRUE(directory()->sync().ok());
  EXPECT_EQ(after(LossMode::kEverything), "x");
}

TEST_F(SimFileSystemTest, syncing_a_name_does_not_make_the_content_durable) {
  const auto file = new_file();
  ASSERT_TRUE(write(*file, 0, "x").ok());
  ASSERT_TRUE(directory()->sync().ok());

  EXPECT_EQ(after(LossMode::kEverything), "");
}

TEST_F(SimFileSystemTest, unsynced_removes_and_renames_may_be_undone) {
  durable_file("kept");
  ASSERT_TRUE(directory()->rename("file", "other").ok());

  EXPECT_EQ(after(LossMode::kEverything), "kept");
  EXPECT_EQ(after(LossMode::kNothing), "(missing)");
  ASSERT_TRUE(directory()->sync().ok());
  EXPECT_EQ(content(*files_.after_power_cut(1, LossMode::kEverything), "/store/other"), "kept");
  ASSERT_TRUE(directory()->remove("other").ok());
  EXPECT_EQ(content(*files_.after_power_cut(1, LossMode::kEverything), "/store/other"), "kept");
}

TEST_F(SimFileSystemTest, names_survive_as_a_prefix_or_in_strict_mode_as_any_subset) {
  for (const char* const name : {"a", "b", "c"}) new_file(name);

  const auto sets = [&](LossMode mode) {
    std::set<std::vector<std::string>> seen;
    for (uint64_t seed = 0; seed < 300; ++seed) {
      seen.insert(files_.after_power_cut(seed, mode)->file_paths());
    }
    return seen.size();
  };

  EXPECT_EQ(sets(LossMode::kRandom), 4U);
  EXPECT_EQ(sets(LossMode::kRandomStrict), 8U);
}

TEST_F(SimFileSystemTest, after_a_failed_sync_no_later_sync_helps_but_readers_see_nothing) {
  const auto file = durable_file("old");
  ASSERT_TRUE(write(*file, 0, "new").ok());
  files_.fail_at(1, FaultKind::kEio, false, kSync);

  EXPECT_EQ(file->sync_data().code(), Code::kIo);
  EXPECT_TRUE(file->sync_data().ok());

  EXPECT_EQ(content(files_), "new");
  EXPECT_NE(after(LossMode::kNothing), "new");
  EXPECT_NE(content(*files_.after_process_kill()->after_power_cut(1, LossMode::kNothing)), "new");
}

TEST_F(SimFileSystemTest, a_failed_sync_may_destroy_the_block_but_only_that) {
  int destroyed = 0;
  for (uint64_t seed = 0; seed < 40; ++seed) {
    SimFileSystem files(seed);
    const auto directory = files.open_directory(kStore, true, false).take();
    const auto file = directory->open("file", env::OpenMode::kCreateNew).take();
    ASSERT_TRUE(write(*file, 0, std::string(3 * 4096, 'o')).ok());
    ASSERT_TRUE(file->sync_data().ok() && directory->sync().ok());
    ASSERT_TRUE(write(*file, 4096 + 1000, "new").ok());
    files.fail_at(1, FaultKind::kNoSpace, false, kSync);
    EXPECT_EQ(file->sync_data().code(), Code::kIo);

    const std::string found = content(*files.after_power_cut(1, LossMode::kNothing));

    EXPECT_EQ(found.substr(0, 4096), std::string(4096, 'o'));
    EXPECT_EQ(found.substr(8192), std::string(4096, 'o'));
    destroyed += found.substr(4096, 4096) != std::string(4096, 'o');
  }
  EXPECT_GT(destroyed, 5);
  EXPECT_LT(destroyed, 35);
}

TEST_F(SimFileSystemTest, a_failed_directory_sync_forgets_names) {
  bool lost = false;
  for (uint64_t seed = 0; seed < 20; ++seed) {
    SimFileSystem files(seed);
    const auto directory = files.open_directory(kStore, true, false).take();
    ASSERT_TRUE(directory->open("file", env::OpenMode::kCreateNew).ok());
    files.fail_at(1, FaultKind::kEio, false, kSyncDirectory);
    EXPECT_EQ(directory->sync().code(), Code::kIo);
    EXPECT_TRUE(directory->sync().ok());
    lost = lost || !files.after_power_cut(1, LossMode::kRandom)->exists(kFile);
  }
  EXPECT_TRUE(lost);
}

TEST_F(SimFileSystemTest, after_the_power_cut_nothing_works_and_nothing_changes) {
  const auto own_directory = directory();  // 1
  const auto file = new_file();            // 2
  files_.crash_at(files_.io_count() + 1);
  EXPECT_EQ(own_directory->remove("file").message().find("power cut") == std::string_view::npos,
            false);
  const uint64_t hash = files_.image_hash();

  EXPECT_TRUE(files_.crashed());
  EXPECT_EQ(write(*file, 0, "x").code(), Code::kIo);
  EXPECT_EQ(file->sync_data().code(), Code::kIo);
  EXPECT_EQ(file->size().status().code(), Code::kIo);
  EXPECT_EQ(own_directory->list().status().code(), Code::kIo);
  EXPECT_EQ(own_directory->remove("missing").code(), Code::kIo);
  EXPECT_EQ(own_directory->lock("LOCK", true).status().code(), Code::kIo);
  EXPECT_EQ(files_.open_directory(kStore, true, false).status().code(), Code::kIo);
  EXPECT_EQ(files_.image_hash(), hash);
}

TEST_F(SimFileSystemTest, the_write_at_the_power_cut_is_cut_at_a_sector) {
  std::set<size_t> written;
  for (uint64_t seed = 0; seed < 200; ++seed) {
    SimFileSystem files(seed);
    const auto directory = files.open_directory(kStore, true, false).take();
    const auto file = directory->open("file", env::OpenMode::kCreateNew).take();
    files.crash_at(files.io_count() + 1);
    EXPECT_EQ(write(*file, 100, std::string(1500, 'x')).code(), Code::kIo);
    const std::string found = content(files);
    written.insert(static_cast<size_t>(std::count(found.begin(), found.end(), 'x')));
  }
  EXPECT_EQ(written, (std::set<size_t>{0, 412, 924, 1436, 1500}));
}

TEST_F(SimFileSystemTest, io_points_are_the_changes_and_nothing_else) {
  const auto own_directory = directory();                  // 1: makes it
  const auto file = new_file();                            // 2
  ASSERT_TRUE(write(*file, 0, "x").ok());                  // 3
  ASSERT_TRUE(file->sync_data().ok());                     // 4
  ASSERT_TRUE(file->truncate(0).ok());                     // 5
  ASSERT_TRUE(own_directory->rename("file", "two").ok());  // 6
  ASSERT_TRUE(own_directory->remove("two").ok());          // 7
  ASSERT_TRUE(own_directory->sync().ok());                 // 8
  uint8_t byte[1] = {};
  ASSERT_TRUE(file->read_at(0, byte).ok());
  ASSERT_TRUE(own_directory->list().ok());

  EXPECT_EQ(files_.io_count(), 8U);
  EXPECT_EQ(files_.sync_count(), 2U);
  EXPECT_EQ(files_.read_count(), 1U);
  EXPECT_NE(files_.trace().find("#6 rename file"), std::string::npos) << files_.trace();
}

TEST_F(SimFileSystemTest, faults_hit_the_chosen_call_once_or_for_ever) {
  const auto file = new_file();
  files_.fail_at(2, FaultKind::kNoSpace, false, kWrite);
  EXPECT_TRUE(write(*file, 0, "x").ok());
  EXPECT_EQ(write(*file, 0, "x").code(), Code::kNoSpace);
  EXPECT_TRUE(write(*file, 0, "x").ok());
  EXPECT_EQ(files_.fault_count(), 1U);

  files_.fail_at(1, FaultKind::kReadOnlyFs, true);
  EXPECT_TRUE(file->size().ok());  // reading knows no such error
  EXPECT_EQ(write(*file, 0, "x").code(), Code::kReadOnly);
  EXPECT_EQ(directory()->remove("file").code(), Code::kReadOnly);
  EXPECT_EQ(file->sync_data().code(), Code::kIo);
  files_.fail_at(1, FaultKind::kEintr, true);
  EXPECT_TRUE(write(*file, 0, "x").ok());
  EXPECT_EQ(files_.fault_count(), 1U);
}

TEST_F(SimFileSystemTest, a_full_disk_takes_what_fits) {
  const auto file = new_file();
  files_.set_capacity(8192);

  const Status status = write(*file, 0, std::string(10'000, 'x'));

  EXPECT_EQ(status.code(), Code::kNoSpace);
  EXPECT_EQ(status.os_error(), ENOSPC);
  EXPECT_EQ(file->size().value(), 8192U);
  EXPECT_TRUE(write(*file, 0, std::string(8192, 'y')).ok());
  EXPECT_EQ(directory()->space().value().free_bytes, 0U);
}

TEST_F(SimFileSystemTest, a_lock_ends_with_the_process_and_with_the_machine) {
  const auto held = directory()->lock("LOCK", true).take();

  EXPECT_EQ(directory()->lock("LOCK", true).status().code(), Code::kLocked);
  for (const auto& next : {files_.after_process_kill().release(),
                           files_.after_power_cut(1, LossMode::kRandom).release()}) {
    const std::unique_ptr<SimFileSystem> owned(next);
    EXPECT_TRUE(owned->open_directory(kStore, true, false).take()->lock("LOCK", true).ok());
  }
}

TEST_F(SimFileSystemTest, images_are_independent_although_they_share_pages) {
  const auto file = durable_file(std::string(10'000, 'o'));
  const auto image = files_.after_power_cut(1, LossMode::kRandom);
  const uint64_t hash = image->image_hash();
  EXPECT_EQ(hash, files_.image_hash());

  ASSERT_TRUE(write(*file, 5000, "changed").ok());

  EXPECT_EQ(content(*image), std::string(10'000, 'o'));
  EXPECT_EQ(image->image_hash(), hash);
  EXPECT_NE(files_.image_hash(), hash);
  ASSERT_TRUE(write(*file, 5000, "ooooooo").ok());
  EXPECT_EQ(files_.image_hash(), hash);
}

TEST_F(SimFileSystemTest, damage_is_on_the_disk_at_once) {
  durable_file("abc");

  files_.flip_bit(kFile, 1, 0);

  EXPECT_EQ(after(LossMode::kEverything), "acc");
}

TEST_F(SimFileSystemTest, a_deleted_directory_is_noticed) {
  const auto file = durable_file("abc");
  const auto own_directory = directory();

  files_.delete_directory(kStore);

  EXPECT_FALSE(file->is_linked().value());
  EXPECT_EQ(own_directory->sync().code(), Code::kIo);
  EXPECT_EQ(own_directory->open("new", env::OpenMode::kCreateNew).status().code(), Code::kIo);
}

TEST_F(SimFileSystemTest, many_images_of_a_preallocated_log_are_cheap) {
  const auto file = durable_file(std::string(256 * 1024, '\0'));
  std::set<uint64_t> distinct;
  for (uint64_t at = 0; at < 5000; ++at) {
    ASSERT_TRUE(write(*file, at % 64 * 4096, text("record ", at)).ok());
    distinct.insert(files_.after_power_cut(at, LossMode::kRandom)->image_hash());
  }
  EXPECT_GT(distinct.size(), 4000U);
}

}  // namespace
}  // namespace weir::sim
