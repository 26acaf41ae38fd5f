#include <weir/message.h>

#include <algorithm>
#include <string_view>

#include "api/check.h"
#include "api/guard.h"
#include "api/messages.h"
#include "api/shells.h"

namespace weir::api {

namespace {

// What a recycled body may have grown to: a larger one is given back to the heap.
constexpr uint64_t kKeptBytesMax = 64 << 10;
constexpr size_t kKeptMessagesMax = 4096;

constexpr size_t kHeaderNameBytesMax = 255;

bool worth_keeping(const queue::Messages& messages) {
  return messages.payload_bytes() <= kKeptBytesMax && messages.count() <= kKeptMessagesMax;
}

void release_body(Shell* shell, ShellPool& pool, std::unique_ptr<queue::Messages> body) {
  if (!worth_keeping(*body)) body.reset();
  if (body != nullptr) body->clear();
  delete static_cast<queue::Messages*>(pool.put(shell, body.release()));
}

void release_body(Shell* shell, ShellPool& pool, std::unique_ptr<MessagesBody> body) {
  for (ViewBlock* block : body->blocks) {
    block->state.fetch_and(~Shell::kOpen, std::memory_order_acq_rel);
    block->owner = nullptr;
    pool_of<ViewBlock>().put(block, nullptr);
  }
  body->blocks.clear();
  if (!worth_keeping(body->messages)) body.reset();
  if (body != nullptr) body->messages.clear();
  delete static_cast<MessagesBody*>(pool.put(shell, body.release()));
}

// Takes a shell and a body, a used one if there is any.
template <typename S, typename Body>
Status take_body(S** shell, std::unique_ptr<Body>* body) {
  void* spare = nullptr;
  *shell = static_cast<S*>(pool_of<S>().take(&spare));
  body->reset(static_cast<Body*>(spare));
  if (*shell == nullptr) return Code::kNoMemory;
  if (*body == nullptr) {
    // When this throws, the destructor of whoever called gives the shell back.
    *body = std::make_unique<Body>();
  }
  return {};
}

const queue::Message* view_of(const weir_message* handle) {
  const auto* block = static_cast<const ViewBlock*>(pool_of<ViewBlock>().find(handle));
  if (block == nullptr) return nullptr;
  // Acquire: pairs with publish_shell.
  if ((block->state.load(std::memory_order_acquire) & Shell::kOpen) == 0) return nullptr;
  const uintptr_t offset =
      reinterpret_cast<uintptr_t>(handle) - reinterpret_cast<uintptr_t>(block->addresses);
  const queue::Messages& messages = block->owner->body->messages;
  const size_t index = block->first_index + offset;
  if (offset >= ViewBlock::kViews || index >= messages.count()) return nullptr;
  return &messages.at(index);
}

// The message of an open handle, whichever kind it is of.
const queue::Message* look_message(const weir_message* handle) {
  const MessageShell* shell = look<MessageShell>(handle);
  return shell != nullptr ? &shell->body->at(0) : view_of(handle);
}

Result<const queue::Message*> look_message_or_tell(const weir_message* handle) {
  WEIR_TRY(check_pointer("message", handle));
  if (const queue::Message* message = look_message(handle); message != nullptr) return message;
  const bool known = pool_of<MessageShell>().find(handle) != nullptr ||
                     pool_of<ViewBlock>().find(handle) != nullptr;
  return known ? Status(Code::kClosed) : not_a_handle(MessageShell::kNoun, handle);
}

using HeaderList = std::vector<std::pair<std::string, std::string>>;

const HeaderList& headers_of(const queue::Message& message) {
  static const HeaderList& none = *new HeaderList;
  return message.properties == nullptr ? none : message.properties->headers;
}

Status set_header(HeadersShell& shell, std::string_view name, std::string_view value) {
  HeaderList& headers = *shell.headers;
  const auto found = std::find_if(headers.begin(), headers.end(),
                                  [&](const auto& header) { return header.first == name; });
  const size_t replaced = found == headers.end() ? 0 : name.size() + found->second.size();
  const size_t others = shell.bytes - replaced;
  if (value.size() > queue::kHeadersBytesMax ||
      others + name.size() + value.size() > queue::kHeadersBytesMax) {
    return {Code::kTooLarge,
            text("header ", quoted(name), " with ", value.size(), " bytes comes to ", others,
                 " bytes of others; all together have at most ", queue::kHeadersBytesMax)};
  }
  if (found == headers.end()) {
    headers.emplace_back(name, value);
  } else {
    found->second = value;
  }
  shell.bytes = others + name.size() + value.size();
  return {};
}

}  // namespace

NewMessage::~NewMessage() {
  if (shell_ == nullptr) return;
  if (body_ == nullptr) {
    pool_of<MessageShell>().put(shell_, nullptr);
  } else {
    release_body(shell_, pool_of<MessageShell>(), std::move(body_));
  }
}

Status NewMessage::prepare() { return take_body(&shell_, &body_); }

weir_message* NewMessage::publish() {
  shell_->body = body_.release();
  return static_cast<weir_message*>(publish_shell(std::exchange(shell_, nullptr)));
}

NewMessages::~NewMessages() {
  if (shell_ == nullptr) return;
  if (body_ == nullptr) {
    pool_of<MessagesShell>().put(shell_, nullptr);
  } else {
    release_body(shell_, pool_of<MessagesShell>(), std::move(body_));
  }
}

Status NewMessages::prepare(size_t count_max) {
  WEIR_TRY(take_body(&shell_, &body_));
  const size_t block_count = (count_max + ViewBlock::kViews - 1) / ViewBlock::kViews;
  body_->blocks.reserve(block_count);
  while (body_->blocks.size() < block_count) {
    auto* block = static_cast<ViewBlock*>(pool_of<ViewBlock>().take(nullptr));
    if (block == nullptr) return Code::kNoMemory;
    body_->blocks.push_back(block);
  }
  return {};
}

weir_messages* NewMessages::publish() {
  size_t first_index = 0;
  for (ViewBlock* block : body_->blocks) {
    block->owner = shell_;
    block->first_index = first_index;
    first_index += ViewBlock::kViews;
  }
  shell_->body = body_.release();
  for (ViewBlock* block : shell_->body->blocks) publish_shell(block);
  return static_cast<weir_messages*>(publish_shell(std::exchange(shell_, nullptr)));
}

}  // namespace weir::api

