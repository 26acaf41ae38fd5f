// What lies behind the opaque types of logs.
#pragma once

#include <weir/log.h>
#include <weir/reader.h>
#include <weir/records.h>

#include <memory>

#include "api/handle.h"
#include "engine/log/log.h"
#include "engine/log/reader.h"

namespace weir::api {

// Owners of a log::Handle: its shell, and batches that name it until they are committed or cleared.
struct LogShell : Shell {
  using Public = weir_log;
  static constexpr const char* kNoun = "log";
  static constexpr uint32_t kMagic = 0x4c4f4720;
  static constexpr size_t kQuarantine = api::kQuarantine;
  std::shared_ptr<log::Handle> handle;
  void clear() noexcept { handle.reset(); }
};

struct ReaderShell : Shell {
  using Public = weir_reader;
  static constexpr const char* kNoun = "reader";
  static constexpr uint32_t kMagic = 0x52454144;
  static constexpr size_t kQuarantine = api::kQuarantine;
  std::shared_ptr<log::Reader> reader;
  void clear() noexcept { reader.reset(); }
};

// The shell rests after use, its contents do not: they keep their memory for the next read.
struct RecordsShell : Shell {
  using Public = weir_records;
  static constexpr const char* kNoun = "records";
  static constexpr uint32_t kMagic = 0x52454353;
  static constexpr size_t kQuarantine = api::kQuarantine;
  log::Records* records = nullptr;  // owned while open
};

// A weir_records in the making: takes all memory that publish() needs, so that what was read is not lost for want of
// it.
class NewRecords {
 public:
  NewRecords() = default;
  NewRecords(const NewRecords&) = delete;
  NewRecords& operator=(const NewRecords&) = delete;
  ~NewRecords();
  Status prepare();
  log::Records* into() { return records_.get(); }
  weir_records* publish();

 private:
  RecordsShell* shell_ = nullptr;
  std::unique_ptr<log::Records> records_;
};

}  // namespace weir::api
