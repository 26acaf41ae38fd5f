// One regular file by its descriptor.
#pragma once

#include <string>

#include "env/descriptor.h"
#include "env/file_system.h"

namespace weir::env {

class PosixFile : public File {
 public:
  // `path` is for messages only.
  PosixFile(Descriptor descriptor, std::string path);

  Result<size_t> read_at(uint64_t offset, MutableBytes into) override;
  Status write_at(uint64_t offset, std::span<const ByteView> parts) override;
  Status sync_data() override;
  Result<uint64_t> size() override;
  Status truncate(uint64_t size) override;
  Result<bool> is_linked() override;

 private:
  const Descriptor descriptor_;
  const std::string path_;
};

}  // namespace weir::env
