// The part that all three languages share: what is exposed, what happens to parameters that only C
// needs, and the weirll_* functions, which stand in for those of the C API that take structs.
//
// A fallible call gives back one 64-bit result:
//
//   >= 4096   a handle: no object lies in the first page of memory
//   0 .. 4095 the status (done, or an expected outcome); or, where the call is about a number, that
//             number, of any size
//   < 0       it failed. Java never sees this: an exception is pending. Go and C# get the error
//             folded into the number (fold.i)

%{
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <weir/weir.h>
%}

// Not <stdint.i>: depending on a switch its int64_t is a `long`, which Java and C# get as 32 bits, or
// a `long long`, to which pointers do not convert.
%apply int { int32_t };
%apply unsigned int { uint32_t };
%apply long long { int64_t };
%apply unsigned long long { uint64_t };

// Nothing of the headers is exposed unless it is named here. Structs never are.
%rename("$ignore", regextarget=1) "^weir_";
%rename("%s") weir_version;
%rename("%s") weir_status_name;
%rename("%s") weir_store_close;
%rename("%s") weir_store_sync;
%rename("%s") weir_queue_close;
%rename("%s") weir_queue_interrupt;
%rename("%s") weir_queue_ack_many;
%rename("%s") weir_queue_producer_sequence;
%rename("%s") weir_messages_count;
%rename("%s") weir_messages_free;

// The caller's error lives in the wrapper's frame, so that status and text come from one native call,
// whatever thread the language's scheduler goes on with. It is written on failure only, and the
// status alone says whether there was one.
%typemap(in, numinputs=0) weir_error* err (weir_error e)
  %{ e.struct_size = 0; e.message[0] = 0; e.os_error = 0; $1 = &e; %}

// Handles and numbers that C gives back through a pointer become the result; each language says how.
%typemap(in, numinputs=0) weir_store** out (weir_store* handle), weir_queue** out (weir_queue* handle),
                          weir_messages** out (weir_messages* handle)
  %{ handle = NULL; $1 = &handle; %}
%typemap(in, numinputs=0) uint64_t* out_count (uint64_t number), uint64_t* out_sequence (uint64_t number)
  %{ number = 0; $1 = &number; %}
// The level reached is told by push only, as long as the thin layers have no use for it elsewhere.
%typemap(in, numinputs=0) uint32_t* out_level %{ $1 = NULL; %}

#if defined(SWIGJAVA)
%include "java.i"
#elif defined(SWIGGO)
%include "go.i"
#elif defined(SWIGCSHARP)
%include "csharp.i"
#endif

// What the numbers in `slots` mean, after weirll_queue_push_many and, per message, after
// weirll_messages_facts.
%inline %{
#define WEIRLL_PUSH_LEVEL 0
#define WEIRLL_PUSH_ID 1
#define WEIRLL_PUSH_COUNT 2
#define WEIRLL_PUSH_DUPLICATES 3
#define WEIRLL_PUSH_SLOTS 4

#define WEIRLL_FACT_ID 0
#define WEIRLL_FACT_SIZE 1
#define WEIRLL_FACT_DELIVERY_COUNT 2
#define WEIRLL_FACT_REDELIVERED 3
#define WEIRLL_FACT_ENQUEUED_AT 4
#define WEIRLL_FACT_SLOTS 5
%}

%{
static weir_status weirll_fail(weir_error* err, weir_status status, const char* text, uint64_t value, uint64_t limit) {
  err->status = status;
  err->os_error = 0;
  snprintf(err->message, sizeof err->message, "%s: %llu and %llu", text, (unsigned long long)value,
           (unsigned long long)limit);
  return status;
}

/* A library older than these headers lacks functions or fields that this glue counts on. */
static weir_status weirll_check_version(weir_error* err) {
  const uint32_t built = WEIR_VERSION_MAJOR * 1000000 + WEIR_VERSION_MINOR * 1000;
  const uint32_t found = weir_version();
  if (found / 1000000 == WEIR_VERSION_MAJOR && found >= built) return WEIR_OK;
  return weirll_fail(err, WEIR_E_UNSUPPORTED, "version of the loaded libweir does not fit the one of the binding",
                     found, built);
}
%}

