// What the writer and the verifier share: command line, opening the store and its queues through the C API.
#pragma once

#include <weir/weir.h>

#include <cstdint>
#include <memory>
#include <string>

#include "tests/crash/trace.h"

namespace weir::crash {

struct Arguments {
  std::string directory;
  std::string mode = "mixed";
  std::string state;      // what is known before the run
  std::string events;     // verifier: what the writer said
  std::string out;        // verifier: what is known after the run
  uint64_t seed = 1;      // of the writer's decisions
  uint64_t messages = 1;  // of what the messages hold; the same for all runs on one store
  uint64_t memory_bytes = 1 << 20;
  uint64_t wal_bytes = 1 << 20;
  uint64_t count = UINT64_MAX;  // writer: calls per producer, then an orderly close
  bool claim_sync = false;      // writer: call ASYNC, claim SYNC (the control: it must be caught)
  bool checkpoints = false;     // writer: ask for checkpoints all the time
  bool single = false;  // writer: one thread only, so that runs can be repeated call by call

  // --name=value; exits with a message when there is something else.
  static Arguments parse(int argc, char** argv);
};

class Session {
 public:
  Session() = default;
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  ~Session() { close(); }

  // False with the reason in error().
  bool open(const Arguments& arguments);
  weir_status close();

  weir_store* store() const { return store_; }
  weir_queue* queue(int index) const { return queues_[index]; }
  const weir_error& error() const { return error_; }
  double open_ms() const { return open_ms_; }

 private:
  weir_store* store_ = nullptr;
  weir_queue* queues_[kQueueCount] = {};
  weir_error error_{};
  double open_ms_ = 0;
};

struct FreeMessages {
  void operator()(weir_messages* messages) const { weir_messages_free(messages); }
};
using MessagesPtr = std::unique_ptr<weir_messages, FreeMessages>;

std::span<const uint8_t> bytes_of(const weir_message* message);

}  // namespace weir::crash
