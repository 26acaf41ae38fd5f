/*
 * weir/queue.h: a durable FIFO queue that overflows from memory to disk.
 *
 * Messages come out in the order of their ids, whatever part of them is in memory or on disk and across restarts.
 * A popped message is in flight until it is acknowledged; a message that is not (nack, lease over, handle closed,
 * process gone) is delivered again, at its original place. Plan for duplicates: delivery is at least once.
 */
#ifndef WEIR_QUEUE_H
#define WEIR_QUEUE_H

#include <weir/base.h>
#include <weir/message.h>
#include <weir/store.h>

#ifdef __cplusplus
extern "C" {
#endif
WEIR_NONNULL_BEGIN

/* An open queue. SHARED. Several handles of one queue may be open; messages popped through a handle that is closed
 * become ready again. */
typedef struct weir_queue weir_queue;

/* In the log and on disk; survives crashes as its calls say. */
#define WEIR_QUEUE_DURABLE 0
/* Not in the log; spills to scratch files; saved at a clean close, empty after a crash. */
#define WEIR_QUEUE_MEMORY 1

/* Always start from weir_queue_options_init. */
typedef struct weir_queue_options {
  uint32_t struct_size;
  /* WEIR_QUEUE_DURABLE (default) or _MEMORY, fixed at creation; every queue of mem: is _MEMORY */
  uint32_t kind;
  uint8_t create; /* 1 (default): make the queue when missing */
  /* 1: accept an existing queue of either kind; 0 (default): refuse another with EXISTS */
  uint8_t existing_kind;
  uint8_t reserved[6]; /* zero */
} weir_queue_options;

/* How one push is made. Always start from weir_push_options_init. */
typedef struct weir_push_options {
  uint32_t struct_size;
  uint32_t durability; /* WEIR_DURABILITY_*, default DEFAULT */
  /* Wait for memory or log space: 0 (default) does not, negative without limit */
  int64_t timeout_ms;
  /* Up to 255 bytes of UTF-8 without control characters, or NULL */
  const char* WEIR_NULLABLE content_type;
  const weir_headers* WEIR_NULLABLE headers; /* or NULL */
  uint64_t producer_id; /* 0 (default): none. Else a number that names the producer for ever */
  uint64_t producer_sequence; /* of the (first) message, from 1, ascending; gaps are allowed */
} weir_push_options;

/* What one push did. Set struct_size before the call. */
typedef struct weir_push_result {
  uint32_t struct_size;
  uint32_t level;           /* WEIR_DURABILITY_MEMORY or _SYNC: reached by the time of return */
  uint64_t id;              /* of the (first) message; 0 when nothing was added */
  uint64_t count;           /* messages added; those of a push_many are id, id + 1, ... */
  uint64_t duplicate_count; /* messages left out because their producer sequence had arrived */
} weir_push_result;

/* How a pop is made. Always start from weir_pop_options_init. */
typedef struct weir_pop_options {
  uint32_t struct_size;
  uint32_t durability; /* of the acknowledgement when acknowledge is 1; default DEFAULT */
  int64_t timeout_ms;  /* 0 (default) does not wait, negative without limit */
  /* 0 (default): until ack, close or reopening; else ready again after this long */
  int64_t lease_ms;
  /* pop_many: stop before payloads exceed it; one message always fits. Default 1 MiB */
  uint64_t bytes_max;
  /* 1: acknowledge in the same step, so that the message is delivered at most once */
  uint8_t acknowledge;
  uint8_t reserved[7]; /* zero */
} weir_pop_options;

/* Counts of one queue, all O(1). Set struct_size before the call. */
typedef struct weir_queue_statistics {
  uint32_t struct_size;
  uint32_t kind;          /* WEIR_QUEUE_DURABLE or _MEMORY */
  uint64_t message_count; /* ready + delayed + in flight */
  uint64_t ready_count;
  uint64_t delayed_count; /* after a nack with a delay */
  uint64_t in_flight_count;
  uint64_t push_count; /* since the store was opened, as all below */
  uint64_t delivery_count;
  uint64_t redelivery_count;
  uint64_t ack_count;
  uint64_t nack_count;
  uint64_t lease_expiry_count;
  uint64_t duplicate_count;
  uint64_t memory_bytes; /* of chunks in memory */
  uint64_t disk_bytes;   /* of frames on disk that still hold a live message */
  uint64_t first_id;     /* the smallest id that is not acknowledged, or next_id */
  uint64_t next_id;      /* the id that the next push will get */
} weir_queue_statistics;

/**
 * Writes the defaults into options.
 *
 * @param struct_size  sizeof(weir_queue_options) as the caller knows it.
 *
 * Returns:  WEIR_OK; WEIR_E_INVALID_ARGUMENT when options is NULL or struct_size is not from 8 to 4096.
 * Owns:     nothing.
 * Threads:  exclusive on options.
 * Blocks:   no.
 * Since:    0.1
 */
WEIR_API weir_status weir_queue_options_init(weir_queue_options* options,
                                             size_t struct_size) WEIR_NOEXCEPT;

/**
 * Sets one option by the name of its field, from text.
 *
 * @param name   "kind", "create", "existing_kind".
 * @param value  durable or memory; 0, 1, true, false.
 *
 * Returns:  WEIR_OK; WEIR_E_INVALID_ARGUMENT with the name, the value and what would be right.
 * Owns:     nothing.
 * Threads:  exclusive on options.
 * Blocks:   no.
 * Since:    0.1
 */
WEIR_API weir_status weir_queue_options_set(weir_queue_options* options, const char* name,
                                            const char* value,
                                            weir_error* WEIR_NULLABLE err) WEIR_NOEXCEPT;

/**
 * Writes the defaults into options.
 *
 * @param struct_size  sizeof(weir_push_options) as the caller knows it.
 *
 * Returns:  WEIR_OK; WEIR_E_INVALID_ARGUMENT when options is NULL or struct_size is not from 8 to 4096.
 * Owns:     nothing.
 * Threads:  exclusive on options.
 * Blocks:   no.
 * Since:    0.1
 */
WEIR_API weir_status weir_push_options_init(weir_push_options* options,
                                            size_t struct_size) WEIR_NOEXCEPT;

/**
 * Writes the defaults into options.
 *
 * @param struct_size  sizeof(weir_pop_options) as the caller knows it.
 *
 * Returns:  WEIR_OK; WEIR_E_INVALID_ARGUMENT when options is NULL or struct_size is not from 8 to 4096.
 * Owns:     nothing.
 * Threads:  exclusive on options.
 * Blocks:   no.
 * Since:    0.1
 */
WEIR_API weir_status weir_pop_options_init(weir_pop_options* options,
                                           size_t struct_size) WEIR_NOEXCEPT;

/**
 * Opens a queue of a store, making it when missing. The making is durable on return.
 *
 * @param name     1 to 255 bytes of UTF-8 without control characters; it never becomes a file name.
 * @param options  (nullable) NULL takes the defaults.
 * @param out      set to NULL on failure.
 *
 * Returns:  WEIR_OK; WEIR_NOT_FOUND (missing and create is 0); WEIR_E_INVALID_ARGUMENT, WEIR_E_EXISTS (another kind),
 *           WEIR_E_LIMIT (65,536 queues), WEIR_E_READ_ONLY, WEIR_E_CLOSED, WEIR_E_FAILED, WEIR_E_FORKED,
 *           WEIR_E_NO_MEMORY.
 * Owns:     the caller owns *out; release it with weir_queue_close.
 * Threads:  shared on store.
 * Blocks:   on disk when the queue is made.
 * Since:    0.1
 */
WEIR_API weir_status weir_queue_open(weir_store* store, const char* name,
                                     const weir_queue_options* WEIR_NULLABLE options,
                                     weir_queue* WEIR_NULLABLE* WEIR_NONNULL out,
                                     weir_error* WEIR_NULLABLE err) WEIR_NOEXCEPT;

/**
 * Closes a queue handle: wakes its blocked callers, which get WEIR_E_CLOSED, waits until they have left, and makes
 * messages in flight through this handle ready again. Always releases the handle.
 *
 * Returns:  WEIR_OK, also for NULL; WEIR_E_CLOSED when closed before; WEIR_E_FORKED (nothing is released: the handle
 *           is the parent's).
 * Owns:     takes the handle.
 * Threads:  may race with calls on the handle; the last call on it otherwise.
 * Blocks:   until calls in progress have left.
 * Since:    0.1
 */
WEIR_API weir_status weir_queue_close(weir_queue* WEIR_NULLABLE queue,
                                      weir_error* WEIR_NULLABLE err) WEIR_NOEXCEPT;

/**
 * Drops a queue with everything in it, durably. Open handles of it get WEIR_E_CLOSED from then on.
 *
 * Returns:  WEIR_OK; WEIR_NOT_FOUND; WEIR_E_INVALID_ARGUMENT, WEIR_E_READ_ONLY, WEIR_E_CLOSED, WEIR_E_FAILED,
 *           WEIR_E_FORKED.
 * Owns:     nothing.
 * Threads:  shared.
 * Blocks:   on disk.
 * Since:    0.1
 */
WEIR_API weir_status weir_queue_drop(weir_store* store, const char* name,
                                     weir_error* WEIR_NULLABLE err) WEIR_NOEXCEPT;

/**
 * Lists the queues of a store, in byte order of their names.
 *
 * Returns:  WEIR_OK; WEIR_E_INVALID_ARGUMENT, WEIR_E_CLOSED, WEIR_E_FORKED, WEIR_E_NO_MEMORY.
 * Owns:     the caller owns *out; release it with weir_names_free.
 * Threads:  shared.
 * Blocks:   no.
 * Since:    0.1
 */
WEIR_API weir_status weir_queue_list(weir_store* store, weir_names* WEIR_NULLABLE* WEIR_NONNULL out,
                                     weir_error* WEIR_NULLABLE err) WEIR_NOEXCEPT;

/**
 * Adds one message at the tail.
 *
 * With SYNC the call returns when the message is on stable storage; with ASYNC when it is in its place in memory, and
 * a crash loses at most the last two groups of the store, always from the end.
 *
 * @param data     any bytes; may be NULL when size is 0. Size and headers together: at most record_bytes_max.
 * @param options  (nullable) NULL takes the defaults.
 * @param out      (nullable) id and level reached.
 *
 * Returns:  WEIR_OK; WEIR_DUPLICATE (the producer sequence arrived before; at the level asked for);
 *           WEIR_E_INVALID_ARGUMENT, WEIR_E_TOO_LARGE, WEIR_E_LIMIT (no memory or log space in time), WEIR_E_NO_SPACE,
 *           WEIR_E_READ_ONLY, WEIR_E_CLOSED, WEIR_E_FORKED, WEIR_E_NO_MEMORY: the message is not in the queue.
 *           WEIR_E_FAILED: it may or may not be there after the next open.
 * Owns:     nothing; data is free for reuse on return.
 * Threads:  shared.
 * Blocks:   on disk when SYNC, and up to timeout_ms for room.
 * Since:    0.1
 */
WEIR_API weir_status weir_queue_push(weir_queue* queue, const void* WEIR_NULLABLE data, size_t size,
                                     const weir_push_options* WEIR_NULLABLE options,
                                     weir_push_result* WEIR_NULLABLE out,
                                     weir_error* WEIR_NULLABLE err) WEIR_NOEXCEPT;

/**
 * Adds many messages at the tail in one step: all of them or none. Content type and headers apply to each;
 * producer_sequence counts up from the first.
 *
 * @param data       the payloads, one directly after another; may be NULL when data_size is 0.
 * @param data_size  the sum of sizes; at most 64 MiB.
 * @param sizes      `count` sizes in bytes.
 * @param count      at most 1,000,000; 0 does nothing.
 *
 * Returns:  as weir_queue_push; WEIR_DUPLICATE only when every message had arrived; WEIR_E_INVALID_ARGUMENT also when
 *           the sizes do not add up to data_size.
 * Owns:     nothing; data and sizes are free for reuse on return.
 * Threads:  shared.
 * Blocks:   on disk when SYNC, and up to timeout_ms for room.
 * Since:    0.1
 */
WEIR_API weir_status weir_queue_push_many(weir_queue* queue, const void* WEIR_NULLABLE data,
                                          size_t data_size, const uint32_t* WEIR_NULLABLE sizes,
                                          size_t count,
                                          const weir_push_options* WEIR_NULLABLE options,
                                          weir_push_result* WEIR_NULLABLE out,
                                          weir_error* WEIR_NULLABLE err) WEIR_NOEXCEPT;

/**
 * Takes the message at the head, waiting for one if asked to.
 *
 * Waiting callers are served in the order of their arrival. With acknowledge, durability SYNC returns the message
 * after its acknowledgement is on stable storage.
 *
 * @param options  (nullable) NULL takes the defaults: do not wait, no lease, do not acknowledge.
 * @param out      set to NULL unless the result is WEIR_OK.
 *
 * Returns:  WEIR_OK; WEIR_EMPTY (timeout_ms is 0), WEIR_TIMEOUT, WEIR_INTERRUPTED; WEIR_E_INVALID_ARGUMENT,
 *           WEIR_E_CORRUPT or WEIR_E_IO (the message cannot be read; it stays at the head), WEIR_E_CLOSED,
 *           WEIR_E_READ_ONLY, WEIR_E_FAILED, WEIR_E_FORKED, WEIR_E_NO_MEMORY.
 * Owns:     the caller owns *out; release it with weir_message_free.
 * Threads:  shared.
 * Blocks:   up to timeout_ms; wake with weir_queue_interrupt. On disk when the message is not in memory.
 * Since:    0.1
 */
WEIR_API weir_status weir_queue_pop(weir_queue* queue,
                                    const weir_pop_options* WEIR_NULLABLE options,
                                    weir_message* WEIR_NULLABLE* WEIR_NONNULL out,
                                    weir_error* WEIR_NULLABLE err) WEIR_NOEXCEPT;

/**
 * Takes up to count_max messages from the head, waiting for the first if asked to, never for more.
 *
 * @param count_max  from 1 to 1,000,000.
 *
 * Returns:  as weir_queue_pop.
 * Owns:     the caller owns *out; release it with weir_messages_free.
 * Threads:  shared.
 * Blocks:   up to timeout_ms; wake with weir_queue_interrupt. On disk when messages are not in memory.
 * Since:    0.1
 */
WEIR_API weir_status weir_queue_pop_many(weir_queue* queue, size_t count_max,
                                         const weir_pop_options* WEIR_NULLABLE options,
                                         weir_messages* WEIR_NULLABLE* WEIR_NONNULL out,
                                         weir_error* WEIR_NULLABLE err) WEIR_NOEXCEPT;

/**
 * Looks at the message that the next pop would take, without side effects.
 *
 * @param out  set to NULL unless the result is WEIR_OK.
 *
 * Returns:  WEIR_OK; WEIR_EMPTY; WEIR_E_CORRUPT, WEIR_E_IO, WEIR_E_CLOSED, WEIR_E_FORKED, WEIR_E_NO_MEMORY.
 * Owns:     the caller owns *out; release it with weir_message_free.
 * Threads:  shared.
 * Blocks:   on disk when the message is not in memory.
 * Since:    0.1
 */
WEIR_API weir_status weir_queue_peek(weir_queue* queue,
                                     weir_message* WEIR_NULLABLE* WEIR_NONNULL out,
                                     weir_error* WEIR_NULLABLE err) WEIR_NOEXCEPT;

/**
 * Looks at up to count_max messages that the next pops would take, without side effects.
 *
 * @param count_max  from 1 to 1,000,000.
 * @param bytes_max  stop before payloads exceed it; one message always fits.
 *
 * Returns:  as weir_queue_peek.
 * Owns:     the caller owns *out; release it with weir_messages_free.
 * Threads:  shared.
 * Blocks:   on disk when messages are not in memory.
 * Since:    0.1
 */
WEIR_API weir_status weir_queue_peek_many(weir_queue* queue, size_t count_max, uint64_t bytes_max,
                                          weir_messages* WEIR_NULLABLE* WEIR_NONNULL out,
                                          weir_error* WEIR_NULLABLE err) WEIR_NOEXCEPT;

/**
 * Acknowledges a message: it will not be delivered again. By id: whoever knows it may, also after its lease ended.
 *
 * @param durability  WEIR_DURABILITY_*: with SYNC it is never delivered again after any crash.
 * @param out_level   (nullable) the level reached.
 *
 * Returns:  WEIR_OK; WEIR_NOT_FOUND (acknowledged before, purged, never popped); WEIR_E_INVALID_ARGUMENT,
 *           WEIR_E_CLOSED, WEIR_E_READ_ONLY, WEIR_E_FAILED, WEIR_E_FORKED.
 * Owns:     nothing.
 * Threads:  shared.
 * Blocks:   on disk when SYNC.
 * Since:    0.1
 */
WEIR_API weir_status weir_queue_ack(weir_queue* queue, uint64_t id, uint32_t durability,
                                    uint32_t* WEIR_NULLABLE out_level,
                                    weir_error* WEIR_NULLABLE err) WEIR_NOEXCEPT;

/**
 * Acknowledges many messages in one step. Ids that are not there are left out.
 *
 * @param ids        `count` ids; may be NULL when count is 0.
 * @param count      at most 1,000,000; 0 does nothing.
 * @param out_count  (nullable) how many were acknowledged.
 * @param out_level  (nullable) the level reached.
 *
 * Returns:  WEIR_OK, also when some ids were not there; WEIR_NOT_FOUND when none was; the rest as weir_queue_ack.
 * Owns:     nothing.
 * Threads:  shared.
 * Blocks:   on disk when SYNC.
 * Since:    0.1
 */
WEIR_API weir_status weir_queue_ack_many(weir_queue* queue, const uint64_t* WEIR_NULLABLE ids,
                                         size_t count, uint32_t durability,
                                         uint64_t* WEIR_NULLABLE out_count,
                                         uint32_t* WEIR_NULLABLE out_level,
                                         weir_error* WEIR_NULLABLE err) WEIR_NOEXCEPT;

/**
 * Gives a message in flight back, at its original place: lowest id first.
 *
 * @param delay_ms  0: at once; else not before this long, from 1 to 315,360,000,000 (ten years). Survives a restart.
 *
 * Returns:  WEIR_OK; WEIR_NOT_FOUND (not in flight); WEIR_E_INVALID_ARGUMENT, WEIR_E_CLOSED, WEIR_E_READ_ONLY,
 *           WEIR_E_FAILED, WEIR_E_FORKED.
 * Owns:     nothing.
 * Threads:  shared.
 * Blocks:   no.
 * Since:    0.1
 */
WEIR_API weir_status weir_queue_nack(weir_queue* queue, uint64_t id, int64_t delay_ms,
                                     weir_error* WEIR_NULLABLE err) WEIR_NOEXCEPT;

/**
 * Sets the lease of a message in flight anew, counted from now.
 *
 * @param lease_ms  0: no lease any more; else from 1 to 315,360,000,000.
 *
 * Returns:  WEIR_OK; WEIR_NOT_FOUND (not in flight: the lease is over, or it was acknowledged);
 *           WEIR_E_INVALID_ARGUMENT, WEIR_E_CLOSED, WEIR_E_FAILED, WEIR_E_FORKED.
 * Owns:     nothing.
 * Threads:  shared.
 * Blocks:   no.
 * Since:    0.1
 */
WEIR_API weir_status weir_queue_extend(weir_queue* queue, uint64_t id, int64_t lease_ms,
                                       weir_error* WEIR_NULLABLE err) WEIR_NOEXCEPT;

/**
 * Removes all messages that are not in flight, durably.
 *
 * @param out_count  (nullable) how many were removed.
 *
 * Returns:  WEIR_OK; WEIR_E_INVALID_ARGUMENT, WEIR_E_CLOSED, WEIR_E_READ_ONLY, WEIR_E_FAILED, WEIR_E_FORKED.
 * Owns:     nothing.
 * Threads:  shared.
 * Blocks:   on disk.
 * Since:    0.1
 */
WEIR_API weir_status weir_queue_purge(weir_queue* queue, uint64_t* WEIR_NULLABLE out_count,
                                      weir_error* WEIR_NULLABLE err) WEIR_NOEXCEPT;

/**
 * Tells the highest producer_sequence of a producer that is in the queue's memory of producers, after waiting until
 * it is on stable storage: what a producer that was killed asks before it repeats the rest.
 *
 * The queue remembers its last 1,024 producers.
 *
 * Returns:  WEIR_OK; WEIR_NOT_FOUND (*out_sequence is 0); WEIR_E_INVALID_ARGUMENT, WEIR_E_CLOSED, WEIR_E_FAILED,
 *           WEIR_E_FORKED.
 * Owns:     nothing.
 * Threads:  shared.
 * Blocks:   on disk.
 * Since:    0.1
 */
WEIR_API weir_status weir_queue_producer_sequence(weir_queue* queue, uint64_t producer_id,
                                                  uint64_t* out_sequence,
                                                  weir_error* WEIR_NULLABLE err) WEIR_NOEXCEPT;

/**
 * Reads the queue's counts.
 *
 * @param out  out->struct_size says how much of it may be written.
 *
 * Returns:  WEIR_OK; WEIR_E_INVALID_ARGUMENT, WEIR_E_CLOSED, WEIR_E_FORKED.
 * Owns:     nothing.
 * Threads:  shared.
 * Blocks:   no.
 * Since:    0.1
 */
WEIR_API weir_status weir_queue_stats(weir_queue* queue, weir_queue_statistics* out,
                                      weir_error* WEIR_NULLABLE err) WEIR_NOEXCEPT;

/**
 * Wakes every caller that waits in a pop or push of this handle; they get WEIR_INTERRUPTED and nothing was taken or
 * added. Later calls wait as usual.
 *
 * Returns:  WEIR_OK; WEIR_E_INVALID_ARGUMENT, WEIR_E_CLOSED, WEIR_E_FORKED.
 * Owns:     nothing.
 * Threads:  shared; meant to race.
 * Blocks:   no.
 * Since:    0.1
 */
WEIR_API weir_status weir_queue_interrupt(weir_queue* queue,
                                          weir_error* WEIR_NULLABLE err) WEIR_NOEXCEPT;

WEIR_NONNULL_END
#ifdef __cplusplus
}
#endif
#endif
