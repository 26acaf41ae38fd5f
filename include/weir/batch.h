/*
 * weir/batch.h: changes to any number of queues of one store that become durable together, or not at all.
 */
#ifndef WEIR_BATCH_H
#define WEIR_BATCH_H

#include <weir/base.h>
#include <weir/collection.h>
#include <weir/log.h>
#include <weir/queue.h>
#include <weir/reader.h>
#include <weir/store.h>

#ifdef __cplusplus
extern "C" {
#endif
WEIR_NONNULL_BEGIN

/* Pushes and acks that wait for weir_store_commit. EXCLUSIVE. Keeps its store alive, and the queue
 * handles it names until it is committed, cleared or freed: what is in flight through one of them
 * stays so until then, also when that handle is closed. */
typedef struct weir_batch weir_batch;

/**
 * Makes an empty batch for one store.
 *
 * Returns:  WEIR_OK; WEIR_E_INVALID_ARGUMENT, WEIR_E_CLOSED, WEIR_E_FORKED, WEIR_E_NO_MEMORY.
 * Owns:     the caller owns *out; release it with weir_batch_free.
 * Threads:  shared on store.
 * Blocks:   no.
 * Since:    0.1
 */
WEIR_API weir_status weir_batch_create(weir_store* store,
                                       weir_batch* WEIR_NULLABLE* WEIR_NONNULL out,
                                       weir_error* WEIR_NULLABLE err) WEIR_NOEXCEPT;

/**
 * Adds a push. The message gets its id at commit (weir_batch_id_at).
 *
 * @param data     any bytes; may be NULL when size is 0.
 * @param options  (nullable) content type, headers and producer; durability and timeout are those of the commit.
 *
 * Returns:  WEIR_OK; WEIR_E_INVALID_ARGUMENT (also: queue of another store), WEIR_E_TOO_LARGE (the message, or more
 *           than 64 MiB in the batch), WEIR_E_CLOSED, WEIR_E_FORKED, WEIR_E_NO_MEMORY: the batch is as before.
 * Owns:     nothing; data is copied.
 * Threads:  exclusive on batch.
 * Blocks:   no.
 * Since:    0.1
 */
WEIR_API weir_status weir_batch_push(weir_batch* batch, weir_queue* queue,
                                     const void* WEIR_NULLABLE data, size_t size,
                                     const weir_push_options* WEIR_NULLABLE options,
                                     weir_error* WEIR_NULLABLE err) WEIR_NOEXCEPT;

/**
 * Adds the acknowledgement of a message.
 *
 * Returns:  WEIR_OK; WEIR_E_INVALID_ARGUMENT, WEIR_E_CLOSED, WEIR_E_FORKED, WEIR_E_NO_MEMORY: the batch is as before.
 * Owns:     nothing.
 * Threads:  exclusive on batch.
 * Blocks:   no.
 * Since:    0.1
 */
WEIR_API weir_status weir_batch_ack(weir_batch* batch, weir_queue* queue, uint64_t id,
                                    weir_error* WEIR_NULLABLE err) WEIR_NOEXCEPT;

/**
 * Adds a put of a document. It gets its version at commit (weir_batch_id_at); mode and expected_version must hold then,
 * before any change of the batch.
 *
 * @param key      1 to 1024 bytes of UTF-8 without control characters.
 * @param data     JSON, or any bytes, as options say; may be NULL when size is 0.
 * @param options  (nullable) durability and timeout are those of the commit; ttl_ms counts from this call.
 *
 * Returns:  WEIR_OK; WEIR_E_INVALID_ARGUMENT (also: collection of another store, no JSON), WEIR_E_TOO_LARGE (the
 *           document, or more than 64 MiB in the batch), WEIR_E_CLOSED, WEIR_E_CORRUPT, WEIR_E_IO, WEIR_E_FORKED,
 *           WEIR_E_NO_MEMORY: the batch is as before.
 * Owns:     nothing; data is copied.
 * Threads:  exclusive on batch.
 * Blocks:   on disk at the first use of the collection.
 * Since:    0.1
 */
WEIR_API weir_status weir_batch_put(weir_batch* batch, weir_collection* collection, const char* key,
                                    const void* WEIR_NULLABLE data, size_t size,
                                    const weir_put_options* WEIR_NULLABLE options,
                                    weir_error* WEIR_NULLABLE err) WEIR_NOEXCEPT;

/**
 * Adds the removal of a document, which must be there at commit: else that is WEIR_NOT_FOUND, and nothing changes.
 *
 * @param options  (nullable) expected_version; durability is that of the commit.
 *
 * Returns:  WEIR_OK; WEIR_E_INVALID_ARGUMENT, WEIR_E_CLOSED, WEIR_E_CORRUPT, WEIR_E_IO, WEIR_E_FORKED,
 *           WEIR_E_NO_MEMORY: the batch is as before.
 * Owns:     nothing.
 * Threads:  exclusive on batch.
 * Blocks:   on disk at the first use of the collection.
 * Since:    0.1
 */
WEIR_API weir_status weir_batch_remove(weir_batch* batch, weir_collection* collection,
                                       const char* key,
                                       const weir_remove_options* WEIR_NULLABLE options,
                                       weir_error* WEIR_NULLABLE err) WEIR_NOEXCEPT;

/**
 * Adds an append to a log. The record gets its offset at commit; weir_batch_id_at tells it plus one.
 *
 * @param data     any bytes; may be NULL when size is 0.
 * @param options  (nullable) key, headers, content type, time and producer; durability and timeout are the commit's.
 *
 * Returns:  WEIR_OK; WEIR_E_INVALID_ARGUMENT (also: log of another store), WEIR_E_TOO_LARGE (the record, or more than
 *           64 MiB in the batch), WEIR_E_CLOSED, WEIR_E_FORKED, WEIR_E_NO_MEMORY: the batch is as before.
 * Owns:     nothing; data is copied.
 * Threads:  exclusive on batch.
 * Blocks:   no.
 * Since:    0.1
 */
WEIR_API weir_status weir_batch_append(weir_batch* batch, weir_log* log,
                                       const void* WEIR_NULLABLE data, size_t size,
                                       const weir_append_options* WEIR_NULLABLE options,
                                       weir_error* WEIR_NULLABLE err) WEIR_NOEXCEPT;

/**
 * Adds the commit of a named consumer's position, as weir_reader_commit.
 *
 * Returns:  WEIR_OK; WEIR_E_UNSUPPORTED (anonymous reader), WEIR_E_INVALID_ARGUMENT, WEIR_E_CLOSED, WEIR_E_FORKED,
 *           WEIR_E_NO_MEMORY: the batch is as before.
 * Owns:     nothing.
 * Threads:  exclusive on batch.
 * Blocks:   no.
 * Since:    0.1
 */
WEIR_API weir_status weir_batch_offset_commit(weir_batch* batch, weir_reader* reader,
                                              uint64_t offset,
                                              weir_error* WEIR_NULLABLE err) WEIR_NOEXCEPT;

/**
 * Counts the changes in the batch.
 *
 * Returns:  the count; 0 for a NULL or freed batch.
 * Owns:     nothing.
 * Threads:  exclusive.
 * Blocks:   no.
 * Since:    0.1
 */
WEIR_API size_t weir_batch_count(const weir_batch* WEIR_NULLABLE batch) WEIR_NOEXCEPT;

/**
 * Tells the id that the change at `index` got (a push) or named (an ack); 0 before the commit and for duplicates.
 *
 * Returns:  the id, or 0.
 * Owns:     nothing.
 * Threads:  exclusive.
 * Blocks:   no.
 * Since:    0.1
 */
WEIR_API uint64_t weir_batch_id_at(const weir_batch* WEIR_NULLABLE batch,
                                   size_t index) WEIR_NOEXCEPT;

/**
 * Removes all changes, so that the batch can be filled again.
 *
 * Returns:  WEIR_OK; WEIR_E_INVALID_ARGUMENT for NULL, WEIR_E_CLOSED when freed before.
 * Owns:     nothing.
 * Threads:  exclusive.
 * Blocks:   no.
 * Since:    0.1
 */
WEIR_API weir_status weir_batch_clear(weir_batch* batch,
                                      weir_error* WEIR_NULLABLE err) WEIR_NOEXCEPT;

/**
 * Frees a batch; changes that were not committed never happen. NULL and a batch freed before are ignored.
 *
 * Returns:  nothing.
 * Owns:     takes the batch.
 * Threads:  the last call on it.
 * Blocks:   no.
 * Since:    0.1
 */
WEIR_API void weir_batch_free(weir_batch* WEIR_NULLABLE batch) WEIR_NOEXCEPT;

/**
 * Makes all changes of a batch, in its order, in one durable step, or none.
 *
 * After success the batch keeps its ids for weir_batch_id_at; clear it before filling it again. An empty batch is done
 * at once. A push whose producer sequence arrived before is left out (id 0), the rest is done.
 *
 * @param durability  WEIR_DURABILITY_*.
 * @param timeout_ms  how long to wait for memory or log space: 0 does not, negative without limit.
 * @param out_level   (nullable) WEIR_DURABILITY_MEMORY or _SYNC: how far it got by the time of return.
 *
 * Returns:  WEIR_OK; WEIR_NOT_FOUND (a message to acknowledge is not there), WEIR_E_INVALID_ARGUMENT (a MEMORY queue
 *           gets a push while a durable message is acknowledged; committed before), WEIR_E_LIMIT (no room in time),
 *           WEIR_E_NO_SPACE, WEIR_E_CLOSED, WEIR_E_READ_ONLY, WEIR_E_FORKED: nothing changed.
 *           WEIR_E_FAILED: it may or may not be there after the next open, whole.
 * Owns:     nothing.
 * Threads:  shared on store, exclusive on batch.
 * Blocks:   on disk when SYNC, and up to timeout_ms for room.
 * Since:    0.1
 */
WEIR_API weir_status weir_store_commit(weir_store* store, weir_batch* batch, uint32_t durability,
                                       int64_t timeout_ms, uint32_t* WEIR_NULLABLE out_level,
                                       weir_error* WEIR_NULLABLE err) WEIR_NOEXCEPT;

WEIR_NONNULL_END
#ifdef __cplusplus
}
#endif
#endif
