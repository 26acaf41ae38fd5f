#include "tests/crash/session.h"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace weir::crash {

Arguments Arguments::parse(int argc, char** argv) {
  Arguments out;
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    const size_t equals = argument.find('=');
    const std::string_view name = argument.substr(0, equals);
    const std::string value(equals == std::string_view::npos ? "1" : argument.substr(equals + 1));
    const auto number = [&] { return strtoull(value.c_str(), nullptr, 0); };
    if (name == "--directory") {
      out.directory = value;
    } else if (name == "--mode") {
      out.mode = value;
    } else if (name == "--state") {
      out.state = value;
    } else if (name == "--events") {
      out.events = value;
    } else if (name == "--out") {
      out.out = value;
    } else if (name == "--seed") {
      out.seed = number();
    } else if (name == "--messages") {
      out.messages = number();
    } else if (name == "--memory") {
      out.memory_bytes = number();
    } else if (name == "--wal") {
      out.wal_bytes = number();
    } else if (name == "--count") {
      out.count = number();
    } else if (name == "--claim-sync") {
      out.claim_sync = true;
    } else if (name == "--checkpoints") {
      out.checkpoints = true;
    } else if (name == "--single") {
      out.single = true;
    } else {
      fprintf(stderr, "unknown argument %s\n", argv[i]);
      exit(64);
    }
  }
  return out;
}

bool Session::open(const Arguments& arguments) {
  error_.struct_size = sizeof error_;
  weir_store_options options;
  weir_store_options_init(&options, sizeof options);
  options.memory_bytes_max = arguments.memory_bytes;
  options.wal_bytes_max = arguments.wal_bytes;
  const auto begin = std::chrono::steady_clock::now();
  const std::string url = "file:" + arguments.directory;
  if (weir_store_open(url.c_str(), &options, &store_, &error_) != WEIR_OK) return false;
  for (int i = 0; i < kQueueCount; ++i) {
    const std::string name = "q" + std::to_string(i);
    if (weir_queue_open(store_, name.c_str(), nullptr, &queues_[i], &error_) != WEIR_OK)
      return false;
  }
  open_ms_ =
      std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count();
  return true;
}

weir_status Session::close() {
  for (weir_queue*& queue : queues_) {
    if (queue != nullptr) weir_queue_close(queue, nullptr);
    queue = nullptr;
  }
  if (store_ == nullptr) return WEIR_OK;
  const weir_status status = weir_store_close(store_, &error_);
  store_ = nullptr;
  return status;
}

std::span<const uint8_t> bytes_of(const weir_message* message) {
  return {static_cast<const uint8_t*>(weir_message_data(message)), weir_message_size(message)};
}

}  // namespace weir::crash
