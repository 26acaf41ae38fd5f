/*
 * weir/collection.h: a persistent collection of documents under keys, with filters, indexes and scans.
 *
 * A document is a JSON object or bytes with a content type. Every change gives it a new version, a number that only
 * rises; versions are what compare-and-set, pages and scans go by. A change is visible once it is as durable as its
 * call asked for. A collection is loaded at its first use; what does not fit the store's memory is read back from disk.
 */
#ifndef WEIR_COLLECTION_H
#define WEIR_COLLECTION_H

#include <weir/base.h>
#include <weir/document.h>
#include <weir/store.h>

#ifdef __cplusplus
extern "C" {
#endif
WEIR_NONNULL_BEGIN

/* An open collection. SHARED. Several handles of one collection may be open. */
typedef struct weir_collection weir_collection;

/* A scan of a collection as it was at one moment. EXCLUSIVE. Blocks no writer; keeps its collection alive. */
typedef struct weir_cursor weir_cursor;

/* In the log and on disk; survives crashes as its calls say. */
#define WEIR_COLLECTION_DURABLE 0
/* Not in the log; spills to scratch files; saved at a clean close, empty after a crash. */
#define WEIR_COLLECTION_MEMORY 1

/* How far a collection is in memory. */
#define WEIR_COLLECTION_UNLOADED 0 /* not used yet: only its metadata is in memory */
#define WEIR_COLLECTION_LOADING 1
#define WEIR_COLLECTION_LOADED 2
#define WEIR_COLLECTION_DIRTY 3 /* loaded, with changes that are not on stable storage yet */

/* What has to be there for a put. */
#define WEIR_PUT_UPSERT 0  /* anything */
#define WEIR_PUT_INSERT 1  /* no document: else WEIR_CONFLICT */
#define WEIR_PUT_REPLACE 2 /* a document: else WEIR_NOT_FOUND */

/* How documents are given out. */
#define WEIR_READ_JSON 0   /* JSON documents as text */
#define WEIR_READ_STORED 1 /* as they are stored: for weir_documents_field, and much faster */

/* Always start from weir_collection_options_init. */
typedef struct weir_collection_options {
  uint32_t struct_size;
  /* WEIR_COLLECTION_DURABLE (default) or _MEMORY, fixed at creation; in mem: it is _MEMORY */
  uint32_t kind;
  /* Save (weir_collection_save) in the background this often while the handle is open; 0 (default): never; up to a day */
  uint32_t save_interval_ms;
  uint8_t create; /* 1 (default): make the collection when missing */
  /* 1: accept an existing collection of either kind; 0 (default): refuse another with EXISTS */
  uint8_t existing_kind;
  uint8_t reserved[2]; /* zero */
} weir_collection_options;

/* How a document is put. Always start from weir_put_options_init. */
typedef struct weir_put_options {
  uint32_t struct_size;
  uint32_t durability; /* WEIR_DURABILITY_*, default DEFAULT */
  /* Wait for memory or log space: 0 (default) does not, negative without limit */
  int64_t timeout_ms;
  /* The document is gone this long after the call; 0 (default): never; up to ten years */
  int64_t ttl_ms;
  uint64_t expected_version; /* put only over this version; 0 (default): any */
  /* Of bytes: up to 255 bytes of UTF-8 without control characters, or NULL (default) */
  const char* WEIR_NULLABLE content_type;
  uint32_t mode;   /* WEIR_PUT_* */
  uint32_t format; /* WEIR_DOCUMENT_JSON (default) or _BYTES */
} weir_put_options;

/* What a put did. Set struct_size before the call. */
typedef struct weir_put_result {
  uint32_t struct_size;
  uint32_t level;         /* WEIR_DURABILITY_MEMORY or _SYNC: reached by the time of return */
  uint64_t version;       /* of the (last) document */
  uint64_t count;         /* documents put */
  uint64_t generated_key; /* insert: the key is the decimal text of this number */
} weir_put_result;

/* How a document is removed. Always start from weir_remove_options_init. */
typedef struct weir_remove_options {
  uint32_t struct_size;
  uint32_t durability;       /* WEIR_DURABILITY_*, default DEFAULT */
  uint64_t expected_version; /* remove only this version; 0 (default): any */
} weir_remove_options;

/* What find gives out. Always start from weir_find_options_init. */
typedef struct weir_find_options {
  uint32_t struct_size;
  uint32_t form;      /* WEIR_READ_* */
  uint64_t count_max; /* of one page, from 1 to 100000; default 1000 */
  uint64_t bytes_max; /* of one page, but one document at least; default 16 MiB */
  uint64_t after;     /* 0 (default): the first page; else what the page before gave in out_next */
} weir_find_options;

/* Counts of one collection. Set struct_size before the call. */
typedef struct weir_collection_statistics {
  uint32_t struct_size;
  uint32_t kind;  /* WEIR_COLLECTION_DURABLE or _MEMORY */
  uint32_t state; /* WEIR_COLLECTION_UNLOADED to _DIRTY */
  uint32_t index_count;
  uint64_t document_count;
  uint64_t put_count; /* since the store was opened, as all below */
  uint64_t remove_count;
  uint64_t hit_count;     /* point reads served from memory ... */
  uint64_t miss_count;    /* ... and from disk */
  uint64_t expired_count; /* documents whose time to live ran out */
  uint64_t
      evicted_bytes;     /* dropped from memory because they can be read back; of the whole store */
  uint64_t memory_bytes; /* of documents in memory */
  uint64_t directory_bytes; /* of keys in memory */
  uint64_t index_bytes;     /* of indexes in memory */
  uint64_t disk_bytes;      /* of frames on disk that still hold a live document */
  uint64_t next_version;    /* the version that the next change will get */
} weir_collection_statistics;

/**
 * Writes the defaults into options.
 *
 * @param struct_size  sizeof(weir_collection_options) as the caller knows it.
 *
 * Returns:  WEIR_OK; WEIR_E_INVALID_ARGUMENT when options is NULL or struct_size is not from 8 to 4096.
 * Owns:     nothing.
 * Threads:  exclusive on options.
 * Blocks:   no.
 * Since:    0.1
 */
WEIR_API weir_status weir_collection_options_init(weir_collection_options* options,
                                                  size_t struct_size) WEIR_NOEXCEPT;

/**
 * Writes the defaults into options.
 *
 * @param struct_size  sizeof(weir_put_options) as the caller knows it.
 *
 * Returns:  WEIR_OK; WEIR_E_INVALID_ARGUMENT when options is NULL or struct_size is not from 8 to 4096.
 * Owns:     nothing.
 * Threads:  exclusive on options.
 * Blocks:   no.
 * Since:    0.1
 */
WEIR_API weir_status weir_put_options_init(weir_put_options* options,
                                           size_t struct_size) WEIR_NOEXCEPT;

/**
 * Writes the defaults into options.
 *
 * @param struct_size  sizeof(weir_remove_options) as the caller knows it.
 *
 * Returns:  WEIR_OK; WEIR_E_INVALID_ARGUMENT when options is NULL or struct_size is not from 8 to 4096.
 * Owns:     nothing.
 * Threads:  exclusive on options.
 * Blocks:   no.
 * Since:    0.1
 */
WEIR_API weir_status weir_remove_options_init(weir_remove_options* options,
                                              size_t struct_size) WEIR_NOEXCEPT;

/**
 * Writes the defaults into options.
 *
 * @param struct_size  sizeof(weir_find_options) as the caller knows it.
 *
 * Returns:  WEIR_OK; WEIR_E_INVALID_ARGUMENT when options is NULL or struct_size is not from 8 to 4096.
 * Owns:     nothing.
 * Threads:  exclusive on options.
 * Blocks:   no.
 * Since:    0.1
 */
WEIR_API weir_status weir_find_options_init(weir_find_options* options,
                                            size_t struct_size) WEIR_NOEXCEPT;

/**
 * Sets one option by the name of its field, from text.
 *
 * @param name  "kind", "save_interval_ms", "create", "existing_kind".
 * @param value  durable or memory; milliseconds; 0, 1, true, false.
 *
 * Returns:  WEIR_OK; WEIR_E_INVALID_ARGUMENT with the name, the value and what would be right.
 * Owns:     nothing.
 * Threads:  exclusive on options.
 * Blocks:   no.
 * Since:    0.1
 */
WEIR_API weir_status weir_collection_options_set(weir_collection_options* options, const char* name,
                                                 const char* value,
                                                 weir_error* WEIR_NULLABLE err) WEIR_NOEXCEPT;

/**
 * Opens a collection, making it when it is missing. Its documents are not loaded before their first use.
 *
 * @param name  1 to 255 bytes of UTF-8 without control characters.
 * @param options  (nullable) NULL takes the defaults.
 * @param out  set to NULL on failure.
 *
 * Returns:  WEIR_OK; WEIR_NOT_FOUND (missing and create is 0); WEIR_E_EXISTS (it is of another kind),
 *           WEIR_E_INVALID_ARGUMENT, WEIR_E_CLOSED, WEIR_E_FORKED, WEIR_E_NO_SPACE, WEIR_E_READ_ONLY, WEIR_E_LIMIT,
 *           WEIR_E_FAILED, WEIR_E_NO_MEMORY.
 * Owns:     the caller owns *out; release it with weir_collection_close.
 * Threads:  shared.
 * Blocks:   on disk when the collection is new.
 * Since:    0.1
 */
WEIR_API weir_status weir_collection_open(weir_store* store, const char* name,
                                          const weir_collection_options* WEIR_NULLABLE options,
                                          weir_collection* WEIR_NULLABLE* WEIR_NONNULL out,
                                          weir_error* WEIR_NULLABLE err) WEIR_NOEXCEPT;

/**
 * Closes a handle. Calls in progress on it end with WEIR_E_CLOSED; its cursors, too.
 *
 * Returns:  WEIR_OK, also for NULL; WEIR_E_CLOSED when closed before; WEIR_E_INVALID_ARGUMENT, WEIR_E_FORKED.
 * Owns:     takes the handle.
 * Threads:  the last call on the handle.
 * Blocks:   until calls in progress have ended; on disk when it was the last handle of the store.
 * Since:    0.1
 */
WEIR_API weir_status weir_collection_close(weir_collection* WEIR_NULLABLE collection,
                                           weir_error* WEIR_NULLABLE err) WEIR_NOEXCEPT;

/**
 * Removes a collection with all its documents, durably. Its open handles get WEIR_E_CLOSED.
 *
 * Returns:  WEIR_OK; WEIR_NOT_FOUND; WEIR_E_INVALID_ARGUMENT, WEIR_E_CLOSED, WEIR_E_FORKED, WEIR_E_NO_SPACE,
 *           WEIR_E_READ_ONLY, WEIR_E_FAILED.
 * Owns:     nothing.
 * Threads:  shared.
 * Blocks:   on disk.
 * Since:    0.1
 */
WEIR_API weir_status weir_collection_drop(weir_store* store, const char* name,
                                          weir_error* WEIR_NULLABLE err) WEIR_NOEXCEPT;

/**
 * Lists the collections of a store, sorted by byte.
 *
 * Returns:  WEIR_OK; WEIR_E_INVALID_ARGUMENT, WEIR_E_CLOSED, WEIR_E_FORKED, WEIR_E_NO_MEMORY.
 * Owns:     the caller owns *out; release it with weir_names_free.
 * Threads:  shared.
 * Blocks:   no.
 * Since:    0.1
 */
WEIR_API weir_status weir_collection_list(weir_store* store,
                                          weir_names* WEIR_NULLABLE* WEIR_NONNULL out,
                                          weir_error* WEIR_NULLABLE err) WEIR_NOEXCEPT;

/**
 * Puts a document under a key, in the place of the one that is there.
 *
 * @param key  1 to 1024 bytes of UTF-8 without control characters.
 * @param data  JSON, or any bytes, as options say; may be NULL when size is 0.
 * @param options  (nullable) NULL takes the defaults.
 * @param out  (nullable) out->struct_size says how much of it may be written; not on a failure.
 *
 * Returns:  WEIR_OK; WEIR_CONFLICT, WEIR_NOT_FOUND (mode and expected_version do not fit what is there: nothing
 *           changed); WEIR_E_INVALID_ARGUMENT, WEIR_E_CLOSED, WEIR_E_FORKED, WEIR_E_TOO_LARGE, WEIR_E_LIMIT (no room
 *           in time), WEIR_E_NO_SPACE, WEIR_E_READ_ONLY: nothing changed. WEIR_E_FAILED: it may or may not be there
 *           after the next open.
 * Owns:     nothing; data is copied.
 * Threads:  shared.
 * Blocks:   on disk when SYNC, at the first use of the collection, and up to timeout_ms for room.
 * Since:    0.1
 */
WEIR_API weir_status weir_collection_put(weir_collection* collection, const char* key,
                                         const void* WEIR_NULLABLE data, size_t size,
                                         const weir_put_options* WEIR_NULLABLE options,
                                         weir_put_result* WEIR_NULLABLE out,
                                         weir_error* WEIR_NULLABLE err) WEIR_NOEXCEPT;

/**
 * Puts a document under a key of its own, from a counter that goes on after restarts and gives no key twice.
 *
 * @param options  (nullable) mode and expected_version are not used.
 * @param out  out->generated_key is the key.
 *
 * Returns:  as weir_collection_put.
 * Owns:     nothing; data is copied.
 * Threads:  shared.
 * Blocks:   as weir_collection_put.
 * Since:    0.1
 */
WEIR_API weir_status weir_collection_insert(weir_collection* collection,
                                            const void* WEIR_NULLABLE data, size_t size,
                                            const weir_put_options* WEIR_NULLABLE options,
                                            weir_put_result* out,
                                            weir_error* WEIR_NULLABLE err) WEIR_NOEXCEPT;

/**
 * Changes fields of a JSON document by a merge patch (RFC 7396): fields of the patch replace, objects are merged,
 * null removes. Other changes of the document meanwhile are not lost. It keeps its expiry unless ttl_ms is set.
 *
 * @param patch  a JSON object.
 * @param options  (nullable) mode and format are not used.
 *
 * Returns:  WEIR_OK; WEIR_NOT_FOUND, WEIR_CONFLICT (expected_version); WEIR_E_INVALID_ARGUMENT, WEIR_E_CLOSED,
 *           WEIR_E_FORKED (also: the document is bytes), WEIR_E_TOO_LARGE, WEIR_E_CORRUPT, WEIR_E_IO,
 *           WEIR_E_NO_MEMORY, WEIR_E_LIMIT (no room in time), WEIR_E_NO_SPACE, WEIR_E_READ_ONLY: nothing changed.
 *           WEIR_E_FAILED: it may or may not be there after the next open.
 * Owns:     nothing.
 * Threads:  shared.
 * Blocks:   as weir_collection_put.
 * Since:    0.1
 */
WEIR_API weir_status weir_collection_update(weir_collection* collection, const char* key,
                                            const void* patch, size_t patch_size,
                                            const weir_put_options* WEIR_NULLABLE options,
                                            weir_put_result* WEIR_NULLABLE out,
                                            weir_error* WEIR_NULLABLE err) WEIR_NOEXCEPT;

/**
 * Puts 1 to 1000 documents, all or none.
 *
 * @param keys  count zero-terminated keys one behind the other, each once; keys_size bytes with their zeros.
 * @param sizes  of the documents, which lie in data one behind the other.
 * @param options  (nullable) for each of them; expected_version must be 0.
 *
 * Returns:  as weir_collection_put.
 * Owns:     nothing; data is copied.
 * Threads:  shared.
 * Blocks:   as weir_collection_put.
 * Since:    0.1
 */
WEIR_API weir_status weir_collection_put_many(weir_collection* collection, const char* keys,
                                              size_t keys_size, const void* WEIR_NULLABLE data,
                                              size_t data_size, const uint32_t* sizes, size_t count,
                                              const weir_put_options* WEIR_NULLABLE options,
                                              weir_put_result* WEIR_NULLABLE out,
                                              weir_error* WEIR_NULLABLE err) WEIR_NOEXCEPT;

/**
 * Reads the document under a key.
 *
 * @param form  WEIR_READ_JSON or _STORED.
 * @param out  one document, at index 0; set to NULL unless the result is WEIR_OK.
 *
 * Returns:  WEIR_OK; WEIR_NOT_FOUND; WEIR_E_INVALID_ARGUMENT, WEIR_E_CLOSED, WEIR_E_FORKED, WEIR_E_FAILED,
 *           WEIR_E_CORRUPT, WEIR_E_IO, WEIR_E_NO_MEMORY.
 * Owns:     the caller owns *out; release it with weir_documents_free.
 * Threads:  shared.
 * Blocks:   on disk when it is not in memory.
 * Since:    0.1
 */
WEIR_API weir_status weir_collection_get(weir_collection* collection, const char* key,
                                         uint32_t form,
                                         weir_documents* WEIR_NULLABLE* WEIR_NONNULL out,
                                         weir_error* WEIR_NULLABLE err) WEIR_NOEXCEPT;

/**
 * Reads 1 to 1000 documents as of one moment, in the order of their keys in the call.
 *
 * @param keys  as in weir_collection_put_many; may repeat.
 * @param out  count documents; what is not there has version 0.
 *
 * Returns:  WEIR_OK; WEIR_E_INVALID_ARGUMENT, WEIR_E_CLOSED, WEIR_E_FORKED, WEIR_E_FAILED, WEIR_E_CORRUPT,
 *           WEIR_E_IO, WEIR_E_NO_MEMORY.
 * Owns:     the caller owns *out; release it with weir_documents_free.
 * Threads:  shared.
 * Blocks:   on disk when they are not in memory.
 * Since:    0.1
 */
WEIR_API weir_status weir_collection_get_many(weir_collection* collection, const char* keys,
                                              size_t keys_size, size_t count, uint32_t form,
                                              weir_documents* WEIR_NULLABLE* WEIR_NONNULL out,
                                              weir_error* WEIR_NULLABLE err) WEIR_NOEXCEPT;

/**
 * Removes the document under a key.
 *
 * @param options  (nullable) NULL takes the defaults.
 * @param out_level  (nullable) the level reached.
 *
 * Returns:  WEIR_OK; WEIR_NOT_FOUND, WEIR_CONFLICT (another version is there: nothing changed);
 *           WEIR_E_INVALID_ARGUMENT, WEIR_E_CLOSED, WEIR_E_FORKED, WEIR_E_NO_SPACE, WEIR_E_READ_ONLY,
 *           WEIR_E_CORRUPT, WEIR_E_IO, WEIR_E_NO_MEMORY, WEIR_E_FAILED.
 * Owns:     nothing.
 * Threads:  shared.
 * Blocks:   on disk when SYNC, and at the first use of the collection.
 * Since:    0.1
 */
WEIR_API weir_status weir_collection_remove(weir_collection* collection, const char* key,
                                            const weir_remove_options* WEIR_NULLABLE options,
                                            uint32_t* WEIR_NULLABLE out_level,
                                            weir_error* WEIR_NULLABLE err) WEIR_NOEXCEPT;

/**
 * Removes the documents under 1 to 1000 keys in one step. Keys that are not there are left out.
 *
 * @param keys  as in weir_collection_put_many; may repeat.
 * @param out_count  (nullable) how many were removed.
 *
 * Returns:  as weir_collection_remove; WEIR_NOT_FOUND when none was there.
 * Owns:     nothing.
 * Threads:  shared.
 * Blocks:   as weir_collection_remove.
 * Since:    0.1
 */
WEIR_API weir_status weir_collection_remove_many(weir_collection* collection, const char* keys,
                                                 size_t keys_size, size_t count,
                                                 uint32_t durability,
                                                 uint64_t* WEIR_NULLABLE out_count,
                                                 uint32_t* WEIR_NULLABLE out_level,
                                                 weir_error* WEIR_NULLABLE err) WEIR_NOEXCEPT;

/**
 * Counts documents: all of them at once, those that match a filter by looking.
 *
 * @param filter  (nullable) see weir_collection_find.
 *
 * Returns:  WEIR_OK; WEIR_E_INVALID_ARGUMENT, WEIR_E_CLOSED, WEIR_E_FORKED, WEIR_E_FAILED, WEIR_E_CORRUPT,
 *           WEIR_E_IO, WEIR_E_NO_MEMORY.
 * Owns:     nothing.
 * Threads:  shared.
 * Blocks:   on disk when a filter has to look at documents that are not in memory.
 * Since:    0.1
 */
WEIR_API weir_status weir_collection_count(weir_collection* collection,
                                           const char* WEIR_NULLABLE filter, uint64_t* out,
                                           weir_error* WEIR_NULLABLE err) WEIR_NOEXCEPT;

/**
 * Gives one page of the documents that match a filter, the oldest version first. An index makes it faster and never
 * changes the answer.
 *
 * A filter is a JSON object: {"age": {"gte": 18, "lt": 65}, "tags": "x", "or": [{"city": {"in": ["A", "B"]}},
 * {"name": {"prefix": "Al", "fold": true}}]}. All members must hold; a value is compared for equality; operators are
 * eq, ne, lt, lte, gt, gte, in, prefix, exists, not; "fold" compares texts without case; "and", "or", "not" combine.
 * Paths are dotted, lists match by any element. Documents that are bytes match only the empty filter. A document that
 * changes between two pages may come again, none is left out; for one moment's view use a cursor.
 *
 * @param filter  (nullable) NULL and "" match every document.
 * @param options  (nullable) NULL takes the defaults.
 * @param out_next  (nullable) 0 when there are no more documents; else options.after of the next page.
 *
 * Returns:  WEIR_OK, also when the page is empty; WEIR_E_INVALID_ARGUMENT, WEIR_E_CLOSED, WEIR_E_FORKED (also: what
 *           is wrong with the filter), WEIR_E_FAILED, WEIR_E_CORRUPT, WEIR_E_IO, WEIR_E_NO_MEMORY.
 * Owns:     the caller owns *out; release it with weir_documents_free.
 * Threads:  shared.
 * Blocks:   on disk.
 * Since:    0.1
 */
WEIR_API weir_status weir_collection_find(weir_collection* collection,
                                          const char* WEIR_NULLABLE filter,
                                          const weir_find_options* WEIR_NULLABLE options,
                                          weir_documents* WEIR_NULLABLE* WEIR_NONNULL out,
                                          uint64_t* WEIR_NULLABLE out_next,
                                          weir_error* WEIR_NULLABLE err) WEIR_NOEXCEPT;

/**
 * Makes an index on a field path, durably. Its contents are built at the next search and kept in memory; an index only
 * ever changes how fast a search is.
 *
 * @param path  dotted, 1 to 1024 bytes, as in filters; lists are indexed by each element.
 * @param fold  1: texts without case, for filters that fold; 0: as they are.
 *
 * Returns:  WEIR_OK; WEIR_E_EXISTS, WEIR_E_LIMIT (64 indexes), WEIR_E_INVALID_ARGUMENT, WEIR_E_NO_SPACE,
 *           WEIR_E_READ_ONLY, WEIR_E_CLOSED, WEIR_E_FAILED, WEIR_E_FORKED, WEIR_E_NO_MEMORY.
 * Owns:     nothing.
 * Threads:  shared.
 * Blocks:   on disk.
 * Since:    0.1
 */
WEIR_API weir_status weir_collection_index_create(weir_collection* collection, const char* path,
                                                  uint8_t fold,
                                                  weir_error* WEIR_NULLABLE err) WEIR_NOEXCEPT;

/**
 * Removes an index, durably.
 *
 * Returns:  WEIR_OK; WEIR_NOT_FOUND; as weir_collection_index_create.
 * Owns:     nothing.
 * Threads:  shared.
 * Blocks:   on disk.
 * Since:    0.1
 */
WEIR_API weir_status weir_collection_index_drop(weir_collection* collection, const char* path,
                                                uint8_t fold,
                                                weir_error* WEIR_NULLABLE err) WEIR_NOEXCEPT;

/**
 * Builds the contents of an index anew, now. Searches meanwhile do without it.
 *
 * Returns:  WEIR_OK; WEIR_NOT_FOUND; WEIR_E_BUSY (it is being built), WEIR_E_INVALID_ARGUMENT, WEIR_E_CLOSED,
 *           WEIR_E_CORRUPT, WEIR_E_IO, WEIR_E_NO_MEMORY, WEIR_E_FAILED, WEIR_E_FORKED.
 * Owns:     nothing.
 * Threads:  shared.
 * Blocks:   on disk.
 * Since:    0.1
 */
WEIR_API weir_status weir_collection_index_rebuild(weir_collection* collection, const char* path,
                                                   uint8_t fold,
                                                   weir_error* WEIR_NULLABLE err) WEIR_NOEXCEPT;

/**
 * Lists the indexes by path, sorted by byte; those without case have " fold" behind the path.
 *
 * Returns:  WEIR_OK; WEIR_E_INVALID_ARGUMENT, WEIR_E_CLOSED, WEIR_E_FORKED, WEIR_E_NO_MEMORY.
 * Owns:     the caller owns *out; release it with weir_names_free.
 * Threads:  shared.
 * Blocks:   no.
 * Since:    0.1
 */
WEIR_API weir_status weir_collection_index_list(weir_collection* collection,
                                                weir_names* WEIR_NULLABLE* WEIR_NONNULL out,
                                                weir_error* WEIR_NULLABLE err) WEIR_NOEXCEPT;

/**
 * Reads the collection's counts.
 *
 * @param out  out->struct_size says how much of it may be written.
 *
 * Returns:  WEIR_OK; WEIR_E_INVALID_ARGUMENT, WEIR_E_CLOSED, WEIR_E_FORKED.
 * Owns:     nothing.
 * Threads:  shared.
 * Blocks:   no.
 * Since:    0.1
 */
WEIR_API weir_status weir_collection_stats(weir_collection* collection,
                                           weir_collection_statistics* out,
                                           weir_error* WEIR_NULLABLE err) WEIR_NOEXCEPT;

/**
 * Syncs everything accepted so far, removes what has expired, and moves what still lives in the log to segment files.
 *
 * Returns:  WEIR_OK; WEIR_E_INVALID_ARGUMENT, WEIR_E_CLOSED, WEIR_E_FORKED, WEIR_E_NO_SPACE, WEIR_E_READ_ONLY,
 *           WEIR_E_FAILED, WEIR_E_CORRUPT, WEIR_E_IO, WEIR_E_NO_MEMORY.
 * Owns:     nothing.
 * Threads:  shared.
 * Blocks:   on disk.
 * Since:    0.1
 */
WEIR_API weir_status weir_collection_save(weir_collection* collection,
                                          weir_error* WEIR_NULLABLE err) WEIR_NOEXCEPT;

/**
 * Opens a scan of the documents that match a filter, as they are now, in the order of their versions. It takes the
 * memory of one stretch of documents. Changes meanwhile are not seen; when a million documents were replaced or
 * removed, the oldest scan ends with WEIR_E_LIMIT.
 *
 * @param filter  (nullable) see weir_collection_find.
 * @param form  WEIR_READ_JSON or _STORED.
 * @param out  set to NULL on failure.
 *
 * Returns:  WEIR_OK; WEIR_E_INVALID_ARGUMENT, WEIR_E_CLOSED, WEIR_E_FORKED, WEIR_E_FAILED, WEIR_E_NO_MEMORY.
 * Owns:     the caller owns *out; release it with weir_cursor_close.
 * Threads:  shared.
 * Blocks:   no.
 * Since:    0.1
 */
WEIR_API weir_status weir_cursor_open(weir_collection* collection, const char* WEIR_NULLABLE filter,
                                      uint32_t form, weir_cursor* WEIR_NULLABLE* WEIR_NONNULL out,
                                      weir_error* WEIR_NULLABLE err) WEIR_NOEXCEPT;

/**
 * Gives the next documents of a scan.
 *
 * @param count_max  from 1 to 100000.
 * @param bytes_max  stop before documents exceed it; one always fits.
 * @param out  set to NULL unless the result is WEIR_OK.
 *
 * Returns:  WEIR_OK; WEIR_END; WEIR_E_LIMIT (the snapshot is gone: open another cursor), WEIR_E_INVALID_ARGUMENT,
 *           WEIR_E_CLOSED, WEIR_E_FORKED, WEIR_E_CORRUPT, WEIR_E_IO, WEIR_E_NO_MEMORY.
 * Owns:     the caller owns *out; release it with weir_documents_free.
 * Threads:  exclusive.
 * Blocks:   on disk.
 * Since:    0.1
 */
WEIR_API weir_status weir_cursor_next(weir_cursor* cursor, size_t count_max, uint64_t bytes_max,
                                      weir_documents* WEIR_NULLABLE* WEIR_NONNULL out,
                                      weir_error* WEIR_NULLABLE err) WEIR_NOEXCEPT;

/**
 * Ends a scan, wherever it is, and frees what it kept.
 *
 * Returns:  WEIR_OK, also for NULL; WEIR_E_CLOSED when closed before; WEIR_E_INVALID_ARGUMENT, WEIR_E_FORKED.
 * Owns:     takes the cursor.
 * Threads:  the last call on it.
 * Blocks:   no.
 * Since:    0.1
 */
WEIR_API weir_status weir_cursor_close(weir_cursor* WEIR_NULLABLE cursor,
                                       weir_error* WEIR_NULLABLE err) WEIR_NOEXCEPT;

WEIR_NONNULL_END
#ifdef __cplusplus
}
#endif
#endif
