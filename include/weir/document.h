/*
 * weir/document.h: documents that a collection gave out.
 */
#ifndef WEIR_DOCUMENT_H
#define WEIR_DOCUMENT_H

#include <weir/base.h>

#ifdef __cplusplus
extern "C" {
#endif
WEIR_NONNULL_BEGIN

/* One or many documents, by index. IMMUTABLE. They stay as they were read, whatever happens to the collection. */
typedef struct weir_documents weir_documents;

/* What a document is. */
#define WEIR_DOCUMENT_JSON 0 /* an object, checked; given out as JSON */
#define WEIR_DOCUMENT_BYTES 1

/**
 * Counts the documents.
 *
 * Returns:  the count; 0 for NULL and what was freed.
 * Owns:     nothing.
 * Threads:  immutable: any threads at once.
 * Blocks:   no.
 * Since:    0.1
 */
WEIR_API size_t weir_documents_count(const weir_documents* WEIR_NULLABLE documents) WEIR_NOEXCEPT;

/**
 * Gives the key of a document.
 *
 * Returns:  zero-terminated text; NULL when index >= count.
 * Owns:     the library; a view.
 * Threads:  immutable: any threads at once.
 * Blocks:   no.
 * Since:    0.1
 */
WEIR_API const char* WEIR_NULLABLE weir_documents_key(const weir_documents* WEIR_NULLABLE documents,
                                                      size_t index) WEIR_NOEXCEPT;

/**
 * Gives a document: JSON text, bytes, or the stored form, as it was asked for.
 *
 * Returns:  the bytes; NULL when index >= count, and for a key without a document.
 * Owns:     the library; a view.
 * Threads:  immutable: any threads at once.
 * Blocks:   no.
 * Since:    0.1
 */
WEIR_API const void* WEIR_NULLABLE
weir_documents_data(const weir_documents* WEIR_NULLABLE documents, size_t index) WEIR_NOEXCEPT;

/**
 * Gives the size of what weir_documents_data gives.
 *
 * Returns:  bytes; 0 when index >= count.
 * Owns:     nothing.
 * Threads:  immutable: any threads at once.
 * Blocks:   no.
 * Since:    0.1
 */
WEIR_API size_t weir_documents_size(const weir_documents* WEIR_NULLABLE documents,
                                    size_t index) WEIR_NOEXCEPT;

/**
 * Tells the version of a document.
 *
 * Returns:  the version; 0 when index >= count, and for a key without a document.
 * Owns:     nothing.
 * Threads:  immutable: any threads at once.
 * Blocks:   no.
 * Since:    0.1
 */
WEIR_API uint64_t weir_documents_version(const weir_documents* WEIR_NULLABLE documents,
                                         size_t index) WEIR_NOEXCEPT;

/**
 * Tells when this version was written.
 *
 * Returns:  nanoseconds since 1970 UTC; 0 when index >= count.
 * Owns:     nothing.
 * Threads:  immutable: any threads at once.
 * Blocks:   no.
 * Since:    0.1
 */
WEIR_API int64_t weir_documents_written_at(const weir_documents* WEIR_NULLABLE documents,
                                           size_t index) WEIR_NOEXCEPT;

/**
 * Tells when a document is gone.
 *
 * Returns:  nanoseconds since 1970 UTC; 0 for never, and when index >= count.
 * Owns:     nothing.
 * Threads:  immutable: any threads at once.
 * Blocks:   no.
 * Since:    0.1
 */
WEIR_API int64_t weir_documents_expires_at(const weir_documents* WEIR_NULLABLE documents,
                                           size_t index) WEIR_NOEXCEPT;

/**
 * Tells what a document is.
 *
 * Returns:  WEIR_DOCUMENT_JSON or _BYTES; _JSON when index >= count.
 * Owns:     nothing.
 * Threads:  immutable: any threads at once.
 * Blocks:   no.
 * Since:    0.1
 */
WEIR_API uint32_t weir_documents_format(const weir_documents* WEIR_NULLABLE documents,
                                        size_t index) WEIR_NOEXCEPT;

/**
 * Gives the content type of a document.
 *
 * Returns:  zero-terminated text, "" for none; "application/json" for JSON; NULL when index >= count.
 * Owns:     the library; a view.
 * Threads:  immutable: any threads at once.
 * Blocks:   no.
 * Since:    0.1
 */
WEIR_API const char* WEIR_NULLABLE weir_documents_content_type(
    const weir_documents* WEIR_NULLABLE documents, size_t index) WEIR_NOEXCEPT;

/**
 * Reads one field of a document that was read as WEIR_READ_STORED, without decoding the rest.
 *
 * @param path  dotted, "address.city"; the first value it leads to.
 *
 * Returns:  WEIR_OK; WEIR_NOT_FOUND (no such field); WEIR_E_INVALID_ARGUMENT (also: index, a document that is bytes
 *           or was read as JSON), WEIR_E_CLOSED, WEIR_E_CORRUPT, WEIR_E_FORKED, WEIR_E_NO_MEMORY.
 * Owns:     the caller owns *out_json; release it with weir_blob_free.
 * Threads:  immutable: any threads at once.
 * Blocks:   no.
 * Since:    0.1
 */
WEIR_API weir_status weir_documents_field(const weir_documents* documents, size_t index,
                                          const char* path,
                                          weir_blob* WEIR_NULLABLE* WEIR_NONNULL out_json,
                                          weir_error* WEIR_NULLABLE err) WEIR_NOEXCEPT;

/**
 * Frees documents. NULL and what was freed before are accepted and ignored.
 *
 * Returns:  nothing.
 * Owns:     takes the documents.
 * Threads:  the last call on them.
 * Blocks:   no.
 * Since:    0.1
 */
WEIR_API void weir_documents_free(weir_documents* WEIR_NULLABLE documents) WEIR_NOEXCEPT;
WEIR_NONNULL_END
#ifdef __cplusplus
}
#endif
#endif
