// Numbers as people read them.
#pragma once

#include <cstdint>
#include <string>

namespace weir::tools {

std::string with_thousands(uint64_t number);  // 1,234,567
std::string human_bytes(uint64_t bytes);      // 1.5 MiB
std::string human_seconds(double seconds);    // 250 ms, 3.2 s, 5 min 10 s, 3 h 20 min, 2 d 4 h
std::string counted(uint64_t count, const char* singular, const char* plural = nullptr);
std::string utc_time(int64_t nanoseconds);  // 2025-01-31T12:00:00.123Z

}  // namespace weir::tools