using namespace weir::api;  // NOLINT(google-build-using-namespace): the C side of this layer
using weir::Status;
using weir::queue::Message;

const void* weir_message_data(const weir_message* message) noexcept {
  const Message* found = look_message(message);
  if (found == nullptr) return nullptr;
  return found->payload.data() != nullptr ? static_cast<const void*>(found->payload.data()) : "";
}

size_t weir_message_size(const weir_message* message) noexcept {
  const Message* found = look_message(message);
  return found == nullptr ? 0 : found->payload.size();
}

uint64_t weir_message_id(const weir_message* message) noexcept {
  const Message* found = look_message(message);
  return found == nullptr ? 0 : found->id;
}

uint32_t weir_message_delivery_count(const weir_message* message) noexcept {
  const Message* found = look_message(message);
  return found == nullptr ? 0 : found->delivery_count;
}

uint8_t weir_message_redelivered(const weir_message* message) noexcept {
  const Message* found = look_message(message);
  return found != nullptr && found->redelivered ? 1 : 0;
}

int64_t weir_message_enqueued_at(const weir_message* message) noexcept {
  const Message* found = look_message(message);
  return found == nullptr ? 0 : found->enqueued_at_ns;
}

const char* weir_message_content_type(const weir_message* message) noexcept {
  const Message* found = look_message(message);
  const bool given = found != nullptr && found->properties != nullptr;
  return given ? found->properties->content_type.c_str() : "";
}

size_t weir_message_header_count(const weir_message* message) noexcept {
  const Message* found = look_message(message);
  return found == nullptr ? 0 : headers_of(*found).size();
}

