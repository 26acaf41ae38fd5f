/*
 * weir/base.h: status codes, the error struct, versions, and values that the library owns.
 *
 * Every fallible call returns weir_status: 0 done, above 0 an expected outcome (nothing failed), below 0 a failure.
 * On a failure the caller's weir_error (last parameter, may be NULL) is overwritten whole; otherwise it is left alone.
 * Handle types are SHARED (any threads at once), EXCLUSIVE (one thread at a time) or IMMUTABLE; each says which.
 * Text is UTF-8. Times are nanoseconds since 1970 UTC where stored, milliseconds where waited.
 */
#ifndef WEIR_BASE_H
#define WEIR_BASE_H

#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__)
#define WEIR_API __attribute__((visibility("default")))
#else
#define WEIR_API
#endif
#if defined(__cplusplus)
#define WEIR_NOEXCEPT noexcept
#else
#define WEIR_NOEXCEPT
#endif
#if defined(__clang__)
#define WEIR_NULLABLE _Nullable
#define WEIR_NONNULL _Nonnull
/* The words are an extension, which -pedantic would report at every use. */
#define WEIR_NONNULL_BEGIN                                                                         \
  _Pragma("clang diagnostic push") _Pragma("clang diagnostic ignored \"-Wnullability-extension\"") \
      _Pragma("clang assume_nonnull begin")
#define WEIR_NONNULL_END _Pragma("clang assume_nonnull end") _Pragma("clang diagnostic pop")
#else
#define WEIR_NULLABLE
#define WEIR_NONNULL
#define WEIR_NONNULL_BEGIN
#define WEIR_NONNULL_END
#endif

#define WEIR_VERSION_MAJOR 0
#define WEIR_VERSION_MINOR 1
#define WEIR_VERSION_PATCH 0

