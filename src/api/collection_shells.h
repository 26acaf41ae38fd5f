// What lies behind the opaque types of collections.
#pragma once

#include <weir/collection.h>

#include <memory>

#include "api/handle.h"
#include "engine/cache/collection.h"
#include "engine/cache/cursor.h"

namespace weir::api {

// Owners of a cache::Handle: its shell, its cursors, and batches that name it until they are committed or cleared.
struct CollectionShell : Shell {
  using Public = weir_collection;
  static constexpr const char* kNoun = "collection";
  static constexpr uint32_t kMagic = 0x434f4c4c;
  static constexpr size_t kQuarantine = api::kQuarantine;
  std::shared_ptr<cache::Handle> handle;
  void clear() noexcept { handle.reset(); }
};

struct CursorShell : Shell {
  using Public = weir_cursor;
  static constexpr const char* kNoun = "cursor";
  static constexpr uint32_t kMagic = 0x43555253;
  static constexpr size_t kQuarantine = api::kQuarantine;
  std::unique_ptr<cache::Cursor> cursor;
  uint32_t form = 0;
  void clear() noexcept { cursor.reset(); }
};

// Keeps its Documents, with their arenas, for the next use.
struct DocumentsShell : Shell {
  using Public = weir_documents;
  static constexpr const char* kNoun = "documents";
  static constexpr uint32_t kMagic = 0x444f4353;
  static constexpr size_t kQuarantine = api::kQuarantine;
  cache::Documents* body = nullptr;  // owned while open
};

// A weir_documents in the making: takes its memory first.
class NewDocuments {
 public:
  NewDocuments() = default;
  NewDocuments(const NewDocuments&) = delete;
  NewDocuments& operator=(const NewDocuments&) = delete;
  ~NewDocuments();
  Status prepare();
  cache::Documents* into() { return body_.get(); }
  weir_documents* publish();

 private:
  DocumentsShell* shell_ = nullptr;
  std::unique_ptr<cache::Documents> body_;
};

}  // namespace weir::api
