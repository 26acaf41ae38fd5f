// The demo: sends every file below a directory through a queue, kills the process that does it at
// random points, and compares what came out with what went in.
#include <sys/statvfs.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>
#include <random>

#include "common/failure.h"
#include "common/handles.h"
#include "common/units.h"
#include "demo/compare.h"
#include "demo/driver.h"
#include "demo/report.h"
#include "demo/tree.h"
#include "demo/worker.h"

namespace weir::demo {
namespace {

namespace fs = std::filesystem;
using tools::Failure;
using tools::human_bytes;
using tools::kExitError;

constexpr uint64_t kDefaultBytesWanted = 256ULL << 20;
constexpr uint64_t kBudgetMin = 1ULL << 20;

struct Options {
  std::string directory;
  std::string work;
  uint64_t size_limit = 512ULL << 20;
  uint64_t kills = 5;
  uint64_t seed = std::random_device{}();
  uint64_t hold_percent = 40;
  bool keep = false;
  bool pause = false;
};

// The directory of one run; removed at the end of the program unless it is to be kept.
class WorkDirectory {
 public:
  WorkDirectory(const std::string& parent, bool keep) : keep_(keep) {
    // /var/tmp is on a disk where /tmp often is memory, which syncs nothing.
    const fs::path base = !parent.empty() ? fs::path(parent) : fs::path("/var/tmp");
    std::string pattern =
        (fs::is_directory(base) ? base : fs::temp_directory_path()) / "weir-demo-XXXXXX";
    if (mkdtemp(pattern.data()) == nullptr) throw tools::system_failure("make " + pattern, errno);
    path_ = pattern;
    fs::create_directory(output_path(path_));
  }
  ~WorkDirectory() {
    std::error_code ignored;
    if (keep_) {
      std::printf("kept: %s\n", path_.c_str());
    } else {
      fs::remove_all(path_, ignored);
    }
  }
  WorkDirectory(const WorkDirectory&) = delete;
  WorkDirectory& operator=(const WorkDirectory&) = delete;
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
  bool keep_;
};

Tree collect_tree(const Options& options, fs::path* base) {
  TreeOptions tree;
  tree.bytes_max = options.size_limit;
  if (options.directory.empty()) {
    *base = "/";
    tree.roots = {"/usr/include", "/usr/share", "/usr/lib"};
    tree.bytes_wanted = std::min(kDefaultBytesWanted, options.size_limit);
  } else {
    *base = fs::canonical(options.directory);
    tree.roots = {*base};
  }
  return collect(tree, *base);
}

Plan make_plan(const Options& options) {
  Plan plan;
  Tree tree = collect_tree(options, &plan.base);
  plan.files = std::move(tree.files);
  plan.make_sums();
  if (plan.files.empty()) {
    throw Failure(kExitError,
                  "no file to send" +
                      (options.directory.empty() ? std::string() : " below " + options.directory));
  }
  plan.memory_bytes_max = std::max(kBudgetMin, plan.total_bytes / 10);
  // Small trees get small commits, so that there is something under way at every kill.
  plan.batch_bytes = std::clamp<uint64_t>(plan.total_bytes / 400, 4096, 1ULL << 20);
  plan.hold_bytes = plan.total_bytes / 100 * options.hold_percent;
  std::printf("Input: %s, %s below", tools::counted(plan.files.size(), "file").c_str(),
              human_bytes(plan.total_bytes).c_str());
  for (const fs::path& root : tree.roots) std::printf(" %s", root.c_str());
  std::printf("%s\n", tree.cut ? (", cut at " + human_bytes(options.size_limit)).c_str() : "");
  if (tree.too_large_count + tree.unreadable_count > 0) {
    std::printf("Skipped: %s larger than 64 MiB with headers, %s not readable\n",
                tools::counted(tree.too_large_count, "file").c_str(),
                tools::counted(tree.unreadable_count, "file").c_str());
  }
  return plan;
}

void require_space(const Plan& plan, const fs::path& work) {
  struct statvfs status {};
  if (statvfs(work.c_str(), &status) != 0) return;
  const uint64_t available = uint64_t{status.f_bavail} * status.f_frsize;
  // The copy, the store, and half as much for small files that take whole blocks.
  const uint64_t needed = plan.total_bytes / 2 * 5 + (512ULL << 20);
  if (available < needed) {
    throw Failure(kExitError, "needs about " + human_bytes(needed) + " in " + work.string() +
                                  " and " + human_bytes(available) +
                                  " are free; use --size-limit, or --work on another disk");
  }
}

// The store itself, after everything: it must be empty and sound.
void check_store(const fs::path& path, Outcome* outcome) {
  const std::string url = "file:" + path.string();
  weir_error error{};
  weir_blob* report = nullptr;
  tools::check(weir_store_verify(url.c_str(), &report, &outcome->damage_count, &error), error,
               "verify the store");
  const tools::BlobHandle owner(report);
  weir_store* store = nullptr;
  tools::check(weir_store_open(url.c_str(), nullptr, &store, &error), error, "open the store");
  const tools::StoreHandle store_owner(store);
  weir_store_statistics statistics{};
  statistics.struct_size = sizeof statistics;
  tools::check(weir_store_stats(store, &statistics, &error), error, "stats");
  outcome->left_in_queue = statistics.message_count;
}

// Lets a test damage the copy, to see that the comparison notices.
void pause_for_test() {
  std::printf("paused\n");
  std::fflush(stdout);
  std::getchar();
}

int run(const Options& options) {
  const Plan plan = make_plan(options);
  const WorkDirectory work(options.work, options.keep);
  require_space(plan, work.path());
  save_plan(plan, plan_path(work.path()));
  std::printf(
      "Store: SYNC, memory budget %s (a tenth), in %s; the consumer starts when %llu %% were "
      "sent\nSeed: %llu (repeat with --seed %llu)\n",
      human_bytes(plan.memory_bytes_max).c_str(), work.path().c_str(),
      static_cast<unsigned long long>(options.hold_percent),
      static_cast<unsigned long long>(options.seed), static_cast<unsigned long long>(options.seed));
  std::fflush(stdout);
  const History history = drive(plan, {work.path(), options.kills, options.seed});
  if (options.pause) pause_for_test();
  std::fprintf(stderr, "comparing both trees\n");
  Outcome outcome;
  outcome.deliveries = judge_journal(read_journal(journal_path(work.path())), plan.files.size());
  outcome.comparison = compare_trees(plan, output_path(work.path()), outcome.deliveries.vanished);
  check_store(store_path(work.path()), &outcome);
  print_report(plan, history, outcome);
  return print_verdict(plan, history, outcome);
}

int parse_and_run(int argument_count, char** arguments) {
  Options options;
  CLI::App app(
      "Sends every file below DIR through a durable queue whose process is killed, and "
      "compares what came out.",
      "weir_demo");
  app.add_option("DIR", options.directory,
                 "Default: /usr/include, /usr/share, and /usr/lib when those are below 256 MiB")
      ->check(CLI::ExistingDirectory);
  app.add_option("--size-limit", options.size_limit, "Stop adding files here, for example 256MiB")
      ->transform(CLI::AsSizeValue(false))
      ->capture_default_str();
  app.add_option("--kills", options.kills, "How often to kill")->capture_default_str();
  app.add_option("--seed", options.seed, "Where to kill; random when not given");
  app.add_option("--hold", options.hold_percent,
                 "The consumer starts when this part of the data was sent, in percent: 100 makes "
                 "the backlog ten times the memory budget")
      ->check(CLI::Range(0, 100))
      ->capture_default_str();
  app.add_option("--work", options.work, "Where to put the store and the copy (default /var/tmp)")
      ->check(CLI::ExistingDirectory);
  app.add_flag("--test-pause-before-compare", options.pause)->group("");
  app.add_flag("--keep", options.keep, "Leave the store and the copy there");
  app.footer(
      "Examples:\n  weir_demo\n  weir_demo /usr/include --kills 20 --seed 7\n"
      "  weir_demo --hold 100 --size-limit 1GiB");
  try {
    app.parse(argument_count, arguments);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? tools::kExitOk : kExitError;
  }
  return run(options);
}

}  // namespace
}  // namespace weir::demo

int main(int argument_count, char** arguments) {
  std::signal(SIGPIPE, SIG_IGN);
  if (argument_count == 3 && std::string_view(arguments[1]) == "--worker") {
    return weir::demo::run_worker(arguments[2]);
  }
  try {
    return weir::demo::parse_and_run(argument_count, arguments);
  } catch (const std::exception& error) {
    std::printf("\nverdict: FAILED — %s\n", error.what());
    return weir::tools::kExitError;
  }
}