weir_status weir_message_header_at(const weir_message* message, size_t index, const char** out_name,
                                   const void** out_value, size_t* out_value_size) noexcept {
  return guard(nullptr, [&]() -> Status {
    if (out_value_size == nullptr) return weir::Code::kInvalidArgument;
    *out_value_size = 0;
    WEIR_TRY(check_out("out_name", out_name));
    WEIR_TRY(check_out("out_value", out_value));
    WEIR_ASSIGN(const Message* found, look_message_or_tell(message));
    if (index >= headers_of(*found).size()) return weir::Code::kEnd;
    const auto& [name, value] = headers_of(*found)[index];
    *out_name = name.c_str();
    *out_value = value.c_str();
    *out_value_size = value.size();
    return {};
  });
}

weir_status weir_message_header(const weir_message* message, const char* name,
                                const void** out_value, size_t* out_value_size) noexcept {
  return guard(nullptr, [&]() -> Status {
    if (name == nullptr || out_value_size == nullptr) return weir::Code::kInvalidArgument;
    *out_value_size = 0;
    WEIR_TRY(check_out("out_value", out_value));
    WEIR_ASSIGN(const Message* found, look_message_or_tell(message));
    for (const auto& header : headers_of(*found)) {
      if (header.first != name) continue;
      *out_value = header.second.c_str();
      *out_value_size = header.second.size();
      return {};
    }
    return weir::Code::kNotFound;
  });
}

void weir_message_free(weir_message* message) noexcept {
  MessageShell* shell = close_unshared<MessageShell>(message);
  if (shell == nullptr) return;
  std::unique_ptr<weir::queue::Messages> body(std::exchange(shell->body, nullptr));
  release_body(shell, pool_of<MessageShell>(), std::move(body));
}

size_t weir_messages_count(const weir_messages* messages) noexcept {
  const MessagesShell* shell = look<MessagesShell>(messages);
  return shell == nullptr ? 0 : shell->body->messages.count();
}

const weir_message* weir_messages_at(const weir_messages* messages, size_t index) noexcept {
  const MessagesShell* shell = look<MessagesShell>(messages);
  if (shell == nullptr || index >= shell->body->messages.count()) return nullptr;
  const ViewBlock* block = shell->body->blocks[index / ViewBlock::kViews];
  // An address that stands for the message; nobody looks at what is there.
  const void* view = block->addresses + index % ViewBlock::kViews;
  return static_cast<const weir_message*>(view);
}

void weir_messages_free(weir_messages* messages) noexcept {
  MessagesShell* shell = close_unshared<MessagesShell>(messages);
  if (shell == nullptr) return;
  std::unique_ptr<MessagesBody> body(std::exchange(shell->body, nullptr));
  release_body(shell, pool_of<MessagesShell>(), std::move(body));
}

weir_status weir_headers_create(weir_headers** out, weir_error* err) noexcept {
  return guard(err, [&]() -> Status {
    WEIR_TRY(check_out("out", out));
    New<HeadersShell> shell;
    WEIR_TRY(shell.prepare());
    shell->headers = std::make_unique<HeaderList>();
    *out = shell.publish();
    return {};
  });
}

weir_status weir_headers_set(weir_headers* headers, const char* name, const void* value,
                             size_t value_size, weir_error* err) noexcept {
  return guard(err, [&]() -> Status {
    WEIR_ASSIGN(HeadersShell * shell, look_or_tell<HeadersShell>(headers));
    WEIR_ASSIGN(const auto checked, check_text("name", name, 1, kHeaderNameBytesMax));
    WEIR_ASSIGN(const auto bytes, check_data("value", value, value_size));
    return set_header(*shell, checked, weir::as_text(bytes));
  });
}

weir_status weir_headers_clear(weir_headers* headers, weir_error* err) noexcept {
  return guard(err, [&]() -> Status {
    WEIR_ASSIGN(HeadersShell * shell, look_or_tell<HeadersShell>(headers));
    shell->headers->clear();
    shell->bytes = 0;
    return {};
  });
}

void weir_headers_free(weir_headers* headers) noexcept {
  if (HeadersShell* shell = close_unshared<HeadersShell>(headers); shell != nullptr) {
    recycle(shell);
  }
}
