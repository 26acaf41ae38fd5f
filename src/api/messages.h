// weir_message and weir_messages: shells around queue::Messages, which keep their arenas for the
// next pop. Shells rest after use, contents do not, so that what is kept stays small and warm.
//
// A message of a weir_messages has no shell of its own: it is an address inside one of the batch's
// ViewBlocks, whose position says which message is meant. Nothing is stored per message.
#pragma once

#include <weir/message.h>

#include <memory>
#include <vector>

#include "api/handle.h"
#include "engine/queue/message.h"

namespace weir::api {

struct MessageShell : Shell {
  using Public = weir_message;
  static constexpr const char* kNoun = "message";
  static constexpr uint32_t kMagic = 0x4d455347;
  static constexpr size_t kQuarantine = api::kQuarantine;
  queue::Messages* body = nullptr;  // exactly one message; owned while open
};

struct ViewBlock;

struct MessagesBody {
  queue::Messages messages;
  std::vector<ViewBlock*> blocks;  // of this use; empty in a spare
};

struct MessagesShell : Shell {
  using Public = weir_messages;
  static constexpr const char* kNoun = "messages";
  static constexpr uint32_t kMagic = 0x4d455353;
  static constexpr size_t kQuarantine = api::kQuarantine;
  MessagesBody* body = nullptr;  // owned while open
};

struct ViewBlock : Shell {
  using Public = weir_message;
  static constexpr const char* kNoun = "message";
  static constexpr uint32_t kMagic = 0x56494557;
  static constexpr size_t kQuarantine = 64;
  static constexpr size_t kBytes = 4096;
  const MessagesShell* owner = nullptr;
  size_t first_index = 0;  // of the message that `addresses` begins with
  static constexpr size_t kViews = kBytes - kTagCount;
  alignas(kTagCount) uint8_t addresses[kViews];  // never read or written
};
// So the fields before the addresses fill one line, and the addresses the rest.
static_assert(sizeof(ViewBlock) == ViewBlock::kBytes);

// One weir_message in the making.
class NewMessage {
 public:
  NewMessage() = default;
  NewMessage(const NewMessage&) = delete;
  NewMessage& operator=(const NewMessage&) = delete;
  ~NewMessage();
  // Takes all memory that publish() needs: a message that was popped must not get lost for want of
  // it.
  Status prepare();
  queue::Messages* into() { return body_.get(); }
  weir_message* publish();

 private:
  MessageShell* shell_ = nullptr;
  std::unique_ptr<queue::Messages> body_;
};

// The same for a weir_messages of up to count_max messages.
class NewMessages {
 public:
  NewMessages() = default;
  NewMessages(const NewMessages&) = delete;
  NewMessages& operator=(const NewMessages&) = delete;
  ~NewMessages();
  Status prepare(size_t count_max);
  queue::Messages* into() { return &body_->messages; }
  weir_messages* publish();

 private:
  MessagesShell* shell_ = nullptr;
  std::unique_ptr<MessagesBody> body_;
};

}  // namespace weir::api
