// The buffer engine's face: what the api layer and the tests call. A buffer is a named object of its store, in memory; it
// lives while handles of it are open. Items are in its Table (table.h), whose calls take a Ref and need nothing else.
//
// Thread class of Handle: shared. close() is for one caller; calls through a Ref may race with it and get kClosed.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "engine/buffer/table.h"
#include "store/store.h"

namespace weir::buffer {

inline constexpr uint8_t kEngineBuffer = 4;

class Registry;
struct Opened;

// What a call needs; plain numbers, so that a stale one does no harm.
struct Ref {
  Table* table = nullptr;
  uint64_t owner = 0;
};

class Handle {
 public:
  // Opens a buffer, or another handle of one that is open: then `options`, if there are any, must be its.
  static Result<std::unique_ptr<Handle>> open(std::shared_ptr<store::Store> store,
                                              std::string_view name, const Options* options);
  ~Handle() { (void)close().ok(); }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;

  Ref ref() const { return ref_; }
  // The last handle ends the buffer, and writes the snapshot if there is to be one. Ends the handle whatever it returns.
  Status close();

  // As Table::set, with another try once the store has made room in its budget.
  static Status set(Ref ref, store::Store& store, ByteView key, ByteView value, Expiry expiry,
                    bool only_if_absent);
  Status set(ByteView key, ByteView value, Expiry expiry = {}, bool only_if_absent = false) const {
    return set(ref_, *store_, key, value, expiry, only_if_absent);
  }
  Table& table() const { return *ref_.table; }
  uint64_t owner() const { return ref_.owner; }
  const std::shared_ptr<store::Store>& store() const { return store_; }

 private:
  Handle(std::shared_ptr<store::Store> store, Opened* opened, Ref ref)
      : store_(std::move(store)), opened_(opened), ref_(ref) {}

  std::shared_ptr<store::Store> store_;
  Opened* opened_;  // the registry's; nullptr once closed
  const Ref ref_;
};

// The names of the buffers that are open, sorted.
std::vector<std::string> list(store::Store& store);

// An id that no other call of this process gets: handle, wall time in nanoseconds, a counter that begins by chance;
// each eight bytes, little-endian.
inline constexpr size_t kIdBytes = 24;
void make_id(env::Env& env, int64_t handle, uint8_t* into);

// Where a snapshot is kept: records of a stream of engine 4, see FORMAT.md §13.
Status save_snapshot(store::Store& store, std::string_view name, Table& table, uint64_t owner);
// Fills the table and uses the snapshot up. Nothing to do where there is none.
Status restore_snapshot(store::Store& store, std::string_view name, Table& table, uint64_t owner);

}  // namespace weir::buffer
