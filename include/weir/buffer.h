/*
 * weir/buffer.h: items in memory that expire.
 *
 * Keys are ids from weir_buffer_id_make or any bytes; each item has a deadline on the monotonic clock, so nobody who
 * sets the date can make items live longer or die sooner. A read is exact: what has expired is not found, whether or
 * not anything has removed it yet. Values are handed out by reference; what a caller put in is copied, once.
 */
#ifndef WEIR_BUFFER_H
#define WEIR_BUFFER_H

#include <weir/base.h>
#include <weir/store.h>

#ifdef __cplusplus
extern "C" {
#endif
WEIR_NONNULL_BEGIN

/* An open buffer. SHARED. Several handles of one buffer may be open; it ends with the last. */
typedef struct weir_buffer weir_buffer;

/* A value that was read. IMMUTABLE. It stays as it was, whatever becomes of its item, its buffer and its store. */
typedef struct weir_value weir_value;

/* What a set does when there is no room. */
#define WEIR_BUFFER_REJECT 0 /* refuses with WEIR_E_LIMIT */
#define WEIR_BUFFER_EVICT 1  /* removes others: those not read for longest, by SIEVE (NSDI 2024) */

/* Bytes of an id made by weir_buffer_id_make. */
#define WEIR_BUFFER_ID_BYTES 24

/* Always start from weir_buffer_options_init. */
typedef struct weir_buffer_options {
  uint32_t struct_size;
  /* How often memory of expired items is given back; default 100 ms, from 1 to 60000 */
  uint32_t tick_ms;
  int64_t expiry_ms; /* of items that are set without one; default 60 s, up to ten years */
  /* Keys, values and about 112 bytes for each item; 0 (default): no bound but the store's memory budget, in which items
   * count in any case */
  uint64_t bytes_max;
  uint64_t items_max;  /* 0 (default): no bound */
  uint32_t policy;     /* WEIR_BUFFER_REJECT (default) or _EVICT */
  uint32_t events_max; /* keys of expired items kept for weir_buffer_expired; default 0: none */
  /* 1: a file: store saves the items, with the time that remains, when the last handle is closed, and the next open
   * takes them back. After a crash the buffer is empty. Default 0 */
  uint8_t snapshot;
  uint8_t reserved[7]; /* zero */
} weir_buffer_options;

/* Counts of one buffer. Set struct_size before the call. */
typedef struct weir_buffer_statistics {
  uint32_t struct_size;
  uint32_t reserved;
  uint64_t item_count; /* expired ones that were not removed yet included; see weir_buffer_count */
  uint64_t bytes;      /* as bytes_max counts */
  uint64_t get_count;  /* get, peek and take, since the buffer was opened, as all below */
  uint64_t hit_count;  /* of them, those that found something */
  uint64_t set_count;
  uint64_t removed_count; /* by take, remove and clear */
  uint64_t expired_count;
  uint64_t evicted_count;
  uint64_t refused_count; /* sets without room */
  /* The most expired items that one call has removed or looked at: bounded, so no call ever pays for all */
  uint64_t call_expiry_max;
  uint64_t event_count;      /* keys that wait for weir_buffer_expired */
  uint64_t event_lost_count; /* keys that were dropped because events_max were waiting */
} weir_buffer_statistics;

/**
 * Writes the defaults into options.
 *
 * @param struct_size  sizeof(weir_buffer_options) as the caller knows it.
 *
 * Returns:  WEIR_OK; WEIR_E_INVALID_ARGUMENT when options is NULL or struct_size is not from 8 to 4096.
 * Owns:     nothing.
 * Threads:  exclusive on options.
 * Blocks:   no.
 * Since:    0.1
 */
WEIR_API weir_status weir_buffer_options_init(weir_buffer_options* options,
                                              size_t struct_size) WEIR_NOEXCEPT;

/**
 * Sets one option by the name of its field, from text.
 *
 * @param name   "tick_ms", "expiry_ms", "bytes_max", "items_max", "policy", "events_max", "snapshot".
 * @param value  a number, with ms, s (expiry_ms also min, h, d) for times and KiB, MiB, GiB, TiB for bytes; reject or evict;
 *               0, 1, true, false.
 *
 * Returns:  WEIR_OK; WEIR_E_INVALID_ARGUMENT with the name, the value and what would be right.
 * Owns:     nothing.
 * Threads:  exclusive on options.
 * Blocks:   no.
 * Since:    0.1
 */
WEIR_API weir_status weir_buffer_options_set(weir_buffer_options* options, const char* name,
                                             const char* value,
                                             weir_error* WEIR_NULLABLE err) WEIR_NOEXCEPT;

/**
 * Opens a buffer of a store, or one more handle of a buffer that is open.
 *
 * @param name     1 to 255 bytes of UTF-8 without control characters; it names the snapshot, too.
 * @param options  (nullable) NULL takes the defaults, or those of the open buffer.
 * @param out      set to NULL on failure.
 *
 * Returns:  WEIR_OK; WEIR_E_INVALID_ARGUMENT, WEIR_E_EXISTS (it is open with other options), WEIR_E_LIMIT (the snapshot
 *           is larger than the bounds), WEIR_E_CORRUPT or WEIR_E_IO (the snapshot cannot be read; it stays),
 *           WEIR_E_CLOSED, WEIR_E_FAILED, WEIR_E_FORKED, WEIR_E_NO_MEMORY.
 * Owns:     the caller owns *out; release it with weir_buffer_close.
 * Threads:  shared on store.
 * Blocks:   on disk when there is a snapshot, and while another call opens or closes the same buffer.
 * Since:    0.1
 */
WEIR_API weir_status weir_buffer_open(weir_store* store, const char* name,
                                      const weir_buffer_options* WEIR_NULLABLE options,
                                      weir_buffer* WEIR_NULLABLE* WEIR_NONNULL out,
                                      weir_error* WEIR_NULLABLE err) WEIR_NOEXCEPT;

/**
 * Closes a handle. The last one of a buffer ends it: calls in progress end first, later ones get WEIR_E_CLOSED, the
 * snapshot is written if there is to be one, and the items are gone. Always releases the handle.
 *
 * Returns:  WEIR_OK, also for NULL; WEIR_E_CLOSED when closed before; WEIR_E_FORKED (nothing is released: the handle
 *           is the parent's); WEIR_E_NO_SPACE, WEIR_E_IO, WEIR_E_LIMIT, WEIR_E_FAILED, WEIR_E_NO_MEMORY: there is no
 *           new snapshot.
 * Owns:     takes the handle. Values that were read stay valid.
 * Threads:  may race with calls on the handle; the last call on it otherwise.
 * Blocks:   on disk when a snapshot is written.
 * Since:    0.1
 */
WEIR_API weir_status weir_buffer_close(weir_buffer* WEIR_NULLABLE buffer,
                                       weir_error* WEIR_NULLABLE err) WEIR_NOEXCEPT;

/**
 * Makes an id that no other call in this process gets: the handle, the time and a number of its own. Fits as a key.
 *
 * @param handle  any number of the caller's.
 * @param out_id  receives WEIR_BUFFER_ID_BYTES bytes.
 *
 * Returns:  WEIR_OK; WEIR_E_INVALID_ARGUMENT when out_id is NULL.
 * Owns:     nothing.
 * Threads:  any.
 * Blocks:   no.
 * Since:    0.1
 */
WEIR_API weir_status weir_buffer_id_make(int64_t handle, void* out_id) WEIR_NOEXCEPT;

/**
 * Stores an item, in the place of one with the same key if there is one. The value is copied.
 *
 * @param key        1 to 1024 bytes.
 * @param data       any bytes; may be NULL when size is 0. Key and value together: at most record_bytes_max of the
 *                   store.
 * @param expiry_ms  how long it lives, and how long it is renewed by a read; 0: as the buffer's options say; up to ten
 *                   years.
 *
 * Returns:  WEIR_OK; WEIR_E_INVALID_ARGUMENT, WEIR_E_TOO_LARGE, WEIR_E_LIMIT (no room, and the policy is REJECT or
 *           there is nothing left to evict), WEIR_E_CLOSED, WEIR_E_FORKED, WEIR_E_NO_MEMORY: nothing was stored, and
 *           what the key had before is still there.
 * Owns:     nothing; key and data are free for reuse on return.
 * Threads:  shared.
 * Blocks:   no.
 * Since:    0.1
 */
WEIR_API weir_status weir_buffer_set(weir_buffer* buffer, const void* key, size_t key_size,
                                     const void* WEIR_NULLABLE data, size_t size, int64_t expiry_ms,
                                     weir_error* WEIR_NULLABLE err) WEIR_NOEXCEPT;

/**
 * Stores an item if its key has none that is alive.
 *
 * Returns:  as weir_buffer_set; WEIR_DUPLICATE: there is one, which stays as it was and is not renewed.
 * Owns:     nothing; key and data are free for reuse on return.
 * Threads:  shared; of callers with the same key exactly one gets WEIR_OK.
 * Blocks:   no.
 * Since:    0.1
 */
WEIR_API weir_status weir_buffer_set_if_absent(weir_buffer* buffer, const void* key,
                                               size_t key_size, const void* WEIR_NULLABLE data,
                                               size_t size, int64_t expiry_ms,
                                               weir_error* WEIR_NULLABLE err) WEIR_NOEXCEPT;

/**
 * Stores many items, one after another, as weir_buffer_set does.
 *
 * @param keys       the keys, one directly after another.
 * @param keys_size  the sum of key_sizes.
 * @param data       the values, one directly after another; may be NULL when data_size is 0.
 * @param data_size  the sum of sizes.
 * @param count      of items; at most 1,000,000; 0 does nothing.
 * @param out_count  (nullable) how many were stored: all, or those before the one that failed.
 *
 * Returns:  as weir_buffer_set, for the first that failed; those before it are stored. WEIR_E_INVALID_ARGUMENT also
 *           when sizes do not add up; then none is.
 * Owns:     nothing.
 * Threads:  shared.
 * Blocks:   no.
 * Since:    0.1
 */
WEIR_API weir_status weir_buffer_set_many(weir_buffer* buffer, const void* WEIR_NULLABLE keys,
                                          size_t keys_size, const uint32_t* WEIR_NULLABLE key_sizes,
                                          const void* WEIR_NULLABLE data, size_t data_size,
                                          const uint32_t* WEIR_NULLABLE sizes, size_t count,
                                          int64_t expiry_ms, uint64_t* WEIR_NULLABLE out_count,
                                          weir_error* WEIR_NULLABLE err) WEIR_NOEXCEPT;

/**
 * Reads an item and renews it: it lives for its expiry time from now. Copies nothing.
 *
 * @param out  set to NULL unless the result is WEIR_OK.
 *
 * Returns:  WEIR_OK; WEIR_NOT_FOUND; WEIR_E_INVALID_ARGUMENT, WEIR_E_CLOSED, WEIR_E_FORKED, WEIR_E_NO_MEMORY.
 * Owns:     the caller owns *out; release it with weir_value_free.
 * Threads:  shared.
 * Blocks:   no.
 * Since:    0.1
 */
WEIR_API weir_status weir_buffer_get(weir_buffer* buffer, const void* key, size_t key_size,
                                     weir_value* WEIR_NULLABLE* WEIR_NONNULL out,
                                     weir_error* WEIR_NULLABLE err) WEIR_NOEXCEPT;

/**
 * Reads an item and renews it, into memory of the caller.
 *
 * @param data      receives the value; may be NULL when capacity is 0.
 * @param out_size  receives the size of the value; 0 when there is none.
 *
 * Returns:  WEIR_OK; WEIR_NOT_FOUND; WEIR_E_BUFFER_TOO_SMALL (not renewed; *out_size is what it needs);
 *           WEIR_E_INVALID_ARGUMENT, WEIR_E_CLOSED, WEIR_E_FORKED.
 * Owns:     nothing.
 * Threads:  shared.
 * Blocks:   no.
 * Since:    0.1
 */
WEIR_API weir_status weir_buffer_get_into(weir_buffer* buffer, const void* key, size_t key_size,
                                          void* WEIR_NULLABLE data, size_t capacity,
                                          size_t* out_size,
                                          weir_error* WEIR_NULLABLE err) WEIR_NOEXCEPT;

/**
 * Reads an item without renewing it.
 *
 * @param out  set to NULL unless the result is WEIR_OK.
 *
 * Returns:  as weir_buffer_get.
 * Owns:     the caller owns *out; release it with weir_value_free.
 * Threads:  shared.
 * Blocks:   no.
 * Since:    0.1
 */
WEIR_API weir_status weir_buffer_peek(weir_buffer* buffer, const void* key, size_t key_size,
                                      weir_value* WEIR_NULLABLE* WEIR_NONNULL out,
                                      weir_error* WEIR_NULLABLE err) WEIR_NOEXCEPT;

/**
 * Reads an item and removes it, in one step: of callers with the same key exactly one gets it.
 *
 * @param out  set to NULL unless the result is WEIR_OK.
 *
 * Returns:  as weir_buffer_get.
 * Owns:     the caller owns *out; release it with weir_value_free.
 * Threads:  shared.
 * Blocks:   no.
 * Since:    0.1
 */
WEIR_API weir_status weir_buffer_take(weir_buffer* buffer, const void* key, size_t key_size,
                                      weir_value* WEIR_NULLABLE* WEIR_NONNULL out,
                                      weir_error* WEIR_NULLABLE err) WEIR_NOEXCEPT;

/**
 * Removes an item.
 *
 * Returns:  WEIR_OK; WEIR_NOT_FOUND; WEIR_E_INVALID_ARGUMENT, WEIR_E_CLOSED, WEIR_E_FORKED.
 * Owns:     nothing.
 * Threads:  shared.
 * Blocks:   no.
 * Since:    0.1
 */
WEIR_API weir_status weir_buffer_remove(weir_buffer* buffer, const void* key, size_t key_size,
                                        weir_error* WEIR_NULLABLE err) WEIR_NOEXCEPT;

/**
 * Renews an item without reading it.
 *
 * @param expiry_ms  0: as it was set; else it lives for this long from now, and after each read.
 *
 * Returns:  WEIR_OK; WEIR_NOT_FOUND; WEIR_E_INVALID_ARGUMENT, WEIR_E_CLOSED, WEIR_E_FORKED.
 * Owns:     nothing.
 * Threads:  shared.
 * Blocks:   no.
 * Since:    0.1
 */
WEIR_API weir_status weir_buffer_touch(weir_buffer* buffer, const void* key, size_t key_size,
                                       int64_t expiry_ms,
                                       weir_error* WEIR_NULLABLE err) WEIR_NOEXCEPT;

/**
 * Tells how long an item will live unless it is renewed, rounded up to a millisecond.
 *
 * @param out_remaining_ms  receives it; 0 when there is no such item.
 *
 * Returns:  WEIR_OK; WEIR_NOT_FOUND; WEIR_E_INVALID_ARGUMENT, WEIR_E_CLOSED, WEIR_E_FORKED.
 * Owns:     nothing.
 * Threads:  shared.
 * Blocks:   no.
 * Since:    0.1
 */
WEIR_API weir_status weir_buffer_remaining(weir_buffer* buffer, const void* key, size_t key_size,
                                           int64_t* out_remaining_ms,
                                           weir_error* WEIR_NULLABLE err) WEIR_NOEXCEPT;

/**
 * Counts the items that are alive, exactly. Removes what has expired on the way, so it takes as long as that; others
 * do not wait for it.
 *
 * Returns:  WEIR_OK; WEIR_E_INVALID_ARGUMENT, WEIR_E_CLOSED, WEIR_E_FORKED.
 * Owns:     nothing.
 * Threads:  shared.
 * Blocks:   no.
 * Since:    0.1
 */
WEIR_API weir_status weir_buffer_count(weir_buffer* buffer, uint64_t* out_count,
                                       weir_error* WEIR_NULLABLE err) WEIR_NOEXCEPT;

/**
 * Removes all items that were there when it began.
 *
 * @param out_count  (nullable) how many.
 *
 * Returns:  WEIR_OK; WEIR_E_INVALID_ARGUMENT, WEIR_E_CLOSED, WEIR_E_FORKED.
 * Owns:     nothing.
 * Threads:  shared; others do not wait for it.
 * Blocks:   no.
 * Since:    0.1
 */
WEIR_API weir_status weir_buffer_clear(weir_buffer* buffer, uint64_t* WEIR_NULLABLE out_count,
                                       weir_error* WEIR_NULLABLE err) WEIR_NOEXCEPT;

/**
 * Takes keys of items that have expired, the oldest first. They come at most about one tick after the deadline.
 *
 * @param keys       receives the keys, one directly after another.
 * @param capacity   bytes of keys; 1024 is enough for any one.
 * @param key_sizes  receives the size of each.
 * @param count_max  how many sizes there is room for, from 1 on.
 * @param out_count  receives how many keys came.
 *
 * Returns:  WEIR_OK; WEIR_EMPTY; WEIR_E_BUFFER_TOO_SMALL (not even the next key fits; nothing was taken),
 *           WEIR_E_INVALID_ARGUMENT, WEIR_E_CLOSED, WEIR_E_FORKED.
 * Owns:     nothing.
 * Threads:  shared; each key goes to one caller.
 * Blocks:   no.
 * Since:    0.1
 */
WEIR_API weir_status weir_buffer_expired(weir_buffer* buffer, void* keys, size_t capacity,
                                         uint32_t* key_sizes, size_t count_max, size_t* out_count,
                                         weir_error* WEIR_NULLABLE err) WEIR_NOEXCEPT;

/**
 * Reads counters and sizes.
 *
 * @param out  out->struct_size says how much of it may be written.
 *
 * Returns:  WEIR_OK; WEIR_E_INVALID_ARGUMENT, WEIR_E_CLOSED, WEIR_E_FORKED.
 * Owns:     nothing.
 * Threads:  shared.
 * Blocks:   no.
 * Since:    0.1
 */
WEIR_API weir_status weir_buffer_stats(weir_buffer* buffer, weir_buffer_statistics* out,
                                       weir_error* WEIR_NULLABLE err) WEIR_NOEXCEPT;

/**
 * Gives the bytes of a value. They live until weir_value_free.
 *
 * Returns:  the bytes; NULL for a NULL or freed value.
 * Owns:     the library; a view.
 * Threads:  immutable: any threads at once.
 * Blocks:   no.
 * Since:    0.1
 */
WEIR_API const void* WEIR_NULLABLE weir_value_data(const weir_value* WEIR_NULLABLE value)
    WEIR_NOEXCEPT;

/**
 * Gives the size of a value in bytes.
 *
 * Returns:  the size; 0 for a NULL or freed value.
 * Owns:     nothing.
 * Threads:  immutable: any threads at once.
 * Blocks:   no.
 * Since:    0.1
 */
WEIR_API size_t weir_value_size(const weir_value* WEIR_NULLABLE value) WEIR_NOEXCEPT;

/**
 * Frees a value. NULL and a value freed before are accepted and ignored.
 *
 * Returns:  nothing.
 * Owns:     takes the value.
 * Threads:  the last call on it; any thread.
 * Blocks:   no.
 * Since:    0.1
 */
WEIR_API void weir_value_free(weir_value* WEIR_NULLABLE value) WEIR_NOEXCEPT;

WEIR_NONNULL_END
#ifdef __cplusplus
}
#endif
#endif
