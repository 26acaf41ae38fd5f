// One suite over the POSIX and the simulated file system.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/env/environments.h"

namespace weir::env {
namespace {

template <typename World>
class FileSystemContract : public WorldTest<World> {};
TYPED_TEST_SUITE(FileSystemContract, Worlds, WorldNames);

TYPED_TEST(FileSystemContract, missing_directory_is_not_found_unless_it_may_be_made) {
  FileSystem& files = this->env().file_system;

  EXPECT_EQ(files.open_directory(this->path(), false, false).status().code(), Code::kNotFound);
  EXPECT_EQ(files.open_directory(this->path(), false, true).status().code(), Code::kNotFound);
  EXPECT_EQ(files.open_directory(this->path(), true, true).status().code(), Code::kNotFound);
  EXPECT_TRUE(files.open_directory(this->path(), true, false).ok());
  EXPECT_TRUE(files.open_directory(this->path(), true, false).ok());
  EXPECT_TRUE(files.open_directory(this->path(), false, true).ok());
}

TYPED_TEST(FileSystemContract, makes_missing_parents) {
  const std::string deep = this->path() + "/a/b/c/";

  EXPECT_TRUE(this->env().file_system.open_directory(deep, true, false).ok());
  EXPECT_TRUE(this->env().file_system.open_directory(deep, false, false).ok());
}

TYPED_TEST(FileSystemContract, empty_path_and_file_are_no_directories) {
  const auto directory = this->make_directory();
  ASSERT_TRUE(directory->open("file", OpenMode::kCreateNew).ok());
  FileSystem& files = this->env().file_system;

  EXPECT_EQ(files.open_directory("", true, false).status().code(), Code::kInvalidArgument);
  EXPECT_EQ(files.open_directory(this->path() + "/file", false, false).status().code(),
            Code::kInvalidArgument);
}

TYPED_TEST(FileSystemContract, open_says_missing_and_exists) {
  const auto directory = this->make_directory();

  EXPECT_EQ(directory->open("file", OpenMode::kRead).status().code(), Code::kNotFound);
  EXPECT_EQ(directory->open("file", OpenMode::kWrite).status().code(), Code::kNotFound);
  EXPECT_TRUE(directory->open("file", OpenMode::kCreateNew).ok());
  EXPECT_EQ(directory->open("file", OpenMode::kCreateNew).status().code(), Code::kExists);
  EXPECT_TRUE(directory->open("file", OpenMode::kRead).ok());
  EXPECT_TRUE(directory->open("file", OpenMode::kWrite).ok());
}

TYPED_TEST(FileSystemContract, names_are_single_plain_components) {
  const auto directory = this->make_directory();

  for (const char* const name : {"", ".", "..", "a/b", "../x", "a b", "a\n", "\xc3\xbc"}) {
    EXPECT_EQ(directory->open(name, OpenMode::kCreateNew).status().code(), Code::kInvalidArgument);
    EXPECT_EQ(directory->remove(name).code(), Code::kInvalidArgument);
    EXPECT_EQ(directory->rename("x", name).code(), Code::kInvalidArgument);
    EXPECT_EQ(directory->lock(name, true).status().code(), Code::kInvalidArgument);
  }
}

TYPED_TEST(FileSystemContract, reads_what_was_written_and_stops_at_the_end) {
  const auto directory = this->make_directory();
  const auto file = directory->open("file", OpenMode::kCreateNew).take();
  ASSERT_TRUE(this->write(*file, 0, "hello world").ok());

  EXPECT_EQ(this->read(*file, 0, 11), "hello world");
  EXPECT_EQ(this->read(*file, 6, 100), "world");
  EXPECT_EQ(this->read(*file, 11, 5), "");
  EXPECT_EQ(this->read(*file, 1'000'000, 5), "");
  EXPECT_EQ(this->read(*file, UINT64_MAX, 5), "");
  EXPECT_EQ(this->read(*file, 3, 0), "");
  EXPECT_EQ(this->read(*directory->open("file", OpenMode::kRead).take(), 0, 5), "hello");
}

TYPED_TEST(FileSystemContract, writes_all_parts_also_more_than_a_system_call_takes) {
  const auto directory = this->make_directory();
  const auto file = directory->open("file", OpenMode::kCreateNew).take();
  const std::string letters = "abcdefghij";
  std::vector<ByteView> parts;
  std::string expected;
  for (size_t index = 0; index < 3000; ++index) {
    parts.push_back(as_bytes(letters).first(index % 11));
    expected += letters.substr(0, index % 11);
  }

  ASSERT_TRUE(file->write_at(7, parts).ok());

  EXPECT_EQ(file->size().value(), 7 + expected.size());
  EXPECT_EQ(this->read(*file, 7, expected.size() + 1), expected);
  EXPECT_EQ(this->read(*file, 0, 7), std::string(7, '\0'));
  EXPECT_TRUE(file->write_at(0, {}).ok());
}

TYPED_TEST(FileSystemContract, sizes_follow_writes_and_truncates) {
  const auto directory = this->make_directory();
  const auto file = directory->open("file", OpenMode::kCreateNew).take();

  EXPECT_EQ(file->size().value(), 0U);
  ASSERT_TRUE(this->write(*file, 5000, "x").ok());
  EXPECT_EQ(file->size().value(), 5001U);
  ASSERT_TRUE(file->truncate(10'000).ok());
  EXPECT_EQ(this->read(*file, 5000, 2), std::string("x\0", 2));
  ASSERT_TRUE(file->truncate(3).ok());
  ASSERT_TRUE(file->truncate(10'000).ok());
  EXPECT_EQ(this->read(*file, 5000, 1), std::string(1, '\0'));
  EXPECT_TRUE(file->sync_data().ok());
  EXPECT_TRUE(directory->sync().ok());
}

TYPED_TEST(FileSystemContract, a_file_opened_for_reading_refuses_changes) {
  const auto directory = this->make_directory();
  ASSERT_TRUE(directory->open("file", OpenMode::kCreateNew).ok());
  const auto file = directory->open("file", OpenMode::kRead).take();

  EXPECT_EQ(this->write(*file, 0, "x").code(), Code::kIo);
  EXPECT_EQ(file->truncate(5).code(), Code::kIo);
}

TYPED_TEST(FileSystemContract, rename_replaces_and_the_replaced_file_is_unlinked) {
  const auto directory = this->make_directory();
  const auto old_file = directory->open("old", OpenMode::kCreateNew).take();
  const auto new_file = directory->open("new", OpenMode::kCreateNew).take();
  ASSERT_TRUE(this->write(*new_file, 0, "new").ok());

  ASSERT_TRUE(directory->rename("new", "old").ok());

  EXPECT_EQ(directory->list().value(), (std::vector<std::string>{"old"}));
  EXPECT_EQ(this->read(*directory->open("old", OpenMode::kRead).take(), 0, 9), "new");
  EXPECT_FALSE(old_file->is_linked().value());
  EXPECT_TRUE(new_file->is_linked().value());
}

TYPED_TEST(FileSystemContract, rename_of_a_missing_file_fails) {
  const auto directory = this->make_directory();

  EXPECT_EQ(directory->rename("missing", "other").code(), Code::kIo);
}

TYPED_TEST(FileSystemContract, remove_takes_the_name_but_not_the_open_file) {
  const auto directory = this->make_directory();
  const auto file = directory->open("file", OpenMode::kCreateNew).take();
  ASSERT_TRUE(this->write(*file, 0, "still here").ok());

  EXPECT_TRUE(directory->remove("file").ok());

  EXPECT_EQ(directory->remove("file").code(), Code::kNotFound);
  EXPECT_EQ(directory->open("file", OpenMode::kRead).status().code(), Code::kNotFound);
  EXPECT_FALSE(file->is_linked().value());
  EXPECT_EQ(this->read(*file, 0, 5), "still");
  EXPECT_TRUE(file->sync_data().ok());
}

TYPED_TEST(FileSystemContract, list_is_sorted_and_knows_files_only) {
  const auto directory = this->make_directory();
  ASSERT_TRUE(this->env().file_system.open_directory(this->path() + "/inner", true, false).ok());
  for (const char* const name : {"b", "a", "C", "a-1", "a.1"}) {
    ASSERT_TRUE(directory->open(name, OpenMode::kCreateNew).ok());
  }

  EXPECT_EQ(directory->list().value(), (std::vector<std::string>{"C", "a", "a-1", "a.1", "b"}));
  EXPECT_EQ(directory->list().value().size(), 5U);
}

TYPED_TEST(FileSystemContract, exclusive_lock_keeps_everybody_out_until_it_ends) {
  const auto directory = this->make_directory();
  const auto again = this->make_directory();
  auto held = directory->lock("LOCK", true);
  ASSERT_TRUE(held.ok()) << held.status().to_string();

  const Status refused = again->lock("LOCK", true).status();
  EXPECT_EQ(refused.code(), Code::kLocked);
  EXPECT_NE(refused.message().find("store " + this->path() + " is in use by process "),
            std::string_view::npos)
      << refused.message();
  EXPECT_EQ(directory->lock("LOCK", false).status().code(), Code::kLocked);
  held.take().reset();
  EXPECT_TRUE(again->lock("LOCK", true).ok());
}

TYPED_TEST(FileSystemContract, shared_locks_go_together_and_keep_a_writer_out) {
  const auto directory = this->make_directory();
  EXPECT_TRUE(directory->lock("LOCK", false).ok());  // nobody ever wrote: nothing to lock
  EXPECT_TRUE(directory->list().value().empty());
  ASSERT_TRUE(directory->lock("LOCK", true).ok());

  auto one = directory->lock("LOCK", false);
  auto two = directory->lock("LOCK", false);

  ASSERT_TRUE(one.ok() && two.ok());
  EXPECT_EQ(directory->lock("LOCK", true).status().code(), Code::kLocked);
  one.take().reset();
  EXPECT_EQ(directory->lock("LOCK", true).status().code(), Code::kLocked);
  two.take().reset();
  EXPECT_TRUE(directory->lock("LOCK", true).ok());
}

TYPED_TEST(FileSystemContract, read_only_directory_refuses_every_change) {
  ASSERT_TRUE(this->make_directory()->open("file", OpenMode::kCreateNew).ok());
  const auto directory = this->env().file_system.open_directory(this->path(), false, true).take();

  EXPECT_EQ(directory->open("file", OpenMode::kWrite).status().code(), Code::kReadOnly);
  EXPECT_EQ(directory->open("other", OpenMode::kCreateNew).status().code(), Code::kReadOnly);
  EXPECT_EQ(directory->remove("file").code(), Code::kReadOnly);
  EXPECT_EQ(directory->rename("file", "other").code(), Code::kReadOnly);
  EXPECT_EQ(directory->lock("LOCK", true).status().code(), Code::kReadOnly);
  EXPECT_TRUE(directory->open("file", OpenMode::kRead).ok());
  EXPECT_TRUE(directory->lock("LOCK", false).ok());
}

TYPED_TEST(FileSystemContract, space_and_path_are_known) {
  const auto directory = this->make_directory();

  const DiskSpace space = directory->space().value();

  EXPECT_GT(space.total_bytes, 0U);
  EXPECT_LE(space.free_bytes, space.total_bytes);
  EXPECT_EQ(directory->path(), this->path());
}

}  // namespace
}  // namespace weir::env
