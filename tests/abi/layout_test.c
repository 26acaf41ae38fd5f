/*
 * The layout of every public struct, as it was shipped. A line that fails here breaks programs that
 * are already compiled: fields may only be appended, and then get new lines.
 */
#include <stddef.h>
#include <weir/weir.h>

#define SIZE(type, bytes) _Static_assert(sizeof(type) == (bytes), "size of " #type)
#define FIELD(type, field, offset, bytes)                                           \
  _Static_assert(offsetof(type, field) == (offset), "offset of " #type "." #field); \
  _Static_assert(sizeof(((type*)0)->field) == (bytes), "size of " #type "." #field)

/* 64-bit pointers; where they are 32 bits wide, weir_push_options is the one that differs. */
_Static_assert(sizeof(void*) == 8, "another table is needed for this platform");

SIZE(weir_error, 256);
FIELD(weir_error, struct_size, 0, 4);
FIELD(weir_error, status, 4, 4);
FIELD(weir_error, os_error, 8, 4);
FIELD(weir_error, reserved, 12, 4);
FIELD(weir_error, message, 16, 240);

SIZE(weir_store_options, 56);
FIELD(weir_store_options, struct_size, 0, 4);
FIELD(weir_store_options, durability, 4, 4);
FIELD(weir_store_options, memory_bytes_max, 8, 8);
FIELD(weir_store_options, record_bytes_max, 16, 8);
FIELD(weir_store_options, wal_bytes_max, 24, 8);
FIELD(weir_store_options, async_bytes_max, 32, 8);
FIELD(weir_store_options, async_records_max, 40, 4);
FIELD(weir_store_options, async_interval_ms, 44, 4);
FIELD(weir_store_options, create, 48, 1);
FIELD(weir_store_options, read_only, 49, 1);
FIELD(weir_store_options, reserved, 50, 6);

SIZE(weir_store_statistics, 144);
FIELD(weir_store_statistics, struct_size, 0, 4);
FIELD(weir_store_statistics, queue_count, 4, 4);
FIELD(weir_store_statistics, message_count, 8, 8);
FIELD(weir_store_statistics, memory_bytes_used, 16, 8);
FIELD(weir_store_statistics, memory_bytes_max, 24, 8);
FIELD(weir_store_statistics, memory_bytes_peak, 32, 8);
FIELD(weir_store_statistics, disk_bytes, 40, 8);
FIELD(weir_store_statistics, wal_bytes, 48, 8);
FIELD(weir_store_statistics, segment_count, 56, 8);
FIELD(weir_store_statistics, sync_count, 64, 8);
FIELD(weir_store_statistics, write_bytes, 72, 8);
FIELD(weir_store_statistics, group_count, 80, 8);
FIELD(weir_store_statistics, commit_count, 88, 8);
FIELD(weir_store_statistics, checkpoint_count, 96, 8);
FIELD(weir_store_statistics, page_out_bytes, 104, 8);
FIELD(weir_store_statistics, page_in_bytes, 112, 8);
FIELD(weir_store_statistics, recovered_torn_bytes, 120, 8);
FIELD(weir_store_statistics, async_loss_records_max, 128, 8);
FIELD(weir_store_statistics, async_loss_bytes_max, 136, 8);

SIZE(weir_buffer_options, 48);
FIELD(weir_buffer_options, struct_size, 0, 4);
FIELD(weir_buffer_options, tick_ms, 4, 4);
FIELD(weir_buffer_options, expiry_ms, 8, 8);
FIELD(weir_buffer_options, bytes_max, 16, 8);
FIELD(weir_buffer_options, items_max, 24, 8);
FIELD(weir_buffer_options, policy, 32, 4);
FIELD(weir_buffer_options, events_max, 36, 4);
FIELD(weir_buffer_options, snapshot, 40, 1);
FIELD(weir_buffer_options, reserved, 41, 7);

SIZE(weir_buffer_statistics, 104);
FIELD(weir_buffer_statistics, struct_size, 0, 4);
FIELD(weir_buffer_statistics, reserved, 4, 4);
FIELD(weir_buffer_statistics, item_count, 8, 8);
FIELD(weir_buffer_statistics, bytes, 16, 8);
FIELD(weir_buffer_statistics, get_count, 24, 8);
FIELD(weir_buffer_statistics, hit_count, 32, 8);
FIELD(weir_buffer_statistics, set_count, 40, 8);
FIELD(weir_buffer_statistics, removed_count, 48, 8);
FIELD(weir_buffer_statistics, expired_count, 56, 8);
FIELD(weir_buffer_statistics, evicted_count, 64, 8);
FIELD(weir_buffer_statistics, refused_count, 72, 8);
FIELD(weir_buffer_statistics, call_expiry_max, 80, 8);
FIELD(weir_buffer_statistics, event_count, 88, 8);
FIELD(weir_buffer_statistics, event_lost_count, 96, 8);

SIZE(weir_collection_options, 16);
FIELD(weir_collection_options, struct_size, 0, 4);
FIELD(weir_collection_options, kind, 4, 4);
FIELD(weir_collection_options, save_interval_ms, 8, 4);
FIELD(weir_collection_options, create, 12, 1);
FIELD(weir_collection_options, existing_kind, 13, 1);
FIELD(weir_collection_options, reserved, 14, 2);

SIZE(weir_put_options, 48);
FIELD(weir_put_options, struct_size, 0, 4);
FIELD(weir_put_options, durability, 4, 4);
FIELD(weir_put_options, timeout_ms, 8, 8);
FIELD(weir_put_options, ttl_ms, 16, 8);
FIELD(weir_put_options, expected_version, 24, 8);
FIELD(weir_put_options, content_type, 32, 8);
FIELD(weir_put_options, mode, 40, 4);
FIELD(weir_put_options, format, 44, 4);

SIZE(weir_put_result, 32);
FIELD(weir_put_result, struct_size, 0, 4);
FIELD(weir_put_result, level, 4, 4);
FIELD(weir_put_result, version, 8, 8);
FIELD(weir_put_result, count, 16, 8);
FIELD(weir_put_result, generated_key, 24, 8);

SIZE(weir_remove_options, 16);
FIELD(weir_remove_options, struct_size, 0, 4);
FIELD(weir_remove_options, durability, 4, 4);
FIELD(weir_remove_options, expected_version, 8, 8);

SIZE(weir_find_options, 32);
FIELD(weir_find_options, struct_size, 0, 4);
FIELD(weir_find_options, form, 4, 4);
FIELD(weir_find_options, count_max, 8, 8);
FIELD(weir_find_options, bytes_max, 16, 8);
FIELD(weir_find_options, after, 24, 8);

SIZE(weir_collection_statistics, 112);
FIELD(weir_collection_statistics, struct_size, 0, 4);
FIELD(weir_collection_statistics, kind, 4, 4);
FIELD(weir_collection_statistics, state, 8, 4);
FIELD(weir_collection_statistics, index_count, 12, 4);
FIELD(weir_collection_statistics, document_count, 16, 8);
FIELD(weir_collection_statistics, put_count, 24, 8);
FIELD(weir_collection_statistics, remove_count, 32, 8);
FIELD(weir_collection_statistics, hit_count, 40, 8);
FIELD(weir_collection_statistics, miss_count, 48, 8);
FIELD(weir_collection_statistics, expired_count, 56, 8);
FIELD(weir_collection_statistics, evicted_bytes, 64, 8);
FIELD(weir_collection_statistics, memory_bytes, 72, 8);
FIELD(weir_collection_statistics, directory_bytes, 80, 8);
FIELD(weir_collection_statistics, index_bytes, 88, 8);
FIELD(weir_collection_statistics, disk_bytes, 96, 8);
FIELD(weir_collection_statistics, next_version, 104, 8);

SIZE(weir_queue_options, 16);
FIELD(weir_queue_options, struct_size, 0, 4);
FIELD(weir_queue_options, kind, 4, 4);
FIELD(weir_queue_options, create, 8, 1);
FIELD(weir_queue_options, existing_kind, 9, 1);
FIELD(weir_queue_options, reserved, 10, 6);

SIZE(weir_push_options, 48);
FIELD(weir_push_options, struct_size, 0, 4);
FIELD(weir_push_options, durability, 4, 4);
FIELD(weir_push_options, timeout_ms, 8, 8);
FIELD(weir_push_options, content_type, 16, 8);
FIELD(weir_push_options, headers, 24, 8);
FIELD(weir_push_options, producer_id, 32, 8);
FIELD(weir_push_options, producer_sequence, 40, 8);

SIZE(weir_push_result, 32);
FIELD(weir_push_result, struct_size, 0, 4);
FIELD(weir_push_result, level, 4, 4);
FIELD(weir_push_result, id, 8, 8);
FIELD(weir_push_result, count, 16, 8);
FIELD(weir_push_result, duplicate_count, 24, 8);

SIZE(weir_pop_options, 40);
FIELD(weir_pop_options, struct_size, 0, 4);
FIELD(weir_pop_options, durability, 4, 4);
FIELD(weir_pop_options, timeout_ms, 8, 8);
FIELD(weir_pop_options, lease_ms, 16, 8);
FIELD(weir_pop_options, bytes_max, 24, 8);
FIELD(weir_pop_options, acknowledge, 32, 1);
FIELD(weir_pop_options, reserved, 33, 7);

SIZE(weir_queue_statistics, 128);
FIELD(weir_queue_statistics, struct_size, 0, 4);
FIELD(weir_queue_statistics, kind, 4, 4);
FIELD(weir_queue_statistics, message_count, 8, 8);
FIELD(weir_queue_statistics, ready_count, 16, 8);
FIELD(weir_queue_statistics, delayed_count, 24, 8);
FIELD(weir_queue_statistics, in_flight_count, 32, 8);
FIELD(weir_queue_statistics, push_count, 40, 8);
FIELD(weir_queue_statistics, delivery_count, 48, 8);
FIELD(weir_queue_statistics, redelivery_count, 56, 8);
FIELD(weir_queue_statistics, ack_count, 64, 8);
FIELD(weir_queue_statistics, nack_count, 72, 8);
FIELD(weir_queue_statistics, lease_expiry_count, 80, 8);
FIELD(weir_queue_statistics, duplicate_count, 88, 8);
FIELD(weir_queue_statistics, memory_bytes, 96, 8);
FIELD(weir_queue_statistics, disk_bytes, 104, 8);
FIELD(weir_queue_statistics, first_id, 112, 8);
FIELD(weir_queue_statistics, next_id, 120, 8);

SIZE(weir_log_options, 32);
FIELD(weir_log_options, struct_size, 0, 4);
FIELD(weir_log_options, kind, 4, 4);
FIELD(weir_log_options, retention_ms, 8, 8);
FIELD(weir_log_options, retention_bytes, 16, 8);
FIELD(weir_log_options, retention_consumers, 24, 4);
FIELD(weir_log_options, create, 28, 1);
FIELD(weir_log_options, existing_kind, 29, 1);
FIELD(weir_log_options, reserved, 30, 2);

SIZE(weir_append_options, 88);
FIELD(weir_append_options, struct_size, 0, 4);
FIELD(weir_append_options, durability, 4, 4);
FIELD(weir_append_options, timeout_ms, 8, 8);
FIELD(weir_append_options, content_type, 16, 8);
FIELD(weir_append_options, headers, 24, 8);
FIELD(weir_append_options, key, 32, 8);
FIELD(weir_append_options, key_size, 40, 8);
FIELD(weir_append_options, key_sizes, 48, 8);
FIELD(weir_append_options, time_ns, 56, 8);
FIELD(weir_append_options, times_ns, 64, 8);
FIELD(weir_append_options, producer_id, 72, 8);
FIELD(weir_append_options, producer_sequence, 80, 8);

SIZE(weir_append_result, 32);
FIELD(weir_append_result, struct_size, 0, 4);
FIELD(weir_append_result, level, 4, 4);
FIELD(weir_append_result, offset, 8, 8);
FIELD(weir_append_result, count, 16, 8);
FIELD(weir_append_result, duplicate_count, 24, 8);

SIZE(weir_log_statistics, 128);
FIELD(weir_log_statistics, struct_size, 0, 4);
FIELD(weir_log_statistics, kind, 4, 4);
FIELD(weir_log_statistics, retention_ms, 8, 8);
FIELD(weir_log_statistics, retention_bytes, 16, 8);
FIELD(weir_log_statistics, retention_consumers, 24, 4);
FIELD(weir_log_statistics, reader_count, 28, 4);
FIELD(weir_log_statistics, record_count, 32, 8);
FIELD(weir_log_statistics, first_offset, 40, 8);
FIELD(weir_log_statistics, next_offset, 48, 8);
FIELD(weir_log_statistics, trimmed_offset, 56, 8);
FIELD(weir_log_statistics, consumer_count, 64, 8);
FIELD(weir_log_statistics, append_count, 72, 8);
FIELD(weir_log_statistics, read_count, 80, 8);
FIELD(weir_log_statistics, trim_count, 88, 8);
FIELD(weir_log_statistics, compacted_count, 96, 8);
FIELD(weir_log_statistics, duplicate_count, 104, 8);
FIELD(weir_log_statistics, memory_bytes, 112, 8);
FIELD(weir_log_statistics, disk_bytes, 120, 8);

SIZE(weir_consumer_statistics, 32);
FIELD(weir_consumer_statistics, struct_size, 0, 4);
FIELD(weir_consumer_statistics, reader_count, 4, 4);
FIELD(weir_consumer_statistics, offset, 8, 8);
FIELD(weir_consumer_statistics, lag, 16, 8);
FIELD(weir_consumer_statistics, committed_at_ns, 24, 8);

SIZE(weir_reader_options, 32);
FIELD(weir_reader_options, struct_size, 0, 4);
FIELD(weir_reader_options, place, 4, 4);
FIELD(weir_reader_options, place_value, 8, 8);
FIELD(weir_reader_options, consumer, 16, 8);
FIELD(weir_reader_options, shared, 24, 1);
FIELD(weir_reader_options, create, 25, 1);
FIELD(weir_reader_options, reserved, 26, 6);

SIZE(weir_read_options, 32);
FIELD(weir_read_options, struct_size, 0, 4);
FIELD(weir_read_options, reserved, 4, 4);
FIELD(weir_read_options, timeout_ms, 8, 8);
FIELD(weir_read_options, count_max, 16, 8);
FIELD(weir_read_options, bytes_max, 24, 8);

SIZE(weir_record, 40);
FIELD(weir_record, struct_size, 0, 4);
FIELD(weir_record, has_properties, 4, 4);
FIELD(weir_record, offset, 8, 8);
FIELD(weir_record, time_ns, 16, 8);
FIELD(weir_record, data, 24, 8);
FIELD(weir_record, size, 32, 8);

/* Numbers that programs have compiled in. */
#define NUMBER(name, value) _Static_assert((name) == (value), #name)
NUMBER(WEIR_OK, 0);
NUMBER(WEIR_EMPTY, 1);
NUMBER(WEIR_NOT_FOUND, 2);
NUMBER(WEIR_TIMEOUT, 3);
NUMBER(WEIR_END, 4);
NUMBER(WEIR_INTERRUPTED, 5);
NUMBER(WEIR_DUPLICATE, 6);
NUMBER(WEIR_CONFLICT, 7);
NUMBER(WEIR_OUT_OF_RANGE, 8);
NUMBER(WEIR_E_INVALID_ARGUMENT, -1);
NUMBER(WEIR_E_CLOSED, -2);
NUMBER(WEIR_E_IO, -3);
NUMBER(WEIR_E_NO_SPACE, -4);
NUMBER(WEIR_E_NO_MEMORY, -5);
NUMBER(WEIR_E_CORRUPT, -6);
NUMBER(WEIR_E_LOCKED, -7);
NUMBER(WEIR_E_BUSY, -8);
NUMBER(WEIR_E_EXISTS, -9);
NUMBER(WEIR_E_TOO_LARGE, -10);
NUMBER(WEIR_E_LIMIT, -11);
NUMBER(WEIR_E_READ_ONLY, -12);
NUMBER(WEIR_E_UNSUPPORTED, -13);
NUMBER(WEIR_E_FORMAT_TOO_NEW, -14);
NUMBER(WEIR_E_BUFFER_TOO_SMALL, -15);
NUMBER(WEIR_E_FAILED, -16);
NUMBER(WEIR_E_FORKED, -17);
NUMBER(WEIR_E_ACCESS, -18);
NUMBER(WEIR_E_INTERNAL, -99);
NUMBER(WEIR_DURABILITY_DEFAULT, 0);
NUMBER(WEIR_DURABILITY_MEMORY, 1);
NUMBER(WEIR_DURABILITY_ASYNC, 2);
NUMBER(WEIR_DURABILITY_SYNC, 3);
NUMBER(WEIR_QUEUE_DURABLE, 0);
NUMBER(WEIR_QUEUE_MEMORY, 1);
NUMBER(WEIR_LOG_DURABLE, 0);
NUMBER(WEIR_LOG_MEMORY, 1);
NUMBER(WEIR_RETAIN_IGNORE_CONSUMERS, 0);
NUMBER(WEIR_RETAIN_KEEP_UNREAD, 1);
NUMBER(WEIR_RETAIN_DROP_READ, 2);
NUMBER(WEIR_PLACE_EARLIEST, 0);
NUMBER(WEIR_PLACE_LATEST, 1);
NUMBER(WEIR_PLACE_OFFSET, 2);
NUMBER(WEIR_PLACE_TIME, 3);
NUMBER(WEIR_COLLECTION_DURABLE, 0);
NUMBER(WEIR_COLLECTION_MEMORY, 1);
NUMBER(WEIR_COLLECTION_UNLOADED, 0);
NUMBER(WEIR_COLLECTION_LOADING, 1);
NUMBER(WEIR_COLLECTION_LOADED, 2);
NUMBER(WEIR_COLLECTION_DIRTY, 3);
NUMBER(WEIR_DOCUMENT_JSON, 0);
NUMBER(WEIR_DOCUMENT_BYTES, 1);
NUMBER(WEIR_PUT_UPSERT, 0);
NUMBER(WEIR_PUT_INSERT, 1);
NUMBER(WEIR_PUT_REPLACE, 2);
NUMBER(WEIR_READ_JSON, 0);
NUMBER(WEIR_READ_STORED, 1);

int main(void) { return 0; }
