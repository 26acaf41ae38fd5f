// Metrics: values that are collected when somebody asks, and their text in the Prometheus exposition format 0.0.4.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/histogram.h"

namespace weir {

class Metrics {
 public:
  // Adds to a value; those of one name and label add up. `label` is empty, or name="value" without characters that
  // need escaping. Counters' names end in _total.
  void counter(std::string_view name, std::string_view help, double value,
               std::string_view label = {});
  void gauge(std::string_view name, std::string_view help, double value,
             std::string_view label = {});
  // A gauge of which the largest counts.
  void gauge_max(std::string_view name, std::string_view help, double value,
                 std::string_view label = {});
  // Bounds are powers of two from 2^first to 2^last; values are divided by `unit`. A value up to a quarter above a
  // bound may count as below it.
  void histogram(std::string_view name, std::string_view help, const Histogram& values, double unit,
                 unsigned first, unsigned last);

  // In the order of the names.
  std::string text() const;

 private:
  struct Family {
    std::string_view type;
    std::string help;
    std::map<std::string, double, std::less<>> values;  // by label
    std::vector<std::string> lines;                     // of a histogram
  };
  Family& family(std::string_view name, std::string_view type, std::string_view help);

  std::map<std::string, Family, std::less<>> families_;
};

}  // namespace weir
