#include "storage/manifest_file.h"

#include <gtest/gtest.h>

#include "tests/storage/fixture.h"

namespace weir::storage {
namespace {

class ManifestFileTest : public StorageTest {
 protected:
  static format::Manifest manifest_of(uint64_t generation) {
    format::Manifest manifest;
    manifest.generation = generation;
    manifest.cut_file_id = 10 * generation;
    manifest.next_file_id = 1;
    return manifest;
  }
  ManifestRead read() {
    ManifestFile file(*directory_, counters_);
    Result<ManifestRead> result = file.read(true);
    EXPECT_TRUE(result.ok()) << result.status().to_string();
    return result.ok() ? result.take() : ManifestRead();
  }
  // A file with generation 5 in slot 0 and 4 in slot 1.
  void make_file() {
    ASSERT_TRUE(file_.create(manifest_of(3)).ok());
    file_.set_current_slot(0);
    ASSERT_TRUE(file_.write_slot(1, manifest_of(4)).ok());
    ASSERT_TRUE(file_.write_slot(0, manifest_of(5)).ok());
  }
  void damage_slot(uint32_t slot) {
    disk().flip_bit(path_of(kManifestName), slot * format::kManifestSlotBytes + 40, 3);
  }

  ManifestFile file_{*directory_, counters_};
};

TEST_F(ManifestFileTest, there_is_none_in_an_empty_directory) {
  const ManifestRead found = read();

  EXPECT_FALSE(found.exists);
  EXPECT_FALSE(found.found);
}

TEST_F(ManifestFileTest, a_new_one_has_both_slots_and_survives_a_power_cut) {
  ASSERT_TRUE(file_.create(manifest_of(1)).ok());

  cut_power(sim::LossMode::kEverything);

  const ManifestRead found = read();
  EXPECT_TRUE(found.found);
  EXPECT_TRUE(found.other_valid);
  EXPECT_EQ(found.manifest.generation, 1U);
  EXPECT_FALSE(disk().exists(path_of(kManifestNewName)));
}

TEST_F(ManifestFileTest, a_making_that_was_broken_off_is_done_again) {
  disk().set_content(path_of(kManifestNewName), as_bytes("half"));

  EXPECT_TRUE(file_.create(manifest_of(1)).ok());
  EXPECT_EQ(read().manifest.generation, 1U);
}

TEST_F(ManifestFileTest, the_higher_generation_is_believed) {
  make_file();

  const ManifestRead found = read();

  EXPECT_EQ(found.manifest.generation, 5U);
  EXPECT_EQ(found.manifest.cut_file_id, 50U);
  EXPECT_EQ(found.slot, 0U);
  EXPECT_TRUE(found.other_valid);
}

TEST_F(ManifestFileTest, the_higher_generation_is_believed_in_the_other_slot_too) {
  make_file();
  ASSERT_TRUE(file_.write_slot(1, manifest_of(6)).ok());

  EXPECT_EQ(read().manifest.generation, 6U);
  EXPECT_EQ(read().slot, 1U);
}

TEST_F(ManifestFileTest, one_damaged_slot_leaves_the_other) {
  make_file();
  damage_slot(0);

  const ManifestRead found = read();

  EXPECT_TRUE(found.found);
  EXPECT_EQ(found.manifest.generation, 4U);
  EXPECT_FALSE(found.other_valid);
  EXPECT_EQ(found.damage.code(), Code::kCorrupt);
}

TEST_F(ManifestFileTest, two_damaged_slots_are_reported_as_a_manifest_that_exists) {
  make_file();
  damage_slot(0);
  damage_slot(1);

  const ManifestRead found = read();

  EXPECT_TRUE(found.exists);
  EXPECT_FALSE(found.found);
  EXPECT_EQ(found.damage.code(), Code::kCorrupt);
}

TEST_F(ManifestFileTest, a_file_that_is_cut_off_has_what_is_left) {
  make_file();
  std::vector<uint8_t> bytes = disk().content(path_of(kManifestName));
  bytes.resize(format::kManifestSlotBytes);
  disk().set_content(path_of(kManifestName), bytes);

  EXPECT_EQ(read().manifest.generation, 5U);
}

// Whatever the power cut does to the write of one slot, the other one is there.
TEST_F(ManifestFileTest, a_power_cut_at_any_point_leaves_the_old_or_the_new_one) {
  make_file();
  const uint64_t before = disk().io_count();
  for (uint64_t point = 1; point <= 4; ++point) {
    for (uint64_t seed = 0; seed < 20; ++seed) {
      sim::SimEnv world(disk().after_process_kill(), seed);
      auto directory = world.file_system().open_directory(kPath, false, false).take();
      ManifestFile file(*directory, counters_);
      ASSERT_TRUE(file.read(true).ok());
      world.file_system().crash_at(point);
      (void)file.write_both(manifest_of(6)).ok();
      sim::SimEnv next(world.file_system().after_power_cut(seed, sim::LossMode::kRandomStrict), 1);
      auto reopened = next.file_system().open_directory(kPath, false, false).take();
      const ManifestRead found = ManifestFile(*reopened, counters_).read(true).take();
      ASSERT_TRUE(found.found);
      EXPECT_GE(found.manifest.generation, 5U);
      EXPECT_LE(found.manifest.generation, 7U);
      if (point > 2) {
        EXPECT_GE(found.manifest.generation, 6U) << point;
      }
    }
  }
  EXPECT_EQ(disk().io_count(), before);
}

TEST_F(ManifestFileTest, writes_the_older_slot_first) {
  make_file();  // 5 in slot 0
  disk().crash_at(disk().io_count() + 3);

  EXPECT_FALSE(file_.write_both(manifest_of(6)).ok());
  cut_power(sim::LossMode::kEverything);

  EXPECT_EQ(read().slot, 1U);
  EXPECT_EQ(read().manifest.generation, 6U);
}

TEST_F(ManifestFileTest, a_failed_sync_is_told) {
  make_file();
  disk().fail_at(1, sim::FaultKind::kEio, false, sim::kSync);

  EXPECT_EQ(file_.write_both(manifest_of(6)).code(), Code::kIo);
}

// --- state files ---

format::StoreState state_of(uint64_t generation, size_t streams) {
  format::StoreState state;
  state.generation = generation;
  for (size_t i = 0; i < streams; ++i) {
    format::StreamState one;
    one.stream_id = state.next_stream_id++;
    one.engine = 1;
    one.name = "queue " + to_text(uint64_t{i});
    state.streams.push_back(one);
  }
  return state;
}

TEST_F(ManifestFileTest, a_state_reads_back_through_the_manifests_reference) {
  format::Manifest manifest;
  ASSERT_TRUE(write_state(*directory_, counters_, 1, state_of(1, 3), &manifest).ok());
  EXPECT_EQ(manifest.state_slot, 1U);
  cut_power(sim::LossMode::kEverything);

  const Result<format::StoreState> state = read_state(*directory_, manifest);

  ASSERT_TRUE(state.ok()) << state.status().to_string();
  ASSERT_EQ(state.value().streams.size(), 3U);
  EXPECT_EQ(state.value().streams[2].name, "queue 2");
}

TEST_F(ManifestFileTest, a_shorter_state_over_a_longer_one_reads_back) {
  format::Manifest manifest;
  ASSERT_TRUE(write_state(*directory_, counters_, 0, state_of(1, 500), &manifest).ok());
  ASSERT_TRUE(write_state(*directory_, counters_, 0, state_of(2, 1), &manifest).ok());

  EXPECT_EQ(read_state(*directory_, manifest).value().streams.size(), 1U);
}

TEST_F(ManifestFileTest, a_state_that_the_manifest_does_not_mean_is_refused) {
  format::Manifest old;
  format::Manifest manifest;
  ASSERT_TRUE(write_state(*directory_, counters_, 0, state_of(1, 3), &old).ok());
  ASSERT_TRUE(write_state(*directory_, counters_, 0, state_of(2, 3), &manifest).ok());

  EXPECT_EQ(read_state(*directory_, old).status().code(), Code::kCorrupt);
  EXPECT_TRUE(read_state(*directory_, manifest).ok());
}

TEST_F(ManifestFileTest, a_state_that_is_missing_cut_off_or_damaged_is_corrupt) {
  format::Manifest manifest;
  EXPECT_EQ(read_state(*directory_, manifest).status().code(), Code::kCorrupt);
  ASSERT_TRUE(write_state(*directory_, counters_, 0, state_of(1, 3), &manifest).ok());
  const std::vector<uint8_t> good = disk().content(path_of("state-0"));

  const uint64_t meaningful = 32 + load_little<uint32_t>(good.data() + 24);  // the rest is padding
  for (uint64_t at = 0; at < meaningful; ++at) {
    disk().flip_bit(path_of("state-0"), at, at % 8);
    const Code code = read_state(*directory_, manifest).status().code();
    EXPECT_TRUE(code == Code::kCorrupt || code == Code::kFormatTooNew) << at;
    disk().set_content(path_of("state-0"), good);
  }
  disk().set_content(path_of("state-0"), ByteView(good).first(manifest.state_bytes - 1));
  EXPECT_EQ(read_state(*directory_, manifest).status().code(), Code::kCorrupt);
}

TEST_F(ManifestFileTest, a_state_whose_sync_failed_stops_the_store) {
  format::Manifest manifest;
  disk().fail_at(1, sim::FaultKind::kEio, false, sim::kSync | sim::kSyncDirectory);

  EXPECT_EQ(write_state(*directory_, counters_, 0, state_of(1, 1), &manifest).code(),
            Code::kFailed);
}

}  // namespace
}  // namespace weir::storage
