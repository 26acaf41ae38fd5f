/*
 * weir/message.h: messages as they come out of a queue, and headers as they go in.
 */
#ifndef WEIR_MESSAGE_H
#define WEIR_MESSAGE_H

#include <weir/base.h>

#ifdef __cplusplus
extern "C" {
#endif
WEIR_NONNULL_BEGIN

/* One delivered or peeked message. IMMUTABLE. Keeps its bytes alive (and counted against the store's memory budget)
 * until freed; it may outlive queue and store handles. */
typedef struct weir_message weir_message;

/* Several messages taken in one call. IMMUTABLE. */
typedef struct weir_messages weir_messages;

/* Headers to send with a message: names and values, built once and used for any number of pushes. EXCLUSIVE while
 * it is changed, IMMUTABLE otherwise. */
typedef struct weir_headers weir_headers;

/**
 * Gives the payload. It lives until the message is freed.
 *
 * Returns:  the bytes (not NULL, even when the size is 0); NULL for a NULL or freed message.
 * Owns:     the library; a view.
 * Threads:  immutable: any threads at once.
 * Blocks:   no.
 * Since:    0.1
 */
WEIR_API const void* WEIR_NULLABLE weir_message_data(const weir_message* WEIR_NULLABLE message)
    WEIR_NOEXCEPT;

/**
 * Gives the payload's size in bytes.
 *
 * Returns:  the size; 0 for a NULL or freed message.
 * Owns:     nothing.
 * Threads:  immutable: any threads at once.
 * Blocks:   no.
 * Since:    0.1
 */
WEIR_API size_t weir_message_size(const weir_message* WEIR_NULLABLE message) WEIR_NOEXCEPT;

/**
 * Gives the message's id in its queue: from 1, below 2^63, ascending in push order, never used twice.
 *
 * Returns:  the id; 0 for a NULL or freed message.
 * Owns:     nothing.
 * Threads:  immutable: any threads at once.
 * Blocks:   no.
 * Since:    0.1
 */
WEIR_API uint64_t weir_message_id(const weir_message* WEIR_NULLABLE message) WEIR_NOEXCEPT;

/**
 * Tells how often the message was delivered, this time included: 1 at the first delivery, 0 for a peeked message that
 * never was. It may count too low after a crash, never too high.
 *
 * Returns:  the count; 0 for a NULL or freed message.
 * Owns:     nothing.
 * Threads:  immutable: any threads at once.
 * Blocks:   no.
 * Since:    0.1
 */
WEIR_API uint32_t weir_message_delivery_count(const weir_message* WEIR_NULLABLE message)
    WEIR_NOEXCEPT;

/**
 * Tells whether the message may have been delivered before. After a crash it may be set falsely, it is never missing.
 *
 * Returns:  1 or 0; 0 for a NULL or freed message.
 * Owns:     nothing.
 * Threads:  immutable: any threads at once.
 * Blocks:   no.
 * Since:    0.1
 */
WEIR_API uint8_t weir_message_redelivered(const weir_message* WEIR_NULLABLE message) WEIR_NOEXCEPT;

/**
 * Tells when the message was pushed, by the wall clock of the machine, to a few milliseconds.
 *
 * Returns:  nanoseconds since 1970 UTC; 0 for a NULL or freed message.
 * Owns:     nothing.
 * Threads:  immutable: any threads at once.
 * Blocks:   no.
 * Since:    0.1
 */
WEIR_API int64_t weir_message_enqueued_at(const weir_message* WEIR_NULLABLE message) WEIR_NOEXCEPT;

/**
 * Gives the content type as the producer gave it.
 *
 * Returns:  zero-terminated text, "" when there is none; it lives until the message is freed.
 * Owns:     the library; a view.
 * Threads:  immutable: any threads at once.
 * Blocks:   no.
 * Since:    0.1
 */
WEIR_API const char* weir_message_content_type(const weir_message* WEIR_NULLABLE message)
    WEIR_NOEXCEPT;

/**
 * Counts the headers.
 *
 * Returns:  the count; 0 for a NULL or freed message.
 * Owns:     nothing.
 * Threads:  immutable: any threads at once.
 * Blocks:   no.
 * Since:    0.1
 */
WEIR_API size_t weir_message_header_count(const weir_message* WEIR_NULLABLE message) WEIR_NOEXCEPT;

/**
 * Gives the header at `index`, in the order in which they were set.
 *
 * @param out_name   zero-terminated.
 * @param out_value  a zero byte follows the value, so that text can be printed.
 *
 * Returns:  WEIR_OK; WEIR_END when index >= count; WEIR_E_INVALID_ARGUMENT for NULL.
 * Owns:     the library; views that live until the message is freed.
 * Threads:  immutable: any threads at once.
 * Blocks:   no.
 * Since:    0.1
 */
WEIR_API weir_status weir_message_header_at(const weir_message* message, size_t index,
                                            const char* WEIR_NULLABLE* WEIR_NONNULL out_name,
                                            const void* WEIR_NULLABLE* WEIR_NONNULL out_value,
                                            size_t* out_value_size) WEIR_NOEXCEPT;

/**
 * Finds a header by its exact name.
 *
 * Returns:  WEIR_OK; WEIR_NOT_FOUND; WEIR_E_INVALID_ARGUMENT for NULL.
 * Owns:     the library; a view that lives until the message is freed.
 * Threads:  immutable: any threads at once.
 * Blocks:   no.
 * Since:    0.1
 */
WEIR_API weir_status weir_message_header(const weir_message* message, const char* name,
                                         const void* WEIR_NULLABLE* WEIR_NONNULL out_value,
                                         size_t* out_value_size) WEIR_NOEXCEPT;

/**
 * Frees a message. It does not acknowledge it. NULL, a message freed before, and a message that belongs to a
 * weir_messages are accepted and ignored.
 *
 * Returns:  nothing.
 * Owns:     takes the message.
 * Threads:  the last call on it.
 * Blocks:   no.
 * Since:    0.1
 */
WEIR_API void weir_message_free(weir_message* WEIR_NULLABLE message) WEIR_NOEXCEPT;

/**
 * Counts the messages of a batch.
 *
 * Returns:  the count; 0 for NULL or a freed batch.
 * Owns:     nothing.
 * Threads:  immutable: any threads at once.
 * Blocks:   no.
 * Since:    0.1
 */
WEIR_API size_t weir_messages_count(const weir_messages* WEIR_NULLABLE messages) WEIR_NOEXCEPT;

/**
 * Gives one message of a batch, in delivery order.
 *
 * Returns:  the message, which lives until weir_messages_free; NULL when index >= count.
 * Owns:     the batch; a view. Do not free it.
 * Threads:  immutable: any threads at once.
 * Blocks:   no.
 * Since:    0.1
 */
WEIR_API const weir_message* WEIR_NULLABLE
weir_messages_at(const weir_messages* WEIR_NULLABLE messages, size_t index) WEIR_NOEXCEPT;

/**
 * Frees a batch of messages. It does not acknowledge them. NULL and a batch freed before are accepted and ignored.
 *
 * Returns:  nothing.
 * Owns:     takes the batch.
 * Threads:  the last call on it.
 * Blocks:   no.
 * Since:    0.1
 */
WEIR_API void weir_messages_free(weir_messages* WEIR_NULLABLE messages) WEIR_NOEXCEPT;

/**
 * Makes an empty set of headers.
 *
 * Returns:  WEIR_OK; WEIR_E_NO_MEMORY.
 * Owns:     the caller owns *out; release it with weir_headers_free.
 * Threads:  any.
 * Blocks:   no.
 * Since:    0.1
 */
WEIR_API weir_status weir_headers_create(weir_headers* WEIR_NULLABLE* WEIR_NONNULL out,
                                         weir_error* WEIR_NULLABLE err) WEIR_NOEXCEPT;

/**
 * Sets a header, replacing one of the same name in its place.
 *
 * @param name   1 to 255 bytes of UTF-8 without control characters.
 * @param value  any bytes; all names and values together have at most 64 KiB.
 *
 * Returns:  WEIR_OK; WEIR_E_INVALID_ARGUMENT, WEIR_E_TOO_LARGE: nothing changed.
 * Owns:     nothing; name and value are copied.
 * Threads:  exclusive.
 * Blocks:   no.
 * Since:    0.1
 */
WEIR_API weir_status weir_headers_set(weir_headers* headers, const char* name,
                                      const void* WEIR_NULLABLE value, size_t value_size,
                                      weir_error* WEIR_NULLABLE err) WEIR_NOEXCEPT;

/**
 * Removes all headers.
 *
 * Returns:  WEIR_OK; WEIR_E_INVALID_ARGUMENT for NULL, WEIR_E_CLOSED when freed before.
 * Owns:     nothing.
 * Threads:  exclusive.
 * Blocks:   no.
 * Since:    0.1
 */
WEIR_API weir_status weir_headers_clear(weir_headers* headers,
                                        weir_error* WEIR_NULLABLE err) WEIR_NOEXCEPT;

/**
 * Frees a set of headers. NULL and a set freed before are accepted and ignored.
 *
 * Returns:  nothing.
 * Owns:     takes the headers.
 * Threads:  the last call on it.
 * Blocks:   no.
 * Since:    0.1
 */
WEIR_API void weir_headers_free(weir_headers* WEIR_NULLABLE headers) WEIR_NOEXCEPT;

WEIR_NONNULL_END
#ifdef __cplusplus
}
#endif
#endif
