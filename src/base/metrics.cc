#include "base/metrics.h"

#include <algorithm>
#include <charconv>

namespace weir {

namespace {

// The shortest text that reads back as the same number.
std::string number_text(double value) {
  char text[32];
  const auto end = std::to_chars(text, text + sizeof text, value).ptr;
  return {text, end};
}

}  // namespace

Metrics::Family& Metrics::family(std::string_view name, std::string_view type,
                                 std::string_view help) {
  auto found = families_.find(name);
  if (found == families_.end()) {
    found = families_.emplace(name, Family()).first;
    found->second.type = type;
    found->second.help = help;
  }
  return found->second;
}

void Metrics::counter(std::string_view name, std::string_view help, double value,
                      std::string_view label) {
  family(name, "counter", help).values[std::string(label)] += value;
}

void Metrics::gauge(std::string_view name, std::string_view help, double value,
                    std::string_view label) {
  family(name, "gauge", help).values[std::string(label)] += value;
}

void Metrics::gauge_max(std::string_view name, std::string_view help, double value,
                        std::string_view label) {
  double& largest = family(name, "gauge", help).values[std::string(label)];
  largest = std::max(largest, value);
}

void Metrics::histogram(std::string_view name, std::string_view help, const Histogram& values,
                        double unit, unsigned first, unsigned last) {
  Family& all = family(name, "histogram", help);
  const auto line = [&](std::string_view suffix, std::string_view label, double value) {
    std::string text(name);
    text.append(suffix).append(label).append(" ").append(number_text(value));
    all.lines.push_back(std::move(text));
  };
  for (unsigned exponent = first; exponent <= last; ++exponent) {
    const uint64_t bound = uint64_t{1} << exponent;
    const std::string label = "{le=\"" + number_text(static_cast<double>(bound) / unit) + "\"}";
    line("_bucket", label, static_cast<double>(values.count_up_to(bound)));
  }
  line("_bucket", "{le=\"+Inf\"}", static_cast<double>(values.count()));
  line("_sum", "", static_cast<double>(values.sum()) / unit);
  line("_count", "", static_cast<double>(values.count()));
}

std::string Metrics::text() const {
  std::string out;
  for (const auto& [name, family] : families_) {
    out.append("# HELP ").append(name).append(" ").append(family.help).append("\n");
    out.append("# TYPE ").append(name).append(" ").append(family.type).append("\n");
    for (const auto& [label, value] : family.values) {
      out.append(name);
      if (!label.empty()) out.append("{").append(label).append("}");
      out.append(" ").append(number_text(value)).append("\n");
    }
    for (const std::string& line : family.lines) out.append(line).append("\n");
  }
  return out;
}

}  // namespace weir
