package weir

import (
	"strings"

	"weir/internal/raw"
)

// Error is a call that libweir refused or could not carry out.
type Error struct {
	Status  int    // one of the WEIR_E_ numbers
	OSError int    // the system's errno where it was the reason, or 0
	Message string // one line, for people
}

func (e *Error) Error() string { return e.Message }

// Is compares statuses, so that errors.Is(err, weir.ErrLocked) holds whatever the message says.
func (e *Error) Is(target error) bool {
	other, ok := target.(*Error)
	return ok && other.Status == e.Status
}

// For errors.Is. Later versions add statuses: have a default branch.
var (
	ErrInvalidArgument = sentinel(raw.WEIR_E_INVALID_ARGUMENT)
	ErrClosed          = sentinel(raw.WEIR_E_CLOSED)
	ErrIO              = sentinel(raw.WEIR_E_IO)
	ErrNoSpace         = sentinel(raw.WEIR_E_NO_SPACE)
	ErrNoMemory        = sentinel(raw.WEIR_E_NO_MEMORY)
	ErrCorrupt         = sentinel(raw.WEIR_E_CORRUPT)
	ErrLocked          = sentinel(raw.WEIR_E_LOCKED)
	ErrBusy            = sentinel(raw.WEIR_E_BUSY)
	ErrExists          = sentinel(raw.WEIR_E_EXISTS)
	ErrTooLarge        = sentinel(raw.WEIR_E_TOO_LARGE)
	ErrLimit           = sentinel(raw.WEIR_E_LIMIT)
	ErrReadOnly        = sentinel(raw.WEIR_E_READ_ONLY)
	ErrUnsupported     = sentinel(raw.WEIR_E_UNSUPPORTED)
	ErrFormatTooNew    = sentinel(raw.WEIR_E_FORMAT_TOO_NEW)
	ErrBufferTooSmall  = sentinel(raw.WEIR_E_BUFFER_TOO_SMALL)
	ErrFailed          = sentinel(raw.WEIR_E_FAILED)
	ErrForked          = sentinel(raw.WEIR_E_FORKED)
	ErrAccess          = sentinel(raw.WEIR_E_ACCESS)
	ErrInternal        = sentinel(raw.WEIR_E_INTERNAL)
)

func sentinel(status int) error {
	return &Error{Status: status, Message: raw.Weir_status_name(int32(status))}
}

// check unfolds a result of the raw layer; every fallible call must go through it exactly once.
func check(result int64) (int64, error) {
	if result >= 0 {
		return result, nil
	}
	defer raw.Weirll_error_free(result)
	return 0, &Error{
		Status:  int(raw.Weirll_error_status(result)),
		OSError: int(raw.Weirll_error_os_error(result)),
		Message: raw.Weirll_error_message(result),
	}
}

// checkText refuses what C would take for the end of a name.
func checkText(what, text string) error {
	if strings.IndexByte(text, 0) < 0 {
		return nil
	}
	return &Error{Status: raw.WEIR_E_INVALID_ARGUMENT, Message: what + " holds a zero byte"}
}
