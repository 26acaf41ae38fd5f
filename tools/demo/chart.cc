#include "demo/chart.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <functional>

#include "common/units.h"

namespace weir::demo {
namespace {

constexpr size_t kColumns = 60;
constexpr std::array<const char*, 9> kLevels = {" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};

using Value = std::function<uint64_t(const Sample&)>;

size_t column_of(double seconds, double total) {
  const auto column = static_cast<size_t>(seconds / std::max(total, 1e-9) * kColumns);
  return std::min(column, kColumns - 1);
}

// The highest value within each column; a column without a sample repeats the one before.
std::array<uint64_t, kColumns> columns_of(const History& history, const Value& value) {
  std::array<uint64_t, kColumns> columns{};
  std::array<bool, kColumns> filled{};
  for (const Moment& moment : history.moments) {
    const size_t column = column_of(moment.seconds, history.seconds);
    columns[column] = std::max(columns[column], value(moment.sample));
    filled[column] = true;
  }
  for (size_t i = 1; i < kColumns; ++i) {
    if (!filled[i]) columns[i] = columns[i - 1];
  }
  return columns;
}

std::string line(const History& history, const char* label, const Value& value,
                 const std::function<std::string(uint64_t)>& shown) {
  const auto columns = columns_of(history, value);
  const uint64_t highest = *std::max_element(columns.begin(), columns.end());
  std::array<char, 32> name{};
  std::snprintf(name.data(), name.size(), "  %-17s", label);
  std::string text = name.data();
  for (const uint64_t column : columns) {
    // Anything above zero shows.
    const uint64_t level =
        highest == 0 ? 0 : (column * (kLevels.size() - 1) + highest - 1) / highest;
    text += kLevels[level];
  }
  return text + "  " + shown(highest) + "\n";
}

}  // namespace

std::string chart(const History& history) {
  const auto bytes = [](uint64_t value) { return tools::human_bytes(value); };
  const auto messages = [](uint64_t value) { return tools::counted(value, "message"); };
  std::string kills(kColumns, ' ');
  for (const Kill& kill : history.kills) kills[column_of(kill.seconds, history.seconds)] = '^';
  std::string text;
  text += line(
      history, "waiting", [](const Sample& s) { return s.message_count; }, messages);
  text += line(
      history, "memory used", [](const Sample& s) { return s.memory_bytes_used; }, bytes);
  text += line(
      history, "on disk", [](const Sample& s) { return s.disk_bytes; }, bytes);
  text += line(
      history, "process resident", [](const Sample& s) { return s.resident_bytes; }, bytes);
  text += "  killed           " + kills + "  at ^\n";
  return text;
}

std::string kill_lines(const History& history) {
  std::string text;
  for (size_t i = 0; i < history.kills.size(); ++i) {
    const Kill& kill = history.kills[i];
    const Sample& before = kill.before;
    std::array<char, 64> head{};
    std::snprintf(head.data(), head.size(), "  kill %zu at %.2f s, %2.0f %% done: ", i + 1,
                  kill.seconds, 100 * kill.part);
    text += head.data();
    if (before.open_microseconds == 0) {
      text += "the store was being opened";
    } else {
      text += "being committed " + tools::counted(before.committing_files, "file") + " (" +
              tools::human_bytes(before.committing_bytes) + "), delivered and not acknowledged " +
              std::to_string(before.unacknowledged_files) + " (" +
              tools::human_bytes(before.unacknowledged_bytes) + ")";
    }
    const Sample& after = kill.reopened;
    if (after.open_microseconds > 0) {
      const uint64_t confirmed = std::max(before.confirmed_files, after.confirmed_files);
      text += "; opened again in " +
              tools::human_seconds(static_cast<double>(after.open_microseconds) / 1e6) + " with " +
              tools::with_thousands(after.message_count) + " waiting of " +
              tools::with_thousands(after.confirmed_files) + " that arrived";
      if (before.open_microseconds > 0) {
        text += ", of the commit under way " + std::to_string(confirmed - before.confirmed_files) +
                " had arrived";
      }
    }
    text += "\n";
  }
  return text;
}

}  // namespace weir::demo
