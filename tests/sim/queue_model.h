// QueueModel: what a store of queues must hold (RELIABILITY.md §4.0). It knows every commit in the order in which they
// were made, which of them were confirmed, and every message's bytes; from what a crash left it finds the prefix of
// that order (DESIGN.md §3.1, invariant 1) or says what is wrong.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/bytes.h"

namespace weir::sim {

// A message of the model: its number is in its payload.
using Token = uint32_t;

struct Effect {
  enum class Kind { kCreate, kDrop, kPush, kRemove };
  Kind kind = Kind::kPush;
  std::string queue;
  Token token = 0;
  bool memory = false;  // kCreate
  uint64_t producer = 0;
  uint64_t sequence = 0;
};

struct Commit {
  std::vector<Effect> effects;
};

struct QueueContent {
  bool memory = false;
  std::set<Token> live;
  std::map<uint64_t, uint64_t> producers;  // id -> last sequence
  bool operator==(const QueueContent&) const = default;
};
using Content = std::map<std::string, QueueContent>;

// How the store came to its end.
enum class Ending { kClean, kCrash, kCrashWhileClosing };

// What went wrong, counted; all zero when all is well.
struct Violations {
  uint64_t lost = 0;        // confirmed and not there
  uint64_t duplicates = 0;  // there although its removal was confirmed
  uint64_t holes = 0;       // no prefix of the commits fits
  uint64_t wrong_bytes = 0;
};

class QueueModel {
 public:
  static constexpr size_t kPayloadBytesMin = 8;

  // --- messages ---
  Token new_message(const std::string& queue, size_t bytes);
  std::vector<uint8_t> payload_of(Token token) const;
  std::string content_type_of(Token token) const;
  void set_typed(Token token) { messages_[token].typed = true; }  // it has a content type
  // Looks at a delivered message; the token, or 0 with `why` filled.
  Token recognise(ByteView payload, std::string_view content_type, std::string* why) const;
  // A message was given out under `id`. False: that id had been another message's, or it had another.
  bool note_id(Token token, uint64_t id);
  uint32_t& deliveries(Token token) { return messages_[token].deliveries; }
  // Taken by calls that failed: they may count.
  uint32_t& lost_deliveries(Token token) { return messages_[token].lost_deliveries; }
  const std::string& queue_of(Token token) const { return messages_[token].queue; }

  // --- commits ---
  void commit(Commit commit, bool confirmed);
  // It failed. Once sequenced it succeeds or the store stops: if the store goes on, it had no effect.
  void commit_failed(Commit commit) { failed_.push_back(std::move(commit)); }
  void confirm_all() { confirmed_ = commits_.size(); }
  size_t unconfirmed() const { return commits_.size() - confirmed_; }
  uint64_t confirmed_total() const { return confirmed_total_ + confirmed_; }
  // As the process sees it now.
  const Content& content() const { return content_; }

  // --- the end of a process ---
  // `found` becomes the new beginning when it is what may be there; else says what is wrong.
  std::string restart(const Content& found, Ending ending, Violations* violations);

 private:
  struct Message {
    std::string queue;
    uint32_t life = 0;  // of the queue: a new one after each drop
    size_t bytes = 0;
    uint64_t id = 0;
    uint32_t deliveries = 0;
    uint32_t lost_deliveries = 0;
    bool typed = false;
  };
  static void apply(const Commit& commit, Content* content);
  static void lose_memory(Content* content);
  bool is_possible(const Content& found, Content content, Ending ending) const;
  std::string explain(const Content& found, Ending ending, Violations* violations) const;

  std::vector<Message> messages_{Message()};  // index: token
  std::map<std::string, uint32_t> lives_;
  std::map<std::pair<std::string, uint64_t>, Token> ids_;  // queue and life, id
  Content base_;
  Content content_;
  std::vector<Commit> commits_;  // since base_
  std::vector<Commit> failed_;   // after all of them
  size_t confirmed_ = 0;         // of commits_
  uint64_t confirmed_total_ = 0;
};

std::string to_text(const Content& content);

}  // namespace weir::sim
