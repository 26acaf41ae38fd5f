#include <weir/document.h>

#include "api/check.h"
#include "api/collection_shells.h"
#include "api/guard.h"
#include "api/shells.h"
#include "engine/cache/content.h"

namespace weir::api {

namespace {

static_assert(static_cast<uint32_t>(format::DocumentForm::kDocument) == 1 - WEIR_DOCUMENT_JSON);
static_assert(static_cast<uint32_t>(format::DocumentForm::kBytes) == 1 - WEIR_DOCUMENT_BYTES);

// What a recycled body may have grown to: a larger one is given back to the heap.
constexpr uint64_t kKeptBytesMax = 64 << 10;
constexpr size_t kKeptCountMax = 4096;

void release_body(DocumentsShell* shell, std::unique_ptr<cache::Documents> body) {
  if (body->bytes() > kKeptBytesMax || body->count() > kKeptCountMax) {
    body.reset();
  } else {
    body->clear();
  }
  delete static_cast<cache::Documents*>(pool_of<DocumentsShell>().put(shell, body.release()));
}

const cache::Document* look_document(const weir_documents* handle, size_t index) {
  const DocumentsShell* shell = look<DocumentsShell>(handle);
  if (shell == nullptr || index >= shell->body->count()) return nullptr;
  return &shell->body->at(index);
}

}  // namespace

NewDocuments::~NewDocuments() {
  if (shell_ == nullptr) return;
  if (body_ == nullptr) {
    pool_of<DocumentsShell>().put(shell_, nullptr);
  } else {
    release_body(shell_, std::move(body_));
  }
}

Status NewDocuments::prepare() {
  void* spare = nullptr;
  shell_ = static_cast<DocumentsShell*>(pool_of<DocumentsShell>().take(&spare));
  body_.reset(static_cast<cache::Documents*>(spare));
  if (shell_ == nullptr) return Code::kNoMemory;
  if (body_ == nullptr) body_ = std::make_unique<cache::Documents>();
  return {};
}

weir_documents* NewDocuments::publish() {
  shell_->body = body_.release();
  return static_cast<weir_documents*>(publish_shell(std::exchange(shell_, nullptr)));
}

}  // namespace weir::api

using namespace weir::api;  // NOLINT(google-build-using-namespace): the C side of this layer
using weir::Status;

size_t weir_documents_count(const weir_documents* documents) noexcept {
  const DocumentsShell* shell = look<DocumentsShell>(documents);
  return shell == nullptr ? 0 : shell->body->count();
}

const char* weir_documents_key(const weir_documents* documents, size_t index) noexcept {
  const weir::cache::Document* one = look_document(documents, index);
  return one == nullptr ? nullptr : one->key.data();
}

const void* weir_documents_data(const weir_documents* documents, size_t index) noexcept {
  const weir::cache::Document* one = look_document(documents, index);
  return one == nullptr || one->missing ? nullptr : one->payload.data();
}

size_t weir_documents_size(const weir_documents* documents, size_t index) noexcept {
  const weir::cache::Document* one = look_document(documents, index);
  return one == nullptr ? 0 : one->payload.size();
}

uint64_t weir_documents_version(const weir_documents* documents, size_t index) noexcept {
  const weir::cache::Document* one = look_document(documents, index);
  return one == nullptr ? 0 : one->version;
}

int64_t weir_documents_written_at(const weir_documents* documents, size_t index) noexcept {
  const weir::cache::Document* one = look_document(documents, index);
  return one == nullptr ? 0 : one->written_at_ns;
}

int64_t weir_documents_expires_at(const weir_documents* documents, size_t index) noexcept {
  const weir::cache::Document* one = look_document(documents, index);
  return one == nullptr ? 0 : one->expires_at_ns;
}

uint32_t weir_documents_format(const weir_documents* documents, size_t index) noexcept {
  const weir::cache::Document* one = look_document(documents, index);
  const bool is_bytes =
      one != nullptr && !one->missing && one->form == weir::format::DocumentForm::kBytes;
  return is_bytes ? WEIR_DOCUMENT_BYTES : WEIR_DOCUMENT_JSON;
}

const char* weir_documents_content_type(const weir_documents* documents, size_t index) noexcept {
  const weir::cache::Document* one = look_document(documents, index);
  if (one == nullptr) return nullptr;
  if (one->missing) return "";
  return one->form == weir::format::DocumentForm::kDocument ? "application/json"
                                                            : one->content_type.data();
}

weir_status weir_documents_field(const weir_documents* documents, size_t index, const char* path,
                                 weir_blob** out_json, weir_error* err) noexcept {
  return guard(err, [&]() -> Status {
    WEIR_TRY(check_out("out_json", out_json));
    WEIR_ASSIGN(const DocumentsShell* shell, look_or_tell<DocumentsShell>(documents));
    const size_t count = shell->body->count();
    WEIR_TRY(check_range("index", index, 0, count == 0 ? 0 : count - 1));
    WEIR_TRY(check_pointer("path", path));
    const weir::cache::Document* one = look_document(documents, index);
    if (one == nullptr || one->missing) return weir::Code::kNotFound;
    if (!one->stored || one->form != weir::format::DocumentForm::kDocument) {
      return {weir::Code::kInvalidArgument,
              weir::text("document ", weir::quoted(one->key),
                         " is bytes or was read as JSON text; read JSON as WEIR_READ_STORED")};
    }
    New<BlobShell> blob;
    WEIR_TRY(blob.prepare());
    WEIR_ASSIGN(blob->bytes, weir::cache::field_as_json(one->payload, path));
    *out_json = blob.publish();
    return {};
  });
}

void weir_documents_free(weir_documents* documents) noexcept {
  DocumentsShell* shell = close_unshared<DocumentsShell>(documents);
  if (shell == nullptr) return;
  release_body(shell, std::unique_ptr<weir::cache::Documents>(std::exchange(shell->body, nullptr)));
}
