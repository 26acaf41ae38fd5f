// The documents of the benchmarks, as JSON text; the same for the same number, for ever.
#pragma once

#include <cstdint>
#include <string>

namespace weir::bench {

// Seed 003's shape (SEEDS.md §4.2, "50k regular docs"; 129 bytes on average for the first 50,000): its users with
// a name, an email, an age, a city, a role, a score.
std::string user_document(uint64_t number);

// The documents that the peers were measured with (PEERS.md): about 297 bytes of JSON, nested, a list, an amount, words
// at random.
std::string order_document(uint64_t number);

}  // namespace weir::bench
