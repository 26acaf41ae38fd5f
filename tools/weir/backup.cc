// weir backup
#include <memory>
#include <string>

#include "common/units.h"
#include "weir/commands.h"
#include "weir/offline.h"
#include "weir/output.h"
#include "weir/progress.h"
#include "weir/store_access.h"

namespace weir::command {
namespace {

struct BackupOptions {
  std::string url;
  std::string directory;
  bool json = false;
};

void run(const BackupOptions& options) {
  const tools::StoreHandle store = open_store(options.url, Access::kChange);
  weir_error error{};
  uint64_t bytes = 0;
  weir_status status = WEIR_OK;
  {
    const ReadProgress progress("copying", directory_of(options.url));
    status = weir_store_backup(store.get(), options.directory.c_str(), &bytes, &error);
  }
  tools::check(status, error, "backup of " + options.url + " to " + options.directory);
  if (options.json) {
    print_json(Json{{"store", options.url}, {"directory", options.directory}, {"bytes", bytes}});
  } else {
    print("copied " + tools::human_bytes(bytes) + " to " + options.directory + "\n");
  }
  flush_standard_output();
}

}  // namespace

void add_backup(CLI::App& app) {
  auto options = std::make_shared<BackupOptions>();
  CLI::App* backup = app.add_subcommand(
      "backup", "Copy a store to a new directory; the copy is a store that can be opened");
  backup->add_option("STORE", options->url, "The store: a directory")->required();
  backup->add_option("DIRECTORY", options->directory, "Where to: a new or empty directory")
      ->required();
  backup->add_flag("--json", options->json, "Print one JSON object");
  backup->footer(
      "A program that has the store open makes its backup itself, with weir_store_backup, while it "
      "goes on.\nTo restore, put the copy where the store was.\n\n"
      "Examples:\n"
      "  weir backup /var/lib/orders /backup/orders-monday\n"
      "  weir verify /backup/orders-monday");
  backup->callback([options] { run(*options); });
}

}  // namespace weir::command