%inline %{
weir_status weirll_store_open(const char* url, weir_store** out, weir_error* err) {
  weir_status status = weirll_check_version(err);
  return status < 0 ? status : weir_store_open(url, NULL, out, err);
}

weir_status weirll_queue_open(weir_store* store, const char* name, weir_queue** out, weir_error* err) {
  return weir_queue_open(store, name, NULL, out, err);
}

weir_status weirll_queue_push_many(weir_queue* queue, const void* data, size_t data_size, const uint32_t* sizes,
                                   size_t count, uint32_t durability, int64_t timeout_ms, uint64_t producer_id,
                                   uint64_t producer_sequence, int64_t* slots, size_t slot_count, weir_error* err) {
  weir_push_options options;
  weir_push_result pushed = {.struct_size = sizeof pushed};
  weir_status status;
  if (slot_count < WEIRLL_PUSH_SLOTS)
    return weirll_fail(err, WEIR_E_INVALID_ARGUMENT, "slots given and needed", slot_count, WEIRLL_PUSH_SLOTS);
  weir_push_options_init(&options, sizeof options);
  options.durability = durability;
  options.timeout_ms = timeout_ms;
  options.producer_id = producer_id;
  options.producer_sequence = producer_sequence;
  status = weir_queue_push_many(queue, data, data_size, sizes, count, &options, &pushed, err);
  slots[WEIRLL_PUSH_LEVEL] = (int64_t)pushed.level;
  slots[WEIRLL_PUSH_ID] = (int64_t)pushed.id;
  slots[WEIRLL_PUSH_COUNT] = (int64_t)pushed.count;
  slots[WEIRLL_PUSH_DUPLICATES] = (int64_t)pushed.duplicate_count;
  return status;
}

weir_status weirll_queue_pop_many(weir_queue* queue, size_t count_max, uint64_t bytes_max, int64_t timeout_ms,
                                  int64_t lease_ms, int32_t acknowledge, weir_messages** out, weir_error* err) {
  weir_pop_options options;
  weir_pop_options_init(&options, sizeof options);
  if (bytes_max != 0) options.bytes_max = bytes_max;
  options.timeout_ms = timeout_ms;
  options.lease_ms = lease_ms;
  options.acknowledge = acknowledge != 0;
  return weir_queue_pop_many(queue, count_max, &options, out, err);
}

/* Everything about the messages but their bytes: WEIRLL_FACT_SLOTS numbers for each. */
weir_status weirll_messages_facts(const weir_messages* messages, int64_t* slots, size_t slot_count, weir_error* err) {
  const size_t count = weir_messages_count(messages);
  size_t i;
  if (slot_count < count * WEIRLL_FACT_SLOTS)
    return weirll_fail(err, WEIR_E_INVALID_ARGUMENT, "slots given and needed", slot_count, count * WEIRLL_FACT_SLOTS);
  for (i = 0; i < count; i++, slots += WEIRLL_FACT_SLOTS) {
    const weir_message* message = weir_messages_at(messages, i);
    slots[WEIRLL_FACT_ID] = (int64_t)weir_message_id(message);
    slots[WEIRLL_FACT_SIZE] = (int64_t)weir_message_size(message);
    slots[WEIRLL_FACT_DELIVERY_COUNT] = weir_message_delivery_count(message);
    slots[WEIRLL_FACT_REDELIVERED] = weir_message_redelivered(message);
    slots[WEIRLL_FACT_ENQUEUED_AT] = weir_message_enqueued_at(message);
  }
  return WEIR_OK;
}
%}

#if !defined(SWIGJAVA)
%inline %{
/* The bytes of all messages, one directly after another: the counterpart of the packed push. */
weir_status weirll_messages_copy(const weir_messages* messages, void* buffer, size_t buffer_size, weir_error* err) {
  const size_t count = weir_messages_count(messages);
  size_t used = 0, i;
  for (i = 0; i < count; i++) {
    const weir_message* message = weir_messages_at(messages, i);
    const size_t size = weir_message_size(message);
    if (size > buffer_size - used)
      return weirll_fail(err, WEIR_E_BUFFER_TOO_SMALL, "bytes given and needed", buffer_size, used + size);
    if (size != 0) memcpy((char*)buffer + used, weir_message_data(message), size);
    used += size;
  }
  return WEIR_OK;
}
%}
#endif
