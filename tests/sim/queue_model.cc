#include "tests/sim/queue_model.h"

#include <algorithm>

#include "base/assert.h"
#include "base/prng.h"
#include "base/status.h"

namespace weir::sim {

// --- messages ---

Token QueueModel::new_message(const std::string& queue, size_t bytes) {
  Message message;
  message.queue = queue;
  message.life = lives_[queue];
  message.bytes = std::max(bytes, kPayloadBytesMin);
  messages_.push_back(std::move(message));
  return static_cast<Token>(messages_.size() - 1);
}

std::vector<uint8_t> QueueModel::payload_of(Token token) const {
  const size_t bytes = messages_[token].bytes;
  std::vector<uint8_t> payload(align_up(bytes, 8));
  Prng prng(token);
  for (size_t at = 0; at < payload.size(); at += 8) store_little(&payload[at], prng.next());
  store_little(payload.data(), token);
  store_little(payload.data() + 4, static_cast<uint32_t>(bytes));
  payload.resize(bytes);
  return payload;
}

std::string QueueModel::content_type_of(Token token) const {
  return messages_[token].typed ? text("application/x-", token) : std::string();
}

Token QueueModel::recognise(ByteView payload, std::string_view content_type,
                            std::string* why) const {
  const Token token = payload.size() < kPayloadBytesMin ? 0 : load_little<uint32_t>(payload.data());
  if (token == 0 || token >= messages_.size()) {
    *why = text("wrong bytes: ", uint64_t{payload.size()}, " bytes of no message");
    return 0;
  }
  const std::vector<uint8_t> expected = payload_of(token);
  if (!std::equal(payload.begin(), payload.end(), expected.begin(), expected.end())) {
    *why = text("wrong bytes: message ", token, " has other bytes than were pushed");
    return 0;
  }
  if (content_type != content_type_of(token)) {
    *why = text("wrong bytes: message ", token, " has content type ", quoted(content_type));
    return 0;
  }
  return token;
}

bool QueueModel::note_id(Token token, uint64_t id) {
  Message& message = messages_[token];
  const auto [at, added] =
      ids_.emplace(std::make_pair(text(message.queue, "/", message.life), id), token);
  if (at->second != token || (message.id != 0 && message.id != id)) return false;
  message.id = id;
  return true;
}

// --- commits ---

void QueueModel::apply(const Commit& commit, Content* content) {
  for (const Effect& effect : commit.effects) {
    QueueContent& queue = (*content)[effect.queue];
    switch (effect.kind) {
      case Effect::Kind::kCreate:
        queue.memory = effect.memory;
        break;
      case Effect::Kind::kDrop:
        content->erase(effect.queue);
        break;
      case Effect::Kind::kPush:
        queue.live.insert(effect.token);
        if (effect.producer != 0) queue.producers[effect.producer] = effect.sequence;
        break;
      case Effect::Kind::kRemove:
        queue.live.erase(effect.token);
        break;
    }
  }
}

void QueueModel::commit(Commit commit, bool confirmed) {
  failed_.clear();
  apply(commit, &content_);
  for (const Effect& effect : commit.effects) {
    if (effect.kind == Effect::Kind::kDrop) ++lives_[effect.queue];
  }
  commits_.push_back(std::move(commit));
  if (confirmed) confirm_all();
}

// --- the end of a process ---

// Producers of memory queues are remembered at a clean close only, like their messages.
void QueueModel::lose_memory(Content* content) {
  for (auto& [name, queue] : *content) {
    if (!queue.memory) continue;
    queue.live.clear();
    queue.producers.clear();
  }
}

bool QueueModel::is_possible(const Content& found, Content content, Ending ending) const {
  if (ending != Ending::kCrash && content == found) return true;
  if (ending == Ending::kClean) return false;
  lose_memory(&content);
  return content == found;
}

std::string QueueModel::restart(const Content& found, Ending ending, Violations* violations) {
  std::vector<Content> states{base_};
  for (const Commit& commit : commits_) {
    states.push_back(states.back());
    apply(commit, &states.back());
  }
  const size_t all = commits_.size();
  bool fits = false;
  for (const Commit& commit : failed_) {
    Content with = states[all];
    apply(commit, &with);
    fits = fits || (ending != Ending::kClean && is_possible(found, std::move(with), ending));
  }
  const size_t needed = ending == Ending::kClean ? all : confirmed_;
  for (size_t prefix = all + 1; prefix > needed && !fits; --prefix) {
    fits = is_possible(found, states[prefix - 1], ending);
  }
  if (!fits) return explain(found, ending, violations);
  for (const auto& [name, queue] : content_) {
    if (!found.contains(name)) ++lives_[name];
  }
  confirmed_total_ += confirmed_;
  base_ = content_ = found;
  commits_.clear();
  failed_.clear();
  confirmed_ = 0;
  return {};
}

std::string QueueModel::explain(const Content& found, Ending ending, Violations* violations) const {
  Content confirmed = base_;
  std::set<Token> removed_later;
  std::set<Token> removed;
  for (size_t i = 0; i < commits_.size(); ++i) {
    const bool sure = i < confirmed_ || ending == Ending::kClean;
    if (sure) apply(commits_[i], &confirmed);
    for (const Effect& effect : commits_[i].effects) {
      if (effect.kind == Effect::Kind::kRemove)
        (sure ? removed : removed_later).insert(effect.token);
    }
  }
  for (const Commit& commit : failed_) {
    for (const Effect& effect : commit.effects) removed_later.insert(effect.token);
  }
  if (ending == Ending::kCrash) lose_memory(&confirmed);
  std::string lost;
  std::string again;
  for (const auto& [name, queue] : confirmed) {
    const auto there = found.find(name);
    for (const Token token : queue.live) {
      if (removed_later.contains(token)) continue;
      if (there != found.end() && there->second.live.contains(token)) continue;
      ++violations->lost;
      lost += text(" ", token);
    }
  }
  for (const auto& [name, queue] : found) {
    for (const Token token : queue.live) {
      if (!removed.contains(token)) continue;
      ++violations->duplicates;
      again += text(" ", token);
    }
  }
  if (lost.empty() && again.empty()) ++violations->holes;
  return text(lost.empty() ? "" : "lost confirmed" + lost + "; ",
              again.empty() ? "" : "back after a confirmed removal" + again + "; ",
              "no prefix of the ", uint64_t{commits_.size()}, " commits (", uint64_t{confirmed_},
              " confirmed) fits: found ", to_text(found), ", expected ", to_text(content_),
              ", at least ", to_text(confirmed));
}

std::string to_text(const Content& content) {
  std::string all = "{";
  for (const auto& [name, queue] : content) {
    all += text(all.size() > 1 ? ", " : "", name, queue.memory ? " (memory):" : ":");
    for (const Token token : queue.live) all += text(" ", token);
    for (const auto& [id, sequence] : queue.producers) all += text(" p", id, "=", sequence);
  }
  return all + "}";
}

}  // namespace weir::sim
