// weir inspect
#include <memory>

#include "weir/commands.h"
#include "weir/offline.h"
#include "weir/progress.h"

namespace weir::command {
namespace {

struct InspectOptions {
  std::string url;
  bool json = false;
};

void run(const InspectOptions& options) {
  weir_error error{};
  weir_blob* blob = nullptr;
  weir_status status = WEIR_OK;
  {
    const ReadProgress progress("reading", directory_of(options.url));
    status = weir_store_inspect(options.url.c_str(), &blob, &error);
  }
  const tools::BlobHandle report(blob);
  tools::check(status, error, "inspect " + options.url);
  require_found(status, options.url, "inspect");
  const Json parsed = parse_report(report);
  if (options.json) {
    print_json(parsed);
  } else {
    print(aligned_members(parsed));
  }
  flush_standard_output();
}

}  // namespace

void add_inspect(CLI::App& app) {
  auto options = std::make_shared<InspectOptions>();
  CLI::App* inspect = app.add_subcommand(
      "inspect", "Describe a store on disk that nobody has open: files, queues, format");
  inspect->add_option("STORE", options->url, "The store: a directory")->required();
  inspect->add_flag("--json", options->json, "Print one JSON object");
  inspect->footer(
      "Examples:\n"
      "  weir inspect /var/lib/orders\n"
      "  weir inspect --json /var/lib/orders | jq .");
  inspect->callback([options] { run(*options); });
}

}  // namespace weir::command
