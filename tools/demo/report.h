// The report of a run, and its verdict.
#pragma once

#include "demo/compare.h"
#include "demo/history.h"
#include "demo/journal.h"
#include "demo/plan.h"

namespace weir::demo {

struct Outcome {
  Comparison comparison;
  Deliveries deliveries;
  uint64_t left_in_queue = 0;
  uint64_t damage_count = 0;  // weir_store_verify after the run
};

void print_report(const Plan& plan, const History& history, const Outcome& outcome);

// Prints the one line that counts; returns the exit code.
int print_verdict(const Plan& plan, const History& history, const Outcome& outcome);

}  // namespace weir::demo
