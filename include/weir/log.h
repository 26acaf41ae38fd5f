/*
 * weir/log.h: an append-only log of records with offsets, read again and again by any number of readers.
 *
 * Offsets count from 0 for each log, without holes but for gaps that an unclean stop left (what was not synced) and
 * records that key compaction took; readers step over both. An offset is never handed out twice. Records leave at the
 * beginning only: by weir_log_trim, or when the log's retention is over.
 *
 * There are no segment sizes to choose: the store keeps all logs in common files and gives space back in frames of up
 * to 64 KiB (or one record), so retention is as exact as that, whatever the size of the files.
 */
#ifndef WEIR_LOG_H
#define WEIR_LOG_H

#include <weir/base.h>
#include <weir/message.h>
#include <weir/records.h>
#include <weir/store.h>

#ifdef __cplusplus
extern "C" {
#endif
WEIR_NONNULL_BEGIN

/* An open log. SHARED. Several handles of one log may be open. */
typedef struct weir_log weir_log;

/* In the write-ahead log and on disk; survives crashes as its calls say. */
#define WEIR_LOG_DURABLE 0
/* Not in the write-ahead log; spills to scratch files; saved at a clean close, empty after a crash. */
#define WEIR_LOG_MEMORY 1

/* What named consumers mean for retention. */
#define WEIR_RETAIN_IGNORE_CONSUMERS 0 /* nothing */
#define WEIR_RETAIN_KEEP_UNREAD 1      /* age and size never take what one has not committed */
#define WEIR_RETAIN_DROP_READ 2        /* the same, and what all have committed goes at once */

/* Always start from weir_log_options_init. Retention is looked at when records are appended or read and at
 * weir_log_retain, and takes whole frames (age: single records). A log that nobody touches keeps what it has. */
typedef struct weir_log_options {
  uint32_t struct_size;
  /* WEIR_LOG_DURABLE (default) or _MEMORY, fixed at creation; every log of mem: is _MEMORY */
  uint32_t kind;
  /* Records older than this go; default 7 days, 0: never, at most 10 years. Age is what passed on the monotonic clock
   * since the store was opened, added to the wall clock then: a jump of the clock deletes nothing */
  int64_t retention_ms;
  uint64_t retention_bytes;     /* the oldest go while the log takes more; default 0: no bound */
  uint32_t retention_consumers; /* WEIR_RETAIN_*, default IGNORE_CONSUMERS */
  uint8_t create;               /* 1 (default): make the log when missing */
  /* 1: accept an existing log of either kind; 0 (default): refuse another with EXISTS */
  uint8_t existing_kind;
  uint8_t reserved[2]; /* zero */
} weir_log_options;

/* How one append is made. Always start from weir_append_options_init. */
typedef struct weir_append_options {
  uint32_t struct_size;
  uint32_t durability; /* WEIR_DURABILITY_*, default DEFAULT */
  /* Wait for memory or log space: 0 (default) does not, negative without limit */
  int64_t timeout_ms;
  /* Up to 255 bytes of UTF-8 without control characters, or NULL */
  const char* WEIR_NULLABLE content_type;
  const weir_headers* WEIR_NULLABLE headers; /* or NULL */
  /* Any bytes, up to 64 KiB a key; size 0 (default): the record has no key */
  const void* WEIR_NULLABLE key;
  size_t key_size;
  /* append_many: NULL (default), and all records have that key; else `count` sizes, 0 for none, of the keys that lie
   * one after another at `key` */
  const uint32_t* WEIR_NULLABLE key_sizes;
  /* Nanoseconds since 1970 as the producer has it; 0 (default): the log's clock, which never goes back */
  int64_t time_ns;
  /* append_many: NULL (default), or `count` times, each as time_ns */
  const int64_t* WEIR_NULLABLE times_ns;
  uint64_t producer_id; /* 0 (default): none. Else a number that names the producer for ever */
  uint64_t producer_sequence; /* of the (first) record, from 1, ascending; gaps are allowed */
} weir_append_options;

/* What one append did. Set struct_size before the call. */
typedef struct weir_append_result {
  uint32_t struct_size;
  uint32_t level;           /* WEIR_DURABILITY_MEMORY or _SYNC: reached by the time of return */
  uint64_t offset;          /* of the (first) record added; 0 when none was */
  uint64_t count;           /* records added; those of an append_many are offset, offset + 1, ... */
  uint64_t duplicate_count; /* records left out because their producer sequence had arrived */
} weir_append_result;

/* Counts of one log, all O(1). Set struct_size before the call. */
typedef struct weir_log_statistics {
  uint32_t struct_size;
  uint32_t kind;        /* WEIR_LOG_DURABLE or _MEMORY */
  int64_t retention_ms; /* the options, as they are now */
  uint64_t retention_bytes;
  uint32_t retention_consumers;
  uint32_t reader_count; /* open now */
  uint64_t record_count;
  uint64_t first_offset;   /* of the oldest record, or next_offset */
  uint64_t next_offset;    /* behind the newest record that readers see */
  uint64_t trimmed_offset; /* records below were trimmed, or their retention is over */
  uint64_t consumer_count; /* named */
  uint64_t append_count;   /* records since the store was opened, as all below */
  uint64_t read_count;
  uint64_t trim_count;
  uint64_t compacted_count;
  uint64_t duplicate_count;
  uint64_t memory_bytes; /* of chunks in memory */
  uint64_t disk_bytes;   /* of frames on disk that still hold a record */
} weir_log_statistics;

/* A named consumer. Set struct_size before the call. */
typedef struct weir_consumer_statistics {
  uint32_t struct_size;
  uint32_t reader_count;   /* open now */
  uint64_t offset;         /* committed: where it goes on */
  uint64_t lag;            /* offsets from there to the newest record */
  int64_t committed_at_ns; /* nanoseconds since 1970 */
} weir_consumer_statistics;

/**
 * Writes the defaults into options.
 *
 * @param struct_size  sizeof(weir_log_options) as the caller knows it.
 *
 * Returns:  WEIR_OK; WEIR_E_INVALID_ARGUMENT when options is NULL or struct_size is not from 8 to 4096.
 * Owns:     nothing.
 * Threads:  exclusive on options.
 * Blocks:   no.
 * Since:    0.1
 */
WEIR_API weir_status weir_log_options_init(weir_log_options* options,
                                           size_t struct_size) WEIR_NOEXCEPT;

/**
 * Writes the defaults into options.
 *
 * @param struct_size  sizeof(weir_append_options) as the caller knows it.
 *
 * Returns:  WEIR_OK; WEIR_E_INVALID_ARGUMENT when options is NULL or struct_size is not from 8 to 4096.
 * Owns:     nothing.
 * Threads:  exclusive on options.
 * Blocks:   no.
 * Since:    0.1
 */
WEIR_API weir_status weir_append_options_init(weir_append_options* options,
                                              size_t struct_size) WEIR_NOEXCEPT;

/**
 * Sets one option by the name of its field, from text.
 *
 * @param name   "kind", "retention_ms", "retention_bytes", "retention_consumers", "create", "existing_kind".
 * @param value  durable or memory; a time with ms, s or nothing behind it; a size, "1GiB"; ignore, keep_unread or
 *               drop_read; 0, 1, true, false.
 *
 * Returns:  WEIR_OK; WEIR_E_INVALID_ARGUMENT with the name, the value and what would be right.
 * Owns:     nothing.
 * Threads:  exclusive on options.
 * Blocks:   no.
 * Since:    0.1
 */
WEIR_API weir_status weir_log_options_set(weir_log_options* options, const char* name,
                                          const char* value,
                                          weir_error* WEIR_NULLABLE err) WEIR_NOEXCEPT;

/**
 * Opens a log of a store, making it when missing. The making is durable on return. The retention given counts for a
 * log that is made; an existing one keeps its own (weir_log_configure changes it).
 *
 * @param name     1 to 255 bytes of UTF-8 without control characters; it never becomes a file name.
 * @param options  (nullable) NULL takes the defaults.
 * @param out      set to NULL on failure.
 *
 * Returns:  WEIR_OK; WEIR_NOT_FOUND (missing and create is 0); WEIR_E_INVALID_ARGUMENT, WEIR_E_EXISTS (another kind),
 *           WEIR_E_LIMIT (65,536 streams), WEIR_E_READ_ONLY, WEIR_E_NO_SPACE, WEIR_E_CLOSED, WEIR_E_FAILED, WEIR_E_FORKED,
 *           WEIR_E_NO_MEMORY.
 * Owns:     the caller owns *out; release it with weir_log_close.
 * Threads:  shared on store.
 * Blocks:   on disk when the log is made.
 * Since:    0.1
 */
WEIR_API weir_status weir_log_open(weir_store* store, const char* name,
                                   const weir_log_options* WEIR_NULLABLE options,
                                   weir_log* WEIR_NULLABLE* WEIR_NONNULL out,
                                   weir_error* WEIR_NULLABLE err) WEIR_NOEXCEPT;

/**
 * Closes a log handle. Calls in progress on it end with WEIR_E_CLOSED; readers opened from it go on.
 *
 * Returns:  WEIR_OK, also for NULL; WEIR_E_CLOSED when closed before; WEIR_E_FORKED (nothing is released).
 * Owns:     takes the handle.
 * Threads:  the last call on the handle.
 * Blocks:   until calls in progress have left; on disk when it held the store open last.
 * Since:    0.1
 */
WEIR_API weir_status weir_log_close(weir_log* WEIR_NULLABLE log,
                                    weir_error* WEIR_NULLABLE err) WEIR_NOEXCEPT;

/**
 * Removes a log with its records and consumers. Open handles and readers of it get WEIR_E_CLOSED from then on.
 *
 * Returns:  WEIR_OK; WEIR_NOT_FOUND; WEIR_E_INVALID_ARGUMENT, WEIR_E_READ_ONLY, WEIR_E_CLOSED, WEIR_E_FAILED, WEIR_E_FORKED.
 * Owns:     nothing.
 * Threads:  shared on store.
 * Blocks:   on disk.
 * Since:    0.1
 */
WEIR_API weir_status weir_log_drop(weir_store* store, const char* name,
                                   weir_error* WEIR_NULLABLE err) WEIR_NOEXCEPT;

/**
 * Lists the logs of a store by name.
 *
 * Returns:  WEIR_OK; WEIR_E_INVALID_ARGUMENT, WEIR_E_CLOSED, WEIR_E_FORKED, WEIR_E_NO_MEMORY.
 * Owns:     the caller owns *out; release it with weir_names_free.
 * Threads:  shared on store.
 * Blocks:   no.
 * Since:    0.1
 */
WEIR_API weir_status weir_log_list(weir_store* store, weir_names* WEIR_NULLABLE* WEIR_NONNULL out,
                                   weir_error* WEIR_NULLABLE err) WEIR_NOEXCEPT;

/**
 * Changes the retention of a log, durably; `kind`, `create` and `existing_kind` are not looked at.
 *
 * Returns:  WEIR_OK; WEIR_E_INVALID_ARGUMENT, WEIR_E_READ_ONLY, WEIR_E_NO_SPACE, WEIR_E_CLOSED, WEIR_E_FAILED, WEIR_E_FORKED.
 * Owns:     nothing.
 * Threads:  shared.
 * Blocks:   on disk.
 * Since:    0.1
 */
WEIR_API weir_status weir_log_configure(weir_log* log, const weir_log_options* options,
                                        weir_error* WEIR_NULLABLE err) WEIR_NOEXCEPT;

/**
 * Appends a record.
 *
 * @param data     any bytes; may be NULL when size is 0.
 * @param options  (nullable) NULL takes the defaults.
 * @param out      (nullable) what was done.
 *
 * Returns:  WEIR_OK; WEIR_DUPLICATE (its producer sequence arrived before; *out has the level of that record);
 *           WEIR_E_INVALID_ARGUMENT, WEIR_E_TOO_LARGE, WEIR_E_LIMIT (no room in time), WEIR_E_NO_SPACE, WEIR_E_CLOSED,
 *           WEIR_E_READ_ONLY, WEIR_E_FORKED, WEIR_E_NO_MEMORY: nothing was added. WEIR_E_FAILED: it may or may not be there.
 * Owns:     nothing; data is copied.
 * Threads:  shared.
 * Blocks:   on disk when SYNC, and up to timeout_ms for room.
 * Since:    0.1
 */
WEIR_API weir_status weir_log_append(weir_log* log, const void* WEIR_NULLABLE data, size_t size,
                                     const weir_append_options* WEIR_NULLABLE options,
                                     weir_append_result* WEIR_NULLABLE out,
                                     weir_error* WEIR_NULLABLE err) WEIR_NOEXCEPT;

/**
 * Appends many records in one step: all of them become durable together, or none.
 *
 * @param data       the payloads, one after another; at most 64 MiB.
 * @param sizes      `count` sizes, which add up to data_size.
 * @param count      from 0 to 1,000,000.
 * @param options    (nullable) content type, headers and producer are those of every record; sequences count up from
 *                   producer_sequence.
 * @param out        (nullable) what was done.
 *
 * Returns:  WEIR_OK; WEIR_DUPLICATE (its producer sequence arrived before; *out has the level of that record);
 *           WEIR_E_INVALID_ARGUMENT, WEIR_E_TOO_LARGE, WEIR_E_LIMIT (no room in time), WEIR_E_NO_SPACE, WEIR_E_CLOSED,
 *           WEIR_E_READ_ONLY, WEIR_E_FORKED, WEIR_E_NO_MEMORY: nothing was added. WEIR_E_FAILED: it may or may not be there.
 * Owns:     nothing; data is copied.
 * Threads:  shared.
 * Blocks:   on disk when SYNC, and up to timeout_ms for room.
 * Since:    0.1
 */
WEIR_API weir_status weir_log_append_many(weir_log* log, const void* WEIR_NULLABLE data,
                                          size_t data_size, const uint32_t* WEIR_NULLABLE sizes,
                                          size_t count,
                                          const weir_append_options* WEIR_NULLABLE options,
                                          weir_append_result* WEIR_NULLABLE out,
                                          weir_error* WEIR_NULLABLE err) WEIR_NOEXCEPT;

/**
 * Tells the highest sequence of a producer whose record is durable: where it goes on after a restart. The window
 * remembers the 1,024 producers with the newest records.
 *
 * Returns:  WEIR_OK; WEIR_NOT_FOUND (never seen, or forgotten); WEIR_E_INVALID_ARGUMENT, WEIR_E_CLOSED, WEIR_E_FAILED, WEIR_E_FORKED.
 * Owns:     nothing.
 * Threads:  shared.
 * Blocks:   on disk, until that record is synced.
 * Since:    0.1
 */
WEIR_API weir_status weir_log_producer_sequence(weir_log* log, uint64_t producer_id,
                                                uint64_t* out_sequence,
                                                weir_error* WEIR_NULLABLE err) WEIR_NOEXCEPT;

/**
 * Tells the offset of the oldest record; the next offset when the log is empty.
 *
 * Returns:  WEIR_OK; WEIR_E_INVALID_ARGUMENT, WEIR_E_CLOSED, WEIR_E_FORKED.
 * Owns:     nothing.
 * Threads:  shared.
 * Blocks:   no.
 * Since:    0.1
 */
WEIR_API weir_status weir_log_first_offset(weir_log* log, uint64_t* out,
                                           weir_error* WEIR_NULLABLE err) WEIR_NOEXCEPT;

/**
 * Tells the offset behind the newest record that readers see.
 *
 * Returns:  WEIR_OK; WEIR_E_INVALID_ARGUMENT, WEIR_E_CLOSED, WEIR_E_FORKED.
 * Owns:     nothing.
 * Threads:  shared.
 * Blocks:   no.
 * Since:    0.1
 */
WEIR_API weir_status weir_log_next_offset(weir_log* log, uint64_t* out,
                                          weir_error* WEIR_NULLABLE err) WEIR_NOEXCEPT;

/**
 * Finds the first offset whose record has this time or a later one; the next offset when there is none.
 *
 * It is a binary search: exact when times never go down, as those of the log's clock. Among a producer's own times that
 * go back and forth it finds an offset with a record of that time or a later one, and an older one right before it.
 *
 * Returns:  WEIR_OK; WEIR_E_INVALID_ARGUMENT, WEIR_E_IO, WEIR_E_CORRUPT, WEIR_E_CLOSED, WEIR_E_FORKED, WEIR_E_NO_MEMORY.
 * Owns:     nothing.
 * Threads:  shared.
 * Blocks:   on disk when the records are there.
 * Since:    0.1
 */
WEIR_API weir_status weir_log_offset_for_time(weir_log* log, int64_t time_ns, uint64_t* out,
                                              weir_error* WEIR_NULLABLE err) WEIR_NOEXCEPT;

/**
 * Reads the record at `offset` and what follows. Gaps and compacted records are stepped over.
 *
 * @param count_max         from 1 to 1,000,000.
 * @param bytes_max         stops before payloads exceed it; one record always fits.
 * @param out               set to NULL when nothing is read.
 * @param out_first_offset  (nullable) with WEIR_OUT_OF_RANGE: the first offset that is left.
 *
 * Returns:  WEIR_OK; WEIR_EMPTY (no record there or behind, yet); WEIR_OUT_OF_RANGE (trimmed, or its retention is over);
 *           WEIR_E_INVALID_ARGUMENT, WEIR_E_IO, WEIR_E_CORRUPT, WEIR_E_CLOSED, WEIR_E_FORKED, WEIR_E_NO_MEMORY.
 * Owns:     the caller owns *out; release it with weir_records_free.
 * Threads:  shared.
 * Blocks:   on disk when the records are there.
 * Since:    0.1
 */
WEIR_API weir_status weir_log_read(weir_log* log, uint64_t offset, size_t count_max,
                                   uint64_t bytes_max,
                                   weir_records* WEIR_NULLABLE* WEIR_NONNULL out,
                                   uint64_t* WEIR_NULLABLE out_first_offset,
                                   weir_error* WEIR_NULLABLE err) WEIR_NOEXCEPT;

/**
 * Removes the records below an offset, durably, and gives their space back.
 *
 * @param before     at or above the next offset: all records.
 * @param out_count  (nullable) how many records went.
 *
 * Returns:  WEIR_OK; WEIR_E_INVALID_ARGUMENT, WEIR_E_READ_ONLY, WEIR_E_NO_SPACE, WEIR_E_CLOSED, WEIR_E_FAILED, WEIR_E_FORKED.
 * Owns:     nothing.
 * Threads:  shared.
 * Blocks:   on disk.
 * Since:    0.1
 */
WEIR_API weir_status weir_log_trim(weir_log* log, uint64_t before,
                                   uint64_t* WEIR_NULLABLE out_count,
                                   weir_error* WEIR_NULLABLE err) WEIR_NOEXCEPT;

/**
 * Applies the retention now.
 *
 * @param out_count  (nullable) how many records went.
 *
 * Returns:  WEIR_OK; WEIR_E_INVALID_ARGUMENT, WEIR_E_READ_ONLY, WEIR_E_NO_SPACE, WEIR_E_IO, WEIR_E_CORRUPT, WEIR_E_CLOSED, WEIR_E_FAILED,
 *           WEIR_E_FORKED.
 * Owns:     nothing.
 * Threads:  shared.
 * Blocks:   on disk when old records are there.
 * Since:    0.1
 */
WEIR_API weir_status weir_log_retain(weir_log* log, uint64_t* WEIR_NULLABLE out_count,
                                     weir_error* WEIR_NULLABLE err) WEIR_NOEXCEPT;

/**
 * Removes every record that is followed by one with the same key, durably. Offsets stay; records without a key and the
 * newest of each key are never touched. It reads the whole log and keeps all keys in memory while it does.
 *
 * @param out_count  (nullable) how many records went.
 *
 * Returns:  WEIR_OK; WEIR_E_BUSY (another thread compacts it), WEIR_E_INVALID_ARGUMENT, WEIR_E_READ_ONLY, WEIR_E_NO_SPACE, WEIR_E_IO,
 *           WEIR_E_CORRUPT, WEIR_E_CLOSED, WEIR_E_FAILED, WEIR_E_FORKED, WEIR_E_NO_MEMORY: a part may have been removed.
 * Owns:     nothing.
 * Threads:  shared.
 * Blocks:   on disk.
 * Since:    0.1
 */
WEIR_API weir_status weir_log_compact(weir_log* log, uint64_t* WEIR_NULLABLE out_count,
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
WEIR_API weir_status weir_log_stats(weir_log* log, weir_log_statistics* out,
                                    weir_error* WEIR_NULLABLE err) WEIR_NOEXCEPT;

/**
 * Lists the named consumers of a log.
 *
 * Returns:  WEIR_OK; WEIR_E_INVALID_ARGUMENT, WEIR_E_CLOSED, WEIR_E_FORKED, WEIR_E_NO_MEMORY.
 * Owns:     the caller owns *out; release it with weir_names_free.
 * Threads:  shared.
 * Blocks:   no.
 * Since:    0.1
 */
WEIR_API weir_status weir_log_consumers(weir_log* log, weir_names* WEIR_NULLABLE* WEIR_NONNULL out,
                                        weir_error* WEIR_NULLABLE err) WEIR_NOEXCEPT;

/**
 * Tells where a named consumer stands.
 *
 * @param out  out->struct_size says how much of it may be written.
 *
 * Returns:  WEIR_OK; WEIR_NOT_FOUND; WEIR_E_INVALID_ARGUMENT, WEIR_E_CLOSED, WEIR_E_FORKED.
 * Owns:     nothing.
 * Threads:  shared.
 * Blocks:   no.
 * Since:    0.1
 */
WEIR_API weir_status weir_log_consumer_stats(weir_log* log, const char* name,
                                             weir_consumer_statistics* out,
                                             weir_error* WEIR_NULLABLE err) WEIR_NOEXCEPT;

/**
 * Moves a named consumer to any offset, durably.
 *
 * Returns:  WEIR_OK; WEIR_NOT_FOUND; WEIR_E_BUSY (it has open readers), WEIR_E_INVALID_ARGUMENT, WEIR_E_READ_ONLY, WEIR_E_NO_SPACE,
 *           WEIR_E_CLOSED, WEIR_E_FAILED, WEIR_E_FORKED.
 * Owns:     nothing.
 * Threads:  shared.
 * Blocks:   on disk.
 * Since:    0.1
 */
WEIR_API weir_status weir_log_consumer_reset(weir_log* log, const char* name, uint64_t offset,
                                             weir_error* WEIR_NULLABLE err) WEIR_NOEXCEPT;

/**
 * Forgets a named consumer, durably.
 *
 * Returns:  WEIR_OK; WEIR_NOT_FOUND; WEIR_E_BUSY (it has open readers), WEIR_E_INVALID_ARGUMENT, WEIR_E_READ_ONLY, WEIR_E_NO_SPACE,
 *           WEIR_E_CLOSED, WEIR_E_FAILED, WEIR_E_FORKED.
 * Owns:     nothing.
 * Threads:  shared.
 * Blocks:   on disk.
 * Since:    0.1
 */
WEIR_API weir_status weir_log_consumer_remove(weir_log* log, const char* name,
                                              weir_error* WEIR_NULLABLE err) WEIR_NOEXCEPT;

WEIR_NONNULL_END
#ifdef __cplusplus
}
#endif
#endif
