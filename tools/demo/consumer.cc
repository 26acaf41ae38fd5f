#include "demo/consumer.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <string>
#include <thread>

#include "common/failure.h"
#include "common/handles.h"
#include "demo/sha256.h"

namespace weir::demo {
namespace {

namespace fs = std::filesystem;

constexpr size_t kPopCountMax = 64;
constexpr int64_t kPopTimeoutMs = 100;

std::string_view header(const weir_message* message, const char* name) {
  const void* value = nullptr;
  size_t size = 0;
  if (weir_message_header(message, name, &value, &size) != WEIR_OK) {
    throw tools::Failure(tools::kExitError, "message " + std::to_string(weir_message_id(message)) +
                                                " has no header " + name);
  }
  return {static_cast<const char*>(value), size};
}

std::string_view payload(const weir_message* message) {
  return {static_cast<const char*>(weir_message_data(message)), weir_message_size(message)};
}

// The file appears whole or not at all: a kill leaves the temporary name only.
void replace_file(const fs::path& path, std::string_view bytes, mode_t mode) {
  const fs::path temporary = path.parent_path() / ".weir-demo-part";
  const int descriptor =
      ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (descriptor < 0) throw tools::system_failure("write " + temporary.string(), errno);
  bool written = true;
  while (written && !bytes.empty()) {
    const ssize_t count = ::write(descriptor, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    written = count >= 0;
    if (written) bytes.remove_prefix(static_cast<size_t>(count));
  }
  written = written && fchmod(descriptor, mode) == 0;
  const int error_number = errno;
  ::close(descriptor);
  if (!written) throw tools::system_failure("write " + path.string(), error_number);
  if (::rename(temporary.c_str(), path.c_str()) != 0) {
    throw tools::system_failure("rename to " + path.string(), errno);
  }
}

}  // namespace

// Files come in faster than they go out, and for a while nothing goes out at all: the backlog must
// outgrow the memory budget, or the demo would show a queue that never needed its disk.
void Consumer::wait_for_backlog(const std::atomic<bool>& producer_finished) const {
  while (!producer_finished && reporter_->current().confirmed_bytes < plan_.hold_bytes) {
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
}

void Consumer::write_file(const weir_message* message, size_t index) {
  if (sha256(payload(message)) != header(message, "sha256")) {
    throw tools::Failure(tools::kExitError,
                         "payload and SHA-256 header differ in " + plan_.files[index].name);
  }
  const fs::path path = output_ / plan_.files[index].name;
  if (made_.insert(path.parent_path()).second) fs::create_directories(path.parent_path());
  const std::string mode(header(message, "mode"));
  replace_file(path, payload(message), static_cast<mode_t>(std::stoul(mode, nullptr, 8)));
}

void Consumer::acknowledge(const weir_messages* messages, const std::vector<uint32_t>& indices,
                           uint64_t bytes) {
  std::vector<uint64_t> ids;
  for (size_t i = 0; i < weir_messages_count(messages); ++i) {
    ids.push_back(weir_message_id(weir_messages_at(messages, i)));
  }
  weir_error error{};
  tools::check(weir_queue_ack_many(queue_, ids.data(), ids.size(), WEIR_DURABILITY_SYNC, nullptr,
                                   nullptr, &error),
               error, "acknowledge");
  journal_->append(Mark::kAcknowledged, indices);
  reporter_->report(Event::kProgress, [&](Sample* sample) {
    sample->unacknowledged_files = 0;
    sample->unacknowledged_bytes = 0;
    sample->acknowledged_files += ids.size();
    sample->acknowledged_bytes += bytes;
  });
}

void Consumer::take(const weir_messages* messages) {
  std::vector<uint32_t> indices;
  uint64_t bytes = 0;
  for (size_t i = 0; i < weir_messages_count(messages); ++i) {
    const weir_message* message = weir_messages_at(messages, i);
    const size_t index = plan_.index_of(header(message, "path"));
    if (index == plan_.files.size()) {
      throw tools::Failure(tools::kExitError,
                           "nobody sent a file " + std::string(header(message, "path")));
    }
    indices.push_back(static_cast<uint32_t>(index));
    bytes += weir_message_size(message);
  }
  journal_->append(Mark::kDelivered, indices);
  reporter_->report(Event::kProgress, [&](Sample* sample) {
    sample->unacknowledged_files = indices.size();
    sample->unacknowledged_bytes = bytes;
  });
  for (size_t i = 0; i < indices.size(); ++i) {
    write_file(weir_messages_at(messages, i), indices[i]);
  }
  acknowledge(messages, indices, bytes);
}

void Consumer::run(const std::atomic<bool>& producer_finished) {
  wait_for_backlog(producer_finished);
  weir_pop_options options;
  weir_pop_options_init(&options, sizeof options);
  options.timeout_ms = kPopTimeoutMs;
  options.bytes_max = plan_.batch_bytes;
  for (;;) {
    // Read before the pop: a queue found empty after the last push stays empty.
    const bool finished = producer_finished;
    weir_error error{};
    weir_messages* messages = nullptr;
    const weir_status status = tools::check(
        weir_queue_pop_many(queue_, kPopCountMax, &options, &messages, &error), error, "pop");
    const tools::MessagesHandle owner(messages);
    if (status == WEIR_OK) take(messages);
    if (status != WEIR_OK && finished) return;
  }
}

}  // namespace weir::demo
