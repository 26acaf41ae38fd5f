// What every named object of a store does alike: it is opened, closed, dropped and listed. S is its shell, which has a
// `handle`.
#pragma once

#include <utility>

#include "api/check.h"
#include "api/guard.h"
#include "api/shells.h"

namespace weir::api {

// `open` checks name and options, and gives the handle.
template <typename S, typename Open>
weir_status open_object(weir_store* store, typename S::Public** out, weir_error* err,
                        Open&& open) noexcept {
  return guard(err, [&]() -> Status {
    WEIR_TRY(check_out("out", out));
    Use<StoreShell> use;
    WEIR_TRY(use.enter(store));
    New<S> shell;
    WEIR_TRY(shell.prepare());
    WEIR_ASSIGN(shell->handle, open(use->store));
    *out = shell.publish();
    return {};
  });
}

template <typename S>
weir_status close_object(typename S::Public* object, weir_error* err) noexcept {
  if (object == nullptr) return WEIR_OK;
  return guard(err, [&]() -> Status {
    Use<S> use;
    WEIR_TRY(use.enter(object));
    if (!use.close()) return Code::kClosed;
    use->handle->shutdown();
    const Closing<S> closing(use.take_closed());
    return {};
  });
}

template <typename Drop>
weir_status drop_object(weir_store* store, weir_error* err, Drop&& drop) noexcept {
  return guard(err, [&]() -> Status {
    Use<StoreShell> use;
    WEIR_TRY(use.enter(store));
    return drop(*use->store);
  });
}

template <typename List>
weir_status list_objects(weir_store* store, weir_names** out, weir_error* err,
                         List&& list) noexcept {
  return guard(err, [&]() -> Status {
    WEIR_TRY(check_out("out", out));
    Use<StoreShell> use;
    WEIR_TRY(use.enter(store));
    New<NamesShell> shell;
    WEIR_TRY(shell.prepare());
    WEIR_ASSIGN(shell->names, list(*use->store));
    *out = shell.publish();
    return {};
  });
}

}  // namespace weir::api
