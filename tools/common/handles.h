// Owners for the handles of the C API, so that every way out of a function releases them.
#pragma once

#include <weir/weir.h>

#include <memory>

namespace weir::tools {

struct StoreCloser {
  void operator()(weir_store* store) const { weir_store_close(store, nullptr); }
};
struct QueueCloser {
  void operator()(weir_queue* queue) const { weir_queue_close(queue, nullptr); }
};
struct BatchFreer {
  void operator()(weir_batch* batch) const { weir_batch_free(batch); }
};
struct MessagesFreer {
  void operator()(weir_messages* messages) const { weir_messages_free(messages); }
};
struct MessageFreer {
  void operator()(weir_message* message) const { weir_message_free(message); }
};
struct HeadersFreer {
  void operator()(weir_headers* headers) const { weir_headers_free(headers); }
};
struct NamesFreer {
  void operator()(weir_names* names) const { weir_names_free(names); }
};
struct BlobFreer {
  void operator()(weir_blob* blob) const { weir_blob_free(blob); }
};

using StoreHandle = std::unique_ptr<weir_store, StoreCloser>;
using QueueHandle = std::unique_ptr<weir_queue, QueueCloser>;
using BatchHandle = std::unique_ptr<weir_batch, BatchFreer>;
using MessagesHandle = std::unique_ptr<weir_messages, MessagesFreer>;
using MessageHandle = std::unique_ptr<weir_message, MessageFreer>;
using HeadersHandle = std::unique_ptr<weir_headers, HeadersFreer>;
using NamesHandle = std::unique_ptr<weir_names, NamesFreer>;
using BlobHandle = std::unique_ptr<weir_blob, BlobFreer>;

}  // namespace weir::tools
