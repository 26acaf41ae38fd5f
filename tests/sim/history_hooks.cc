#include "tests/sim/history_hooks.h"

#include "engine/queue/queue.h"
#include "store/store.h"
#include "tests/sim/history_world.h"

namespace weir::sim {

std::string seen_around_a_sync_of_a_batch() {
  SimEnv world(1);
  HookedFileSystem files(world.file_system());
  env::Env env{files, world.clock(), world.executor(), world.env().random};
  const std::shared_ptr<store::Store> store = store::Store::open(env, kStoreUrl, {}).take();
  const auto a = queue::Handle::open(store, "a", {}).take();
  const auto b = queue::Handle::open(store, "b", {}).take();
  const auto look = [&] {
    std::string counts;
    for (queue::Handle* handle : {a.get(), b.get()}) {
      queue::Messages messages;
      const Status status = handle->peek(100, UINT64_MAX, &messages);
      counts += status.failed() ? "?" : text(static_cast<uint64_t>(messages.count()));
    }
    return counts;
  };
  const std::vector<uint8_t> payload(100, 'x');
  store::Batch batch(store);
  if (!a->add_push(batch, payload, {}).ok() || !b->add_push(batch, payload, {}).ok())
    return "no push";
  std::string during;
  files.hook = [&] { during = look(); };
  store::Level level = store::Level::kMemory;
  const Status status = batch.commit(store::Durability::kSync, 0, &level);
  files.hook = nullptr;
  return status.ok() ? text("during ", during, " after ", look()) : status.to_string();
}

}  // namespace weir::sim
