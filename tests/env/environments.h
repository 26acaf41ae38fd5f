// The environments that one contract suite runs over, so that the simulator cannot drift from the
// system.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include "env/env.h"
#include "tests/sim/sim_env.h"

namespace weir::env {

// The operating system's, in a directory of its own.
class PosixWorld {
 public:
  PosixWorld() {
    std::string path = (std::filesystem::temp_directory_path() / "weir-env-XXXXXX").string();
    const char* const made = mkdtemp(path.data());
    root_ = made == nullptr ? "" : made;
  }
  PosixWorld(const PosixWorld&) = delete;
  PosixWorld& operator=(const PosixWorld&) = delete;
  ~PosixWorld() {
    std::error_code ignored;
    std::filesystem::remove_all(root_, ignored);
  }

  Env& env() { return posix_env(); }
  const std::string& root() const { return root_; }
  // Lets background work go on for some milliseconds.
  void run_for_ms(unsigned milliseconds) { usleep(milliseconds * 1000); }

 private:
  std::string root_;
};

class SimWorld {
 public:
  Env& env() { return world_.env(); }
  const std::string& root() const { return root_; }
  void run_for_ms(unsigned milliseconds) { world_.executor().run_for_ms(milliseconds); }

 private:
  sim::SimEnv world_{1};
  const std::string root_ = "/sim";
};

using Worlds = ::testing::Types<PosixWorld, SimWorld>;

struct WorldNames {
  template <typename World>
  static std::string GetName(int) {
    return std::is_same_v<World, PosixWorld> ? "posix" : "sim";
  }
};

template <typename World>
class WorldTest : public ::testing::Test {
 protected:
  Env& env() { return world_.env(); }
  std::string path() const { return world_.root() + "/store"; }
  std::unique_ptr<Directory> make_directory() {
    return env().file_system.open_directory(path(), true, false).take();
  }
  static Status write(File& file, uint64_t offset, std::string_view bytes) {
    const ByteView parts[] = {as_bytes(bytes)};
    return file.write_at(offset, parts);
  }
  static std::string read(File& file, uint64_t offset, size_t size) {
    std::string bytes(size, '?');
    const Result<size_t> got =
        file.read_at(offset, {reinterpret_cast<uint8_t*>(bytes.data()), bytes.size()});
    EXPECT_TRUE(got.ok()) << got.status().to_string();
    bytes.resize(got.ok() ? got.value() : 0);
    return bytes;
  }

  World world_;
};

}  // namespace weir::env
