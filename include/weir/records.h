/*
 * weir/records.h: what a read of a log gives out.
 *
 * A read may give hundreds of thousands of records: they are looked at by index, without a handle for each, and nothing
 * is copied or decoded until it is asked for.
 */
#ifndef WEIR_RECORDS_H
#define WEIR_RECORDS_H

#include <weir/base.h>

#ifdef __cplusplus
extern "C" {
#endif
WEIR_NONNULL_BEGIN

/* What a read gave: records in the order of their offsets. EXCLUSIVE. Its bytes are views that stay valid until
 * weir_records_free, also when the log is trimmed, dropped or closed; they count against the store's memory budget. */
typedef struct weir_records weir_records;

/* One record of a weir_records. Set struct_size before the call. */
typedef struct weir_record {
  uint32_t struct_size;
  uint32_t has_properties; /* 1: it has a key, headers or a content type */
  uint64_t offset;
  int64_t time_ns;
  const void* data; /* never NULL */
  size_t size;
} weir_record;

/**
 * Counts the records.
 *
 * Returns:  the count; 0 for NULL or freed records.
 * Owns:     nothing.
 * Threads:  exclusive.
 * Blocks:   no.
 * Since:    0.1
 */
WEIR_API size_t weir_records_count(const weir_records* WEIR_NULLABLE records) WEIR_NOEXCEPT;

/**
 * Describes one record: the quick way through many.
 *
 * @param out  out->struct_size says how much of it may be written; its data is a view.
 *
 * Returns:  WEIR_OK; WEIR_END when index >= count; WEIR_E_INVALID_ARGUMENT, WEIR_E_CLOSED.
 * Owns:     the records; a view.
 * Threads:  exclusive.
 * Blocks:   no.
 * Since:    0.1
 */
WEIR_API weir_status weir_records_get(const weir_records* records, size_t index,
                                      weir_record* out) WEIR_NOEXCEPT;

/**
 * Tells the offset of a record.
 *
 * Returns:  the offset; 0 when index >= count.
 * Owns:     nothing.
 * Threads:  exclusive.
 * Blocks:   no.
 * Since:    0.1
 */
WEIR_API uint64_t weir_records_offset(const weir_records* WEIR_NULLABLE records,
                                      size_t index) WEIR_NOEXCEPT;

/**
 * Tells the time of a record, in nanoseconds since 1970.
 *
 * Returns:  the time; 0 when index >= count.
 * Owns:     nothing.
 * Threads:  exclusive.
 * Blocks:   no.
 * Since:    0.1
 */
WEIR_API int64_t weir_records_time(const weir_records* WEIR_NULLABLE records,
                                   size_t index) WEIR_NOEXCEPT;

/**
 * Tells the size of a record's payload.
 *
 * Returns:  the size; 0 when index >= count.
 * Owns:     nothing.
 * Threads:  exclusive.
 * Blocks:   no.
 * Since:    0.1
 */
WEIR_API size_t weir_records_size(const weir_records* WEIR_NULLABLE records,
                                  size_t index) WEIR_NOEXCEPT;

/**
 * Gives the payload of a record, which lives until weir_records_free.
 *
 * Returns:  the bytes, never NULL for a record; NULL when index >= count.
 * Owns:     the records; a view.
 * Threads:  exclusive.
 * Blocks:   no.
 * Since:    0.1
 */
WEIR_API const void* WEIR_NULLABLE weir_records_data(const weir_records* WEIR_NULLABLE records,
                                                     size_t index) WEIR_NOEXCEPT;

/**
 * Gives the key of a record, which lives until weir_records_free.
 *
 * @param out_key   NULL with size 0 when the record has none.
 *
 * Returns:  WEIR_OK; WEIR_NOT_FOUND (no key); WEIR_END when index >= count; WEIR_E_INVALID_ARGUMENT, WEIR_E_CLOSED, WEIR_E_CORRUPT,
 *           WEIR_E_NO_MEMORY.
 * Owns:     the records; a view.
 * Threads:  exclusive.
 * Blocks:   no.
 * Since:    0.1
 */
WEIR_API weir_status weir_records_key(const weir_records* records, size_t index,
                                      const void* WEIR_NULLABLE* WEIR_NONNULL out_key,
                                      size_t* out_size) WEIR_NOEXCEPT;

/**
 * Gives the content type of a record, which lives until weir_records_free.
 *
 * Returns:  zero-terminated text; "" when it has none or cannot be read, and when index >= count.
 * Owns:     the records; a view.
 * Threads:  exclusive.
 * Blocks:   no.
 * Since:    0.1
 */
WEIR_API const char* weir_records_content_type(const weir_records* WEIR_NULLABLE records,
                                               size_t index) WEIR_NOEXCEPT;

/**
 * Counts the headers of a record.
 *
 * Returns:  the count; 0 when index >= count or they cannot be read.
 * Owns:     nothing.
 * Threads:  exclusive.
 * Blocks:   no.
 * Since:    0.1
 */
WEIR_API size_t weir_records_header_count(const weir_records* WEIR_NULLABLE records,
                                          size_t index) WEIR_NOEXCEPT;

/**
 * Gives one header of a record, in the order in which they were set. The views live until weir_records_free.
 *
 * Returns:  WEIR_OK; WEIR_END when index >= count or header >= the count of headers; WEIR_E_INVALID_ARGUMENT, WEIR_E_CLOSED,
 *           WEIR_E_CORRUPT, WEIR_E_NO_MEMORY.
 * Owns:     the records; views.
 * Threads:  exclusive.
 * Blocks:   no.
 * Since:    0.1
 */
WEIR_API weir_status weir_records_header_at(const weir_records* records, size_t index,
                                            size_t header,
                                            const char* WEIR_NULLABLE* WEIR_NONNULL out_name,
                                            const void* WEIR_NULLABLE* WEIR_NONNULL out_value,
                                            size_t* out_value_size) WEIR_NOEXCEPT;

/**
 * Finds a header of a record by name. The view lives until weir_records_free.
 *
 * Returns:  WEIR_OK; WEIR_NOT_FOUND; WEIR_END when index >= count; WEIR_E_INVALID_ARGUMENT, WEIR_E_CLOSED, WEIR_E_CORRUPT,
 *           WEIR_E_NO_MEMORY.
 * Owns:     the records; a view.
 * Threads:  exclusive.
 * Blocks:   no.
 * Since:    0.1
 */
WEIR_API weir_status weir_records_header(const weir_records* records, size_t index,
                                         const char* name,
                                         const void* WEIR_NULLABLE* WEIR_NONNULL out_value,
                                         size_t* out_value_size) WEIR_NOEXCEPT;

/**
 * Frees records and their views. NULL and records freed before are accepted and ignored.
 *
 * Returns:  nothing.
 * Owns:     takes the records.
 * Threads:  the last call on it.
 * Blocks:   no.
 * Since:    0.1
 */
WEIR_API void weir_records_free(weir_records* WEIR_NULLABLE records) WEIR_NOEXCEPT;

WEIR_NONNULL_END
#ifdef __cplusplus
}
#endif
#endif
