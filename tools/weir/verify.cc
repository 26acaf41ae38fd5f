// weir verify
#include <memory>

#include "common/units.h"
#include "weir/commands.h"
#include "weir/offline.h"
#include "weir/progress.h"

namespace weir::command {
namespace {

struct VerifyOptions {
  std::string url;
  bool json = false;
};

void run(const VerifyOptions& options) {
  weir_error error{};
  weir_blob* blob = nullptr;
  uint64_t damage_count = 0;
  weir_status status = WEIR_OK;
  {
    const ReadProgress progress("verifying", directory_of(options.url));
    status = weir_store_verify(options.url.c_str(), &blob, &damage_count, &error);
  }
  const tools::BlobHandle report(blob);
  tools::check(status, error, "verify " + options.url);
  require_found(status, options.url, "verify");
  const Json parsed = parse_report(report);
  if (options.json) {
    print_json(parsed);
  } else {
    print(aligned_members(parsed));
  }
  flush_standard_output();
  if (damage_count > 0) {
    throw tools::Failure(tools::kExitDamage,
                         "verify " + options.url + ": " + tools::counted(damage_count, "damage") +
                             " found; keep a copy of the directory before anything else");
  }
  if (!options.json) print("sound: no damage found\n");
  flush_standard_output();
}

}  // namespace

void add_verify(CLI::App& app) {
  auto options = std::make_shared<VerifyOptions>();
  CLI::App* verify = app.add_subcommand(
      "verify", "Read and check every byte of a store that nobody has open; changes nothing");
  verify->add_option("STORE", options->url, "The store: a directory")->required();
  verify->add_flag("--json", options->json, "Print one JSON object");
  verify->footer(
      "The exit code is 0 when the store is sound, 2 when damage was found, 3 when it is in "
      "use.\n\n"
      "Examples:\n"
      "  weir verify /var/lib/orders\n"
      "  weir verify --json /var/lib/orders | jq .damage");
  verify->callback([options] { run(*options); });
}

}  // namespace weir::command
