#include "common/units.h"

#include <array>
#include <cstdio>
#include <ctime>

namespace weir::tools {
namespace {

std::string two_parts(uint64_t first, const char* first_unit, uint64_t second,
                      const char* second_unit) {
  return std::to_string(first) + " " + first_unit + " " + std::to_string(second) + " " +
         second_unit;
}

std::string one_decimal(double value, const char* unit) {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%.1f %s", value, unit);
  return text.data();
}

}  // namespace

std::string with_thousands(uint64_t number) {
  std::string digits = std::to_string(number);
  for (size_t place = digits.size(); place > 3; place -= 3) digits.insert(place - 3, 1, ',');
  return digits;
}

std::string human_bytes(uint64_t bytes) {
  static constexpr std::array<const char*, 4> kUnits = {"KiB", "MiB", "GiB", "TiB"};
  if (bytes < 1024) return std::to_string(bytes) + " B";
  double value = static_cast<double>(bytes) / 1024;
  size_t unit = 0;
  for (; value >= 1024 && unit + 1 < kUnits.size(); ++unit) value /= 1024;
  return one_decimal(value, kUnits[unit]);
}

std::string human_seconds(double seconds) {
  if (seconds < 1) return std::to_string(static_cast<uint64_t>(seconds * 1000)) + " ms";
  if (seconds < 60) return one_decimal(seconds, "s");
  const auto whole = static_cast<uint64_t>(seconds);
  if (whole < 3600) return two_parts(whole / 60, "min", whole % 60, "s");
  if (whole < 86400) return two_parts(whole / 3600, "h", whole % 3600 / 60, "min");
  return two_parts(whole / 86400, "d", whole % 86400 / 3600, "h");
}

std::string counted(uint64_t count, const char* singular, const char* plural) {
  std::string unit = singular;
  if (count != 1) unit = plural != nullptr ? std::string(plural) : unit + "s";
  return with_thousands(count) + " " + unit;
}

std::string utc_time(int64_t nanoseconds) {
  constexpr int64_t kPerSecond = 1'000'000'000;
  const std::time_t seconds = nanoseconds / kPerSecond;
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  std::array<char, 32> date{};
  std::strftime(date.data(), date.size(), "%Y-%m-%dT%H:%M:%S", &parts);
  std::array<char, 48> text{};
  std::snprintf(text.data(), text.size(), "%s.%03dZ", date.data(),
                static_cast<int>(nanoseconds % kPerSecond / 1'000'000));
  return text.data();
}

}  // namespace weir::tools
