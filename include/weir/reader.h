/*
 * weir/reader.h: readers of a log: positions that move, wait for records to come, and may be durable.
 *
 * A consumer is a name whose committed position survives; delivery is at least once, for what was read and not
 * committed is read again. One reader has a consumer for itself, or several share its work within the process.
 */
#ifndef WEIR_READER_H
#define WEIR_READER_H

#include <weir/base.h>
#include <weir/log.h>
#include <weir/records.h>

#ifdef __cplusplus
extern "C" {
#endif
WEIR_NONNULL_BEGIN

/* A position in a log. SHARED, but one read or seek at a time: another thread's gets BUSY. Keeps its log open. */
typedef struct weir_reader weir_reader;

/* Places in a log. */
#define WEIR_PLACE_EARLIEST 0 /* the first record that is left */
#define WEIR_PLACE_LATEST 1   /* behind the newest record */
#define WEIR_PLACE_OFFSET 2   /* value is an offset, also one that is yet to come */
#define WEIR_PLACE_TIME 3     /* value is a time: as weir_log_offset_for_time */

/* How a reader begins. Always start from weir_reader_options_init. */
typedef struct weir_reader_options {
  uint32_t struct_size;
  uint32_t place;      /* WEIR_PLACE_*, default EARLIEST: for anonymous readers and new consumers */
  int64_t place_value; /* an offset or a time, as place says; default 0 */
  /* 1 to 255 bytes of UTF-8 without control characters: goes on where it last committed; NULL: anonymous */
  const char* WEIR_NULLABLE consumer;
  /* 1: readers of this consumer in this process share its work: each record goes to one of them. 0 (default): one
   * reader at a time has the consumer for itself */
  uint8_t shared;
  uint8_t create;      /* 1 (default): make the consumer when missing */
  uint8_t reserved[6]; /* zero */
} weir_reader_options;

/* How a read is made. Always start from weir_read_options_init. */
typedef struct weir_read_options {
  uint32_t struct_size;
  uint32_t reserved;  /* zero */
  int64_t timeout_ms; /* 0 (default) does not wait, negative without limit */
  uint64_t count_max; /* records, default 1000, from 1 to 1000000 */
  uint64_t bytes_max; /* stop before payloads exceed it; one record always fits. Default 1 MiB */
} weir_read_options;

/**
 * Writes the defaults into options.
 *
 * @param struct_size  sizeof(weir_reader_options) as the caller knows it.
 *
 * Returns:  WEIR_OK; WEIR_E_INVALID_ARGUMENT when options is NULL or struct_size is not from 8 to 4096.
 * Owns:     nothing.
 * Threads:  exclusive on options.
 * Blocks:   no.
 * Since:    0.1
 */
WEIR_API weir_status weir_reader_options_init(weir_reader_options* options,
                                              size_t struct_size) WEIR_NOEXCEPT;

/**
 * Writes the defaults into options.
 *
 * @param struct_size  sizeof(weir_read_options) as the caller knows it.
 *
 * Returns:  WEIR_OK; WEIR_E_INVALID_ARGUMENT when options is NULL or struct_size is not from 8 to 4096.
 * Owns:     nothing.
 * Threads:  exclusive on options.
 * Blocks:   no.
 * Since:    0.1
 */
WEIR_API weir_status weir_read_options_init(weir_read_options* options,
                                            size_t struct_size) WEIR_NOEXCEPT;

/**
 * Opens a reader. A consumer that is new is durable on return.
 *
 * @param options  (nullable) NULL: anonymous, from the earliest record.
 * @param out      set to NULL on failure.
 *
 * Returns:  WEIR_OK; WEIR_NOT_FOUND (no such consumer and create is 0); WEIR_E_BUSY (the consumer has a reader that does not
 *           share it, or is shared and this one would not), WEIR_E_LIMIT (65,536 consumers), WEIR_E_INVALID_ARGUMENT,
 *           WEIR_E_READ_ONLY, WEIR_E_IO, WEIR_E_CORRUPT, WEIR_E_CLOSED, WEIR_E_FAILED, WEIR_E_FORKED, WEIR_E_NO_MEMORY.
 * Owns:     the caller owns *out; release it with weir_reader_close.
 * Threads:  shared on log.
 * Blocks:   on disk for a new consumer or a time.
 * Since:    0.1
 */
WEIR_API weir_status weir_reader_open(weir_log* log,
                                      const weir_reader_options* WEIR_NULLABLE options,
                                      weir_reader* WEIR_NULLABLE* WEIR_NONNULL out,
                                      weir_error* WEIR_NULLABLE err) WEIR_NOEXCEPT;

/**
 * Reads the next records and moves behind them.
 *
 * @param options           (nullable) NULL takes the defaults.
 * @param out               set to NULL when nothing is read.
 * @param out_first_offset  (nullable) with WEIR_OUT_OF_RANGE: the first offset that is left.
 *
 * Returns:  WEIR_OK; WEIR_EMPTY (timeout_ms is 0), WEIR_TIMEOUT, WEIR_INTERRUPTED; WEIR_OUT_OF_RANGE, once: the reader fell behind
 *           the retention or a trim, records are lost to it, and its next read begins at the first offset that is left.
 *           WEIR_E_BUSY (another thread reads with it), WEIR_E_INVALID_ARGUMENT, WEIR_E_IO, WEIR_E_CORRUPT, WEIR_E_CLOSED,
 *           WEIR_E_FAILED, WEIR_E_FORKED, WEIR_E_NO_MEMORY.
 * Owns:     the caller owns *out; release it with weir_records_free.
 * Threads:  shared; one read or seek at a time.
 * Blocks:   up to timeout_ms, and on disk when the records are there.
 * Since:    0.1
 */
WEIR_API weir_status weir_reader_read(weir_reader* reader,
                                      const weir_read_options* WEIR_NULLABLE options,
                                      weir_records* WEIR_NULLABLE* WEIR_NONNULL out,
                                      uint64_t* WEIR_NULLABLE out_first_offset,
                                      weir_error* WEIR_NULLABLE err) WEIR_NOEXCEPT;

/**
 * Moves a reader. What it committed stays as it is.
 *
 * @param place  WEIR_PLACE_*.
 * @param value  an offset or a time, as place says; 0 otherwise.
 *
 * Returns:  WEIR_OK; WEIR_E_UNSUPPORTED (it shares a consumer), WEIR_E_BUSY, WEIR_E_INVALID_ARGUMENT, WEIR_E_IO, WEIR_E_CORRUPT,
 *           WEIR_E_CLOSED, WEIR_E_FORKED, WEIR_E_NO_MEMORY.
 * Owns:     nothing.
 * Threads:  shared; one read or seek at a time.
 * Blocks:   on disk for a time.
 * Since:    0.1
 */
WEIR_API weir_status weir_reader_seek(weir_reader* reader, uint32_t place, int64_t value,
                                      weir_error* WEIR_NULLABLE err) WEIR_NOEXCEPT;

/**
 * Tells the offset at which the next read begins.
 *
 * Returns:  WEIR_OK; WEIR_E_INVALID_ARGUMENT, WEIR_E_CLOSED, WEIR_E_FORKED.
 * Owns:     nothing.
 * Threads:  shared.
 * Blocks:   no.
 * Since:    0.1
 */
WEIR_API weir_status weir_reader_position(weir_reader* reader, uint64_t* out,
                                          weir_error* WEIR_NULLABLE err) WEIR_NOEXCEPT;

/**
 * Tells how many offsets lie between the next read and the newest record; gaps count.
 *
 * Returns:  WEIR_OK; WEIR_E_INVALID_ARGUMENT, WEIR_E_CLOSED, WEIR_E_FORKED.
 * Owns:     nothing.
 * Threads:  shared.
 * Blocks:   no.
 * Since:    0.1
 */
WEIR_API weir_status weir_reader_lag(weir_reader* reader, uint64_t* out,
                                     weir_error* WEIR_NULLABLE err) WEIR_NOEXCEPT;

/**
 * Commits the position of a named consumer: it goes on at `offset` when it is opened again. A consumer for one reader may
 * go back. Of a shared one the reader finishes what it was handed below `offset`, and the consumer goes on at the first
 * record that none of its readers has finished.
 *
 * @param durability  WEIR_DURABILITY_*.
 * @param out_level   (nullable) WEIR_DURABILITY_MEMORY or _SYNC: how far it got by the time of return.
 *
 * Returns:  WEIR_OK; WEIR_E_UNSUPPORTED (anonymous), WEIR_E_INVALID_ARGUMENT (also: above the next offset), WEIR_E_READ_ONLY,
 *           WEIR_E_NO_SPACE, WEIR_E_CLOSED, WEIR_E_FORKED: nothing changed. WEIR_E_FAILED: it may or may not be there.
 * Owns:     nothing.
 * Threads:  shared.
 * Blocks:   on disk when SYNC.
 * Since:    0.1
 */
WEIR_API weir_status weir_reader_commit(weir_reader* reader, uint64_t offset, uint32_t durability,
                                        uint32_t* WEIR_NULLABLE out_level,
                                        weir_error* WEIR_NULLABLE err) WEIR_NOEXCEPT;

/**
 * Wakes the read in progress, which returns WEIR_INTERRUPTED. Later ones are not affected.
 *
 * Returns:  WEIR_OK; WEIR_E_INVALID_ARGUMENT, WEIR_E_CLOSED, WEIR_E_FORKED.
 * Owns:     nothing.
 * Threads:  any, at any time before close.
 * Blocks:   no.
 * Since:    0.1
 */
WEIR_API weir_status weir_reader_interrupt(weir_reader* reader,
                                           weir_error* WEIR_NULLABLE err) WEIR_NOEXCEPT;

/**
 * Gives a descriptor for poll, epoll and event loops that is readable while a read has something to tell: records, or
 * that the log was dropped. It is for waiting only, and the reader closes it.
 *
 * Returns:  WEIR_OK; WEIR_E_LIMIT (the process has no descriptor left), WEIR_E_IO, WEIR_E_INVALID_ARGUMENT, WEIR_E_CLOSED, WEIR_E_FORKED.
 * Owns:     the reader owns *out_fd.
 * Threads:  shared.
 * Blocks:   no.
 * Since:    0.1
 */
WEIR_API weir_status weir_reader_event_fd(weir_reader* reader, int32_t* out_fd,
                                          weir_error* WEIR_NULLABLE err) WEIR_NOEXCEPT;

/**
 * Closes a reader. A read in progress ends with WEIR_E_CLOSED; what it was handed of a shared consumer and did not commit
 * goes to the others.
 *
 * Returns:  WEIR_OK, also for NULL; WEIR_E_CLOSED when closed before; WEIR_E_FORKED (nothing is released).
 * Owns:     takes the reader.
 * Threads:  the last call on the reader.
 * Blocks:   until calls in progress have left; on disk when it held the store open last.
 * Since:    0.1
 */
WEIR_API weir_status weir_reader_close(weir_reader* WEIR_NULLABLE reader,
                                       weir_error* WEIR_NULLABLE err) WEIR_NOEXCEPT;

WEIR_NONNULL_END
#ifdef __cplusplus
}
#endif
#endif
