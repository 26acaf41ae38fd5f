#include "demo/plan.h"

#include <algorithm>
#include <fstream>

#include "common/failure.h"

namespace weir::demo {
namespace {

// Fields end with a zero byte: the one byte that no path contains.
void put(std::ostream& out, const std::string& field) { out << field << '\0'; }

std::string get(std::istream& in) {
  std::string field;
  if (!std::getline(in, field, '\0')) {
    throw tools::Failure(tools::kExitError, "the plan of the run is cut off");
  }
  return field;
}

uint64_t get_number(std::istream& in) { return std::stoull(get(in)); }

}  // namespace

void Plan::make_sums() {
  sums_.assign(1, 0);
  for (const FileEntry& file : files) sums_.push_back(sums_.back() + file.size);
  total_bytes = sums_.back();
}

size_t Plan::index_of(std::string_view name) const {
  const auto found =
      std::lower_bound(files.begin(), files.end(), name,
                       [](const FileEntry& file, std::string_view key) { return file.name < key; });
  if (found == files.end() || found->name != name) return files.size();
  return static_cast<size_t>(found - files.begin());
}

void save_plan(const Plan& plan, const std::filesystem::path& file) {
  std::ofstream out(file, std::ios::binary);
  put(out, plan.base.string());
  for (const uint64_t number :
       {plan.memory_bytes_max, plan.batch_bytes, plan.hold_bytes, uint64_t{plan.files.size()}}) {
    put(out, std::to_string(number));
  }
  for (const FileEntry& entry : plan.files) {
    put(out, entry.name);
    put(out, std::to_string(entry.size));
    put(out, std::to_string(entry.mode));
  }
  out.close();
  if (!out) throw tools::Failure(tools::kExitError, "write " + file.string() + " failed");
}

Plan load_plan(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  Plan plan;
  plan.base = get(in);
  plan.memory_bytes_max = get_number(in);
  plan.batch_bytes = get_number(in);
  plan.hold_bytes = get_number(in);
  plan.files.resize(get_number(in));
  for (FileEntry& entry : plan.files) {
    entry.name = get(in);
    entry.size = get_number(in);
    entry.mode = static_cast<uint32_t>(get_number(in));
  }
  plan.make_sums();
  return plan;
}

}  // namespace weir::demo
