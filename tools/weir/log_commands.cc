// weir log: append, read, tail, list, stats, consumers, trim, drop
#include <memory>

#include "common/failure.h"
#include "common/units.h"
#include "weir/commands.h"
#include "weir/console.h"
#include "weir/input.h"
#include "weir/store_access.h"

namespace weir::command {
namespace {

constexpr uint64_t kReadCount = 1000;
constexpr uint64_t kReadBytes = 1 << 20;
constexpr int64_t kLogRoomTimeoutMs = 30'000;

struct LogCommand {
  std::string url;
  std::string log;
  InputOptions input;
  std::string key;
  std::string content_type;
  uint64_t from = 0;
  uint64_t count = 10;
  uint64_t before = 0;
  bool json = false;
  bool async = false;
};

struct LogCloser {
  void operator()(weir_log* log) const { weir_log_close(log, nullptr); }
};
using LogHandle = std::unique_ptr<weir_log, LogCloser>;
struct RecordsFreer {
  void operator()(weir_records* records) const { weir_records_free(records); }
};
using RecordsHandle = std::unique_ptr<weir_records, RecordsFreer>;

LogHandle open_log(weir_store* store, const std::string& name, bool create) {
  weir_log_options options;
  weir_log_options_init(&options, sizeof options);
  options.create = create ? 1 : 0;
  options.existing_kind = 1;
  weir_error error{};
  weir_log* log = nullptr;
  const weir_status status = weir_log_open(store, name.c_str(), &options, &log, &error);
  if (tools::check(status, error, "open log " + name) == WEIR_NOT_FOUND) {
    throw tools::Failure(tools::kExitError,
                         "there is no log " + name + "; `weir log list` shows those there are");
  }
  return LogHandle(log);
}

weir_log_statistics statistics_of(weir_log* log, const std::string& name) {
  weir_log_statistics found{};
  found.struct_size = sizeof found;
  weir_error error{};
  tools::check(weir_log_stats(log, &found, &error), error, "stats of " + name);
  return found;
}

Json record_json(const weir_records* records, size_t index) {
  const std::string_view payload(static_cast<const char*>(weir_records_data(records, index)),
                                 weir_records_size(records, index));
  Json value{{"offset", weir_records_offset(records, index)},
             {"time_ns", weir_records_time(records, index)},
             {"size", payload.size()}};
  const void* key = nullptr;
  size_t key_size = 0;
  if (weir_records_key(records, index, &key, &key_size) == WEIR_OK) {
    const std::string_view text(static_cast<const char*>(key), key_size);
    value["key"] = is_utf8(text) ? std::string(text) : base64(text);
  }
  const std::string type = weir_records_content_type(records, index);
  if (!type.empty()) value["content_type"] = type;
  value["encoding"] = is_utf8(payload) ? "text" : "base64";
  value["payload"] = is_utf8(payload) ? std::string(payload) : base64(payload);
  return value;
}

void print_records(const LogCommand& options, weir_log* log, uint64_t from, uint64_t count) {
  weir_error error{};
  while (count > 0) {
    weir_records* read = nullptr;
    uint64_t first = 0;
    const weir_status status = tools::check(
        weir_log_read(log, from, std::min(count, kReadCount), kReadBytes, &read, &first, &error),
        error, "read " + options.log);
    const RecordsHandle records(read);
    if (status == WEIR_OUT_OF_RANGE) {
      note("records before offset " + std::to_string(first) + " are gone; reading from there");
      from = first;
      continue;
    }
    if (status != WEIR_OK) break;
    for (size_t i = 0; i < weir_records_count(read); ++i) {
      from = weir_records_offset(read, i) + 1;
      if (options.json) {
        print_json(record_json(read, i));
      } else {
        print(std::string(static_cast<const char*>(weir_records_data(read, i)),
                          weir_records_size(read, i)) +
              "\n");
      }
    }
    count -= weir_records_count(read);
  }
  flush_standard_output();
}

void run_log_append(const LogCommand& options) {
  const auto store = open_store(options.url, Access::kCreate);
  const LogHandle log = open_log(store.get(), options.log, true);
  weir_append_options append;
  weir_append_options_init(&append, sizeof append);
  append.durability = options.async ? WEIR_DURABILITY_ASYNC : WEIR_DURABILITY_SYNC;
  append.timeout_ms = kLogRoomTimeoutMs;
  append.key = options.key.data();
  append.key_size = options.key.size();
  if (!options.content_type.empty()) append.content_type = options.content_type.c_str();
  uint64_t count = 0;
  uint64_t last = 0;
  weir_error error{};
  for_each_payload(options.input, [&](std::string_view payload) {
    weir_append_result result{};
    result.struct_size = sizeof result;
    tools::check(
        weir_log_append(log.get(), payload.data(), payload.size(), &append, &result, &error), error,
        "append to " + options.log);
    last = result.offset;
    ++count;
  });
  tools::check(weir_store_sync(store.get(), &error), error, "sync " + options.url);
  if (options.json) {
    print_json(Json{{"log", options.log}, {"count", count}, {"last_offset", last}});
  } else if (count == 0) {
    print("appended nothing: the input has no lines\n");
  } else {
    print("appended " + tools::counted(count, "record") + " to " + options.log +
          ", the last at offset " + std::to_string(last) + ", on stable storage\n");
  }
  flush_standard_output();
}

void run_log_read(const LogCommand& options, bool tail) {
  const auto store = open_store(options.url, Access::kLook);
  const LogHandle log = open_log(store.get(), options.log, false);
  uint64_t from = options.from;
  if (tail) {
    const weir_log_statistics found = statistics_of(log.get(), options.log);
    const uint64_t wanted = std::min(options.count, found.next_offset - found.first_offset);
    from = found.next_offset - wanted;
  }
  print_records(options, log.get(), from, options.count);
}

void run_log_list(const LogCommand& options) {
  const auto store = open_store(options.url, Access::kLook);
  weir_error error{};
  weir_names* list = nullptr;
  tools::check(weir_log_list(store.get(), &list, &error), error, "list " + options.url);
  const tools::NamesHandle names(list);
  Table table({"LOG", "RECORDS", "FIRST", "NEXT", "CONSUMERS", "ON DISK"}, {1, 2, 3, 4, 5});
  for (size_t i = 0; i < weir_names_count(list); ++i) {
    const std::string name = weir_names_at(list, i);
    const weir_log_statistics found = statistics_of(open_log(store.get(), name, false).get(), name);
    if (options.json) {
      print_json(Json{{"log", name},
                      {"record_count", found.record_count},
                      {"first_offset", found.first_offset},
                      {"next_offset", found.next_offset},
                      {"disk_bytes", found.disk_bytes}});
    } else {
      table.add({printable(name, 60), tools::with_thousands(found.record_count),
                 std::to_string(found.first_offset), std::to_string(found.next_offset),
                 std::to_string(found.consumer_count), tools::human_bytes(found.disk_bytes)});
    }
  }
  if (weir_names_count(list) == 0) {
    note(options.url + " has no logs yet");
  } else if (!options.json) {
    print(table.text());
  }
  flush_standard_output();
}

void run_log_stats(const LogCommand& options) {
  const auto store = open_store(options.url, Access::kLook);
  const LogHandle log = open_log(store.get(), options.log, false);
  const weir_log_statistics found = statistics_of(log.get(), options.log);
  const Json value{{"log", options.log},
                   {"record_count", found.record_count},
                   {"first_offset", found.first_offset},
                   {"next_offset", found.next_offset},
                   {"trimmed_offset", found.trimmed_offset},
                   {"retention_ms", found.retention_ms},
                   {"retention_bytes", found.retention_bytes},
                   {"consumer_count", found.consumer_count},
                   {"disk_bytes", found.disk_bytes}};
  options.json ? print_json(value) : print(aligned_members(value));
  flush_standard_output();
}

void run_log_consumers(const LogCommand& options) {
  const auto store = open_store(options.url, Access::kLook);
  const LogHandle log = open_log(store.get(), options.log, false);
  weir_error error{};
  weir_names* list = nullptr;
  tools::check(weir_log_consumers(log.get(), &list, &error), error, "consumers");
  const tools::NamesHandle names(list);
  Table table({"CONSUMER", "OFFSET", "LAG"}, {1, 2});
  for (size_t i = 0; i < weir_names_count(list); ++i) {
    const char* name = weir_names_at(list, i);
    weir_consumer_statistics found{};
    found.struct_size = sizeof found;
    tools::check(weir_log_consumer_stats(log.get(), name, &found, &error), error, name);
    if (options.json) {
      print_json(Json{{"consumer", name}, {"offset", found.offset}, {"lag", found.lag}});
    } else {
      table.add({printable(name, 60), std::to_string(found.offset), std::to_string(found.lag)});
    }
  }
  if (!options.json && weir_names_count(list) != 0) print(table.text());
  if (weir_names_count(list) == 0) note(options.log + " has no consumers yet");
  flush_standard_output();
}

void run_log_trim(const LogCommand& options) {
  const auto store = open_store(options.url, Access::kChange);
  const LogHandle log = open_log(store.get(), options.log, false);
  weir_error error{};
  uint64_t count = 0;
  tools::check(weir_log_trim(log.get(), options.before, &count, &error), error,
               "trim " + options.log);
  print("trimmed " + tools::counted(count, "record") + " of " + options.log + "\n");
  flush_standard_output();
}

void run_log_drop(const LogCommand& options) {
  const auto store = open_store(options.url, Access::kChange);
  weir_error error{};
  const weir_status status = weir_log_drop(store.get(), options.log.c_str(), &error);
  if (tools::check(status, error, "drop " + options.log) == WEIR_NOT_FOUND)
    throw tools::Failure(tools::kExitError, "there is no log " + options.log);
  print("dropped " + options.log + "\n");
  flush_standard_output();
}

template <typename Run>
CLI::App* add_one(CLI::App& log, const char* name, const char* help, const char* example,
                  const std::shared_ptr<LogCommand>& options, Run run) {
  CLI::App* one = log.add_subcommand(name, help);
  one->add_option("STORE", options->url, "The store: a directory")->required();
  one->footer(std::string("Example:\n  ") + example);
  one->callback([options, run] { run(*options); });
  return one;
}

}  // namespace

void add_log(CLI::App& app) {
  CLI::App* log = app.add_subcommand("log", "Work with the logs of a store");
  log->require_subcommand(1);
  log->footer(
      "Examples:\n  weir log append /var/lib/orders audit 'order 4711'\n"
      "  weir log tail /var/lib/orders audit");
  const auto options = std::make_shared<LogCommand>();
  const auto named = [&](CLI::App* one) {
    one->add_option("LOG", options->log, "The log")->required();
    return one;
  };
  const auto json = [&](CLI::App* one) {
    one->add_flag("--json", options->json, "Print JSON, one object a line");
    return one;
  };
  CLI::App* append = json(named(add_one(*log, "append", "Add records at the end of a log",
                                        "weir log append /var/lib/orders audit 'order 4711'",
                                        options, run_log_append)));
  append->add_option("TEXT", options->input.texts, "Payloads; without any, standard input");
  append->add_flag("-l,--lines", options->input.lines, "Each line of standard input is a record");
  append->add_option("-k,--key", options->key, "The key of the records");
  append->add_option("-t,--content-type", options->content_type, "Their content type");
  append->add_flag("--async", options->async, "Wait for the disk at the end only");
  CLI::App* read = json(named(add_one(*log, "read", "Print records from an offset on",
                                      "weir log read --from 100 --count 5 /var/lib/orders audit",
                                      options, [](const auto& o) { run_log_read(o, false); })));
  read->add_option("--from", options->from, "The first offset");
  read->add_option("-n,--count", options->count, "How many at most; default 10");
  CLI::App* tail = json(named(add_one(*log, "tail", "Print the newest records",
                                      "weir log tail -n 20 /var/lib/orders audit", options,
                                      [](const auto& o) { run_log_read(o, true); })));
  tail->add_option("-n,--count", options->count, "How many; default 10");
  json(add_one(*log, "list", "List the logs of a store", "weir log list /var/lib/orders", options,
               run_log_list));
  json(named(add_one(*log, "stats", "Show the counts and sizes of a log",
                     "weir log stats /var/lib/orders audit", options, run_log_stats)));
  json(named(add_one(*log, "consumers", "List the consumers of a log",
                     "weir log consumers /var/lib/orders audit", options, run_log_consumers)));
  CLI::App* trim =
      named(add_one(*log, "trim", "Remove the records below an offset",
                    "weir log trim --before 1000 /var/lib/orders audit", options, run_log_trim));
  trim->add_option("--before", options->before, "The first offset that stays")->required();
  named(add_one(*log, "drop", "Remove a log", "weir log drop /var/lib/orders audit", options,
                run_log_drop));
}

}  // namespace weir::command
