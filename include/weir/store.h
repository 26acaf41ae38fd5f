/*
 * weir/store.h: the store, from which everything else is opened.
 *
 * One directory, one lock, one write-ahead log, one memory budget. Queues are named objects inside it, and a
 * weir_batch commits changes of any number of them with one sync, or none of them.
 */
#ifndef WEIR_STORE_H
#define WEIR_STORE_H

#include <weir/base.h>

#ifdef __cplusplus
extern "C" {
#endif
WEIR_NONNULL_BEGIN

/* An open store. SHARED. Queues opened from it keep it alive: handles may be closed in any order. */
typedef struct weir_store weir_store;

/* Always start from weir_store_options_init. */
typedef struct weir_store_options {
  uint32_t struct_size;
  uint32_t durability;       /* of calls that say DEFAULT: ASYNC or SYNC (default) */
  uint64_t memory_bytes_max; /* the memory budget; default 64 MiB, from 1 MiB to 1 TiB */
  uint64_t record_bytes_max; /* a message with its headers; default 16 MiB, from 1 to 64 MiB */
  uint64_t wal_bytes_max;    /* write-ahead log on disk; default 256 MiB, from 1 MiB to 64 GiB */
  /* An ASYNC group is flushed at this size; default 1 MiB, from 4 KiB to 16 MiB */
  uint64_t async_bytes_max;
  uint32_t async_records_max; /* ... at this many records; default 1000, from 1 to 1000000 */
  uint32_t async_interval_ms; /* ... or at this age; default 100 ms, from 1 to 60000 */
  uint8_t create;             /* 1 (default): make the directory and the store when missing */
  uint8_t read_only;          /* 1: write nothing, repair nothing; default 0 */
  uint8_t reserved[6];        /* zero */
} weir_store_options;

/* Counters since the store was opened, and sizes now. Set struct_size before the call. */
typedef struct weir_store_statistics {
  uint32_t struct_size;
  uint32_t queue_count;
  uint64_t message_count;     /* in all queues: ready, delayed and in flight */
  uint64_t memory_bytes_used; /* of the budget, pinned messages included */
  uint64_t memory_bytes_max;
  uint64_t memory_bytes_peak;
  uint64_t disk_bytes;    /* all files of the store */
  uint64_t wal_bytes;     /* of them, the write-ahead log */
  uint64_t segment_count; /* segment files */
  uint64_t sync_count;    /* fdatasync and fsync calls */
  uint64_t write_bytes;   /* bytes handed to write calls */
  uint64_t group_count;   /* commit groups written */
  uint64_t commit_count;  /* commits in them */
  uint64_t checkpoint_count;
  uint64_t page_out_bytes;         /* bytes dropped from memory because they can be read back */
  uint64_t page_in_bytes;          /* bytes read back */
  uint64_t recovered_torn_bytes;   /* unconfirmed bytes cut from the log's end at open */
  uint64_t async_loss_records_max; /* what a crash can cost of ASYNC calls: records ... */
  uint64_t async_loss_bytes_max;   /* ... and bytes */
} weir_store_statistics;

/**
 * Writes the defaults into options.
 *
 * @param struct_size  sizeof(weir_store_options) as the caller knows it; other sizes of newer headers are served too.
 *
 * Returns:  WEIR_OK; WEIR_E_INVALID_ARGUMENT when options is NULL or struct_size is not from 8 to 4096.
 * Owns:     nothing.
 * Threads:  exclusive on options.
 * Blocks:   no.
 * Since:    0.1
 */
WEIR_API weir_status weir_store_options_init(weir_store_options* options,
                                             size_t struct_size) WEIR_NOEXCEPT;

/**
 * Sets one option by the name of its field, from text: for configuration files and command lines.
 *
 * @param name   a field's name, "memory_bytes_max".
 * @param value  a number; sizes take KiB, MiB, GiB ("64MiB"), times ms and s; 0 and 1, true and false; async and sync.
 *
 * Returns:  WEIR_OK; WEIR_E_INVALID_ARGUMENT with the name, the value and what would be right.
 * Owns:     nothing.
 * Threads:  exclusive on options.
 * Blocks:   no.
 * Since:    0.1
 */
WEIR_API weir_status weir_store_options_set(weir_store_options* options, const char* name,
                                            const char* value,
                                            weir_error* WEIR_NULLABLE err) WEIR_NOEXCEPT;

/**
 * Opens a store, recovering what an unclean stop left.
 *
 * A torn end of the log, which holds nothing confirmed, is cut; any other damage is refused with a report of file,
 * offset and range, and nothing is changed.
 *
 * @param url      "mem:" (in memory, gone at close), "file:PATH" or a bare path (a directory on this machine).
 * @param options  (nullable) NULL takes the defaults.
 * @param out      set to NULL on failure.
 *
 * Returns:  WEIR_OK; WEIR_NOT_FOUND (missing and create is 0); WEIR_E_INVALID_ARGUMENT, WEIR_E_LOCKED (with the
 *           holder's pid), WEIR_E_ACCESS, WEIR_E_READ_ONLY, WEIR_E_CORRUPT, WEIR_E_FORMAT_TOO_NEW, WEIR_E_UNSUPPORTED
 *           (unknown scheme or option), WEIR_E_NO_SPACE, WEIR_E_IO, WEIR_E_NO_MEMORY.
 * Owns:     the caller owns *out; release it with weir_store_close.
 * Threads:  any.
 * Blocks:   on disk.
 * Since:    0.1
 */
WEIR_API weir_status weir_store_open(const char* url,
                                     const weir_store_options* WEIR_NULLABLE options,
                                     weir_store* WEIR_NULLABLE* WEIR_NONNULL out,
                                     weir_error* WEIR_NULLABLE err) WEIR_NOEXCEPT;

/**
 * Closes a store handle. When the last handle of the store and its queues is closed, everything is flushed and synced
 * and the store marked clean. Always releases the handle; blocked callers on its queues go on until those close.
 *
 * Returns:  WEIR_OK, also for NULL; WEIR_E_CLOSED when closed before; WEIR_E_FORKED (nothing is released: the handle
 *           is the parent's); the result of the last sync otherwise.
 * Owns:     takes the handle.
 * Threads:  the last call on the handle.
 * Blocks:   on disk.
 * Since:    0.1
 */
WEIR_API weir_status weir_store_close(weir_store* WEIR_NULLABLE store,
                                      weir_error* WEIR_NULLABLE err) WEIR_NOEXCEPT;

/**
 * Waits until everything accepted before the call is on stable storage.
 *
 * Returns:  WEIR_OK (at once for a mem: store); WEIR_E_FAILED, WEIR_E_CLOSED, WEIR_E_FORKED.
 * Owns:     nothing.
 * Threads:  shared.
 * Blocks:   on disk.
 * Since:    0.1
 */
WEIR_API weir_status weir_store_sync(weir_store* store,
                                     weir_error* WEIR_NULLABLE err) WEIR_NOEXCEPT;

/**
 * Moves what still lives in the write-ahead log to segment files now and frees files that nobody needs. The store does
 * this by itself; call it to return disk space at once.
 *
 * Returns:  WEIR_OK; WEIR_E_NO_SPACE, WEIR_E_IO (the store goes on with its old files), WEIR_E_FAILED, WEIR_E_CLOSED,
 *           WEIR_E_READ_ONLY, WEIR_E_FORKED.
 * Owns:     nothing.
 * Threads:  shared.
 * Blocks:   on disk.
 * Since:    0.1
 */
WEIR_API weir_status weir_store_checkpoint(weir_store* store,
                                           weir_error* WEIR_NULLABLE err) WEIR_NOEXCEPT;

/**
 * Copies a store that is in use to another directory. The copy is a store: open it, or put it where the store was.
 * Everything confirmed before the call is in it, and a prefix of what was committed meanwhile; MEMORY queues are empty
 * in it, as after a crash. Others go on reading and writing; checkpoints wait while the log is copied.
 *
 * @param directory  a new or empty directory; its parent must exist.
 * @param out_bytes  (nullable) what was copied.
 *
 * Returns:  WEIR_OK; WEIR_E_EXISTS (the directory holds something), WEIR_E_INVALID_ARGUMENT (also for a mem: store),
 *           WEIR_E_NO_SPACE, WEIR_E_IO, WEIR_E_ACCESS, WEIR_E_READ_ONLY, WEIR_E_FAILED, WEIR_E_CLOSED, WEIR_E_FORKED:
 *           what is in the directory then is no store, and the original is as before.
 * Owns:     nothing.
 * Threads:  shared.
 * Blocks:   on disk, for as long as copying takes.
 * Since:    0.1
 */
WEIR_API weir_status weir_store_backup(weir_store* store, const char* directory,
                                       uint64_t* WEIR_NULLABLE out_bytes,
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
WEIR_API weir_status weir_store_stats(weir_store* store, weir_store_statistics* out,
                                      weir_error* WEIR_NULLABLE err) WEIR_NOEXCEPT;

/**
 * Writes what a monitor wants to know of an open store and everything in it: counters, sizes and latencies, added up per
 * engine, as text in the Prometheus exposition format 0.0.4. Names begin with weir_, sizes end in _bytes, times in
 * _seconds, counters in _total. The cost depends on the number of queues, logs and so on, not on what they hold.
 *
 * Returns:  WEIR_OK; WEIR_E_INVALID_ARGUMENT, WEIR_E_CLOSED, WEIR_E_FORKED, WEIR_E_NO_MEMORY.
 * Owns:     the caller owns *out_text; release it with weir_blob_free.
 * Threads:  shared.
 * Blocks:   no.
 * Since:    0.1
 */
WEIR_API weir_status weir_store_metrics(weir_store* store,
                                        weir_blob* WEIR_NULLABLE* WEIR_NONNULL out_text,
                                        weir_error* WEIR_NULLABLE err) WEIR_NOEXCEPT;

/**
 * Describes a store on disk without opening it for writing: files, queues, counts, format, as JSON.
 *
 * Returns:  WEIR_OK; WEIR_NOT_FOUND; WEIR_E_LOCKED, WEIR_E_CORRUPT and the rest as weir_store_open.
 * Owns:     the caller owns *out_json; release it with weir_blob_free.
 * Threads:  any.
 * Blocks:   on disk.
 * Since:    0.1
 */
WEIR_API weir_status weir_store_inspect(const char* url,
                                        weir_blob* WEIR_NULLABLE* WEIR_NONNULL out_json,
                                        weir_error* WEIR_NULLABLE err) WEIR_NOEXCEPT;

/**
 * Reads every byte of a store on disk and checks it. Changes nothing.
 *
 * @param out_json          a report: each file, what was checked, each damage with file, offset, size and reason.
 * @param out_damage_count  (nullable) 0 when everything is sound.
 *
 * Returns:  WEIR_OK when the check ran to its end, damaged or not; WEIR_NOT_FOUND; WEIR_E_LOCKED, WEIR_E_IO,
 *           WEIR_E_ACCESS when it could not.
 * Owns:     the caller owns *out_json; release it with weir_blob_free.
 * Threads:  any.
 * Blocks:   on disk.
 * Since:    0.1
 */
WEIR_API weir_status weir_store_verify(const char* url,
                                       weir_blob* WEIR_NULLABLE* WEIR_NONNULL out_json,
                                       uint64_t* WEIR_NULLABLE out_damage_count,
                                       weir_error* WEIR_NULLABLE err) WEIR_NOEXCEPT;

WEIR_NONNULL_END
#ifdef __cplusplus
}
#endif
#endif