#ifdef __cplusplus
extern "C" {
#endif
WEIR_NONNULL_BEGIN

typedef int32_t weir_status;

/* Done, and expected outcomes. */
#define WEIR_OK 0
#define WEIR_EMPTY 1        /* nothing there, and the call was not to wait */
#define WEIR_NOT_FOUND 2    /* no such queue, message, header or producer */
#define WEIR_TIMEOUT 3      /* timeout_ms passed */
#define WEIR_END 4          /* no more items in an iteration */
#define WEIR_INTERRUPTED 5  /* somebody called an interrupt */
#define WEIR_DUPLICATE 6    /* this producer sequence arrived before: nothing was added */
#define WEIR_CONFLICT 7     /* what is there is not what the call expects: nothing changed */
#define WEIR_OUT_OF_RANGE 8 /* trimmed or past its retention: the first offset left is told */

/* Failures. Numbers are never reused. */
#define WEIR_E_INVALID_ARGUMENT (-1)  /* the message names the argument and its range */
#define WEIR_E_CLOSED (-2)            /* handle, queue or store was closed or dropped */
#define WEIR_E_IO (-3)                /* the system refused a read or write; see os_error */
#define WEIR_E_NO_SPACE (-4)          /* the disk is full; reads and acks work, and free it */
#define WEIR_E_NO_MEMORY (-5)         /* the process has no memory; nothing changed */
#define WEIR_E_CORRUPT (-6)           /* damage on disk; the message names file and range */
#define WEIR_E_LOCKED (-7)            /* another process (or handle) has the store open */
#define WEIR_E_BUSY (-8)              /* not possible at the moment: try again */
#define WEIR_E_EXISTS (-9)            /* it exists already, with other properties */
#define WEIR_E_TOO_LARGE (-10)        /* above a limit; the message names size and limit */
#define WEIR_E_LIMIT (-11)            /* a configured bound is reached; wait or raise it */
#define WEIR_E_READ_ONLY (-12)        /* the store or its file system is read only */
#define WEIR_E_UNSUPPORTED (-13)      /* this build or store cannot do that */
#define WEIR_E_FORMAT_TOO_NEW (-14)   /* written by a newer weir in a format unknown here */
#define WEIR_E_BUFFER_TOO_SMALL (-15) /* the size needed is in out_size; nothing was consumed */
#define WEIR_E_FAILED (-16)           /* stopped after a failed sync: close and open again */
#define WEIR_E_FORKED (-17)           /* the handle belongs to the parent process */
#define WEIR_E_ACCESS (-18)           /* permission denied, or permissions too open */
#define WEIR_E_INTERNAL (-99)         /* a bug in weir: please report the message */

/* What went wrong with one call. Lives in the caller's memory, holds no pointers, is never freed.
 * struct_size: 0 or sizeof(weir_error); anything else means "status only". All zeros is a valid start. */
typedef struct weir_error {
  uint32_t struct_size;
  weir_status status;
  int32_t os_error; /* errno, or 0 */
  uint32_t reserved;
  char message[240]; /* one line, zero-terminated; never to be parsed */
} weir_error;

/* How far a confirmed effect must have got (input), and got (output). */
#define WEIR_DURABILITY_DEFAULT 0 /* input only: what the store's options say */
#define WEIR_DURABILITY_MEMORY 1  /* output only: in this process's memory */
#define WEIR_DURABILITY_ASYNC 2   /* input: return at once, synced in the background soon */
#define WEIR_DURABILITY_SYNC 3    /* input: return when synced; output: it is on stable storage */

/* Bytes that the library owns and the caller frees. IMMUTABLE. */
typedef struct weir_blob weir_blob;

/* A list of names that the library owns and the caller frees. IMMUTABLE. */
typedef struct weir_names weir_names;

/**
 * Tells the library's version as major * 1000000 + minor * 1000 + patch.
 *
 * Returns:  the number, for example 1000 for 0.1.0.
 * Owns:     nothing.
 * Threads:  any.
 * Blocks:   no.
 * Since:    0.1
 */
WEIR_API uint32_t weir_version(void) WEIR_NOEXCEPT;

/**
 * Tells the library's version as text, "0.1.0".
 *
 * Returns:  static text.
 * Owns:     nothing.
 * Threads:  any.
 * Blocks:   no.
 * Since:    0.1
 */
WEIR_API const char* weir_version_string(void) WEIR_NOEXCEPT;

/**
 * Names a status: "WEIR_E_IO"; "WEIR_UNKNOWN" for a number this version does not know.
 *
 * Returns:  static text.
 * Owns:     nothing.
 * Threads:  any.
 * Blocks:   no.
 * Since:    0.1
 */
WEIR_API const char* weir_status_name(weir_status status) WEIR_NOEXCEPT;

/**
 * Gives the bytes of a blob. They live until weir_blob_free. A zero byte follows them, so text can be printed.
 *
 * Returns:  the bytes; NULL for a NULL or freed blob.
 * Owns:     the library; a view.
 * Threads:  immutable: any threads at once.
 * Blocks:   no.
 * Since:    0.1
 */
WEIR_API const void* WEIR_NULLABLE weir_blob_data(const weir_blob* WEIR_NULLABLE blob)
    WEIR_NOEXCEPT;

/**
 * Gives the size of a blob in bytes, without the zero byte that follows.
 *
 * Returns:  the size; 0 for a NULL or freed blob.
 * Owns:     nothing.
 * Threads:  immutable: any threads at once.
 * Blocks:   no.
 * Since:    0.1
 */
WEIR_API size_t weir_blob_size(const weir_blob* WEIR_NULLABLE blob) WEIR_NOEXCEPT;

/**
 * Frees a blob. NULL and a blob freed before are accepted and ignored.
 *
 * Returns:  nothing.
 * Owns:     takes the blob.
 * Threads:  the last call on it.
 * Blocks:   no.
 * Since:    0.1
 */
WEIR_API void weir_blob_free(weir_blob* WEIR_NULLABLE blob) WEIR_NOEXCEPT;

/**
 * Counts the names in a list.
 *
 * Returns:  the count; 0 for a NULL or freed list.
 * Owns:     nothing.
 * Threads:  immutable: any threads at once.
 * Blocks:   no.
 * Since:    0.1
 */
WEIR_API size_t weir_names_count(const weir_names* WEIR_NULLABLE names) WEIR_NOEXCEPT;

/**
 * Gives one name of a list, in ascending byte order.
 *
 * Returns:  zero-terminated text that lives until weir_names_free; NULL when index >= count.
 * Owns:     the library; a view.
 * Threads:  immutable: any threads at once.
 * Blocks:   no.
 * Since:    0.1
 */
WEIR_API const char* WEIR_NULLABLE weir_names_at(const weir_names* WEIR_NULLABLE names,
                                                 size_t index) WEIR_NOEXCEPT;

/**
 * Frees a list of names. NULL and a list freed before are accepted and ignored.
 *
 * Returns:  nothing.
 * Owns:     takes the list.
 * Threads:  the last call on it.
 * Blocks:   no.
 * Since:    0.1
 */
WEIR_API void weir_names_free(weir_names* WEIR_NULLABLE names) WEIR_NOEXCEPT;

WEIR_NONNULL_END
#ifdef __cplusplus
}
#endif
#endif
