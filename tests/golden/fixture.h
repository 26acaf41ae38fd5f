// A copy of a golden store in a directory of its own.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>

#include "tests/golden/store_dump.h"

namespace weir::golden {

class GoldenTest : public testing::Test {
 protected:
  void SetUp() override {
    // In memory when there is such a place: the bit flips open thousands of times.
    const char* base = std::filesystem::exists("/dev/shm") ? "/dev/shm" : "/tmp";
    std::string name = std::string(base) + "/weir-golden-XXXXXX";
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    directory_ = name;
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }

  // "clean" or "unclean"; the path of the store.
  std::string unpack(const std::string& name) {
    const std::string archive =
        std::string(WEIR_GOLDEN_DIRECTORY) + "/format-1-" + name + ".tar.xz";
    const std::string command = "tar -xJf '" + archive + "' -C '" + directory_ + "'";
    EXPECT_EQ(std::system(command.c_str()), 0);
    return directory_ + "/" + name;
  }
  static std::string read(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  static void write(const std::string& path, const std::string& bytes) {
    std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
  }
  static std::string expected(const std::string& name) {
    return read(std::string(WEIR_GOLDEN_DIRECTORY) + "/format-1-" + name + ".dump");
  }
  // Every file with its bytes; the lock file holds the pid of who opened it last.
  static std::map<std::string, std::string> contents(const std::string& store) {
    std::map<std::string, std::string> files;
    for (const auto& entry : std::filesystem::directory_iterator(store)) {
      const std::string name = entry.path().filename().string();
      if (name != "lock") files[name] = read(entry.path().string());
    }
    return files;
  }
  // The file in force: of those whose name begins so and that hold something, the one with the largest file id.
  static std::string file_of(const std::string& store, const std::string& prefix) {
    std::string found;
    uint64_t largest = 0;
    for (const auto& [name, bytes] : contents(store)) {
      if (name.rfind(prefix, 0) != 0 || bytes.size() < 4160 || bytes[4096] == 0) continue;
      uint64_t id = 0;
      std::memcpy(&id, &bytes[48], 8);
      if (id <= largest) continue;
      largest = id;
      found = name;
    }
    EXPECT_FALSE(found.empty()) << "no " << prefix;
    return found;
  }

  std::string directory_;
};

}  // namespace weir::golden
