// A C++ program that is linked with libweir: malloc and operator new stay its own, and memory may
// travel between the program and the C++ library.
#include <weir/weir.h>

#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "host.h"

namespace {

void use_library() {
  weir_store* store = nullptr;
  weir_queue* queue = nullptr;
  EXPECT(weir_store_open("mem:", nullptr, &store, nullptr) == WEIR_OK);
  EXPECT(weir_queue_open(store, "frames", nullptr, &queue, nullptr) == WEIR_OK);
  for (int i = 0; i < 1000; ++i) {
    const std::string payload(static_cast<size_t>(i), 'x');
    EXPECT(weir_queue_push(queue, payload.data(), payload.size(), nullptr, nullptr, nullptr) ==
           WEIR_OK);
    weir_message* message = nullptr;
    EXPECT(weir_queue_pop(queue, nullptr, &message, nullptr) == WEIR_OK);
    const std::string got(static_cast<const char*>(weir_message_data(message)),
                          weir_message_size(message));
    EXPECT(got == payload);
    weir_message_free(message);
  }
  EXPECT(weir_queue_close(queue, nullptr) == WEIR_OK);
  EXPECT(weir_store_close(store, nullptr) == WEIR_OK);
}

void check_own_allocations() {
  const auto own = std::make_unique<std::vector<int>>(1000);
  EXPECT(!host_is_mimalloc(own.get()));
  EXPECT(!host_is_mimalloc(own->data()));
  std::istringstream lines(std::string(100'000, 'x') + "\n" + std::string(10, 'y'));
  std::string line;
  while (std::getline(lines, line)) EXPECT(!host_is_mimalloc(line.data()));
}

}  // namespace

int main() {
  host_check_mimalloc_is_seen();
  check_own_allocations();
  use_library();
  check_own_allocations();
  host_check_malloc();
  // By its soname: the library that this program is linked with.
  void* weir = dlopen("libweir.so.0", RTLD_NOW | RTLD_NOLOAD);
  EXPECT(weir != nullptr);
  host_check_operator_new(weir);
  std::puts("malloc and operator new are the host's");
  return 0;
}
