package weir

import "sync"

// firstHandle is where results of the raw layer stop being numbers: no object lies in the first page.
const firstHandle = 4096

// handle is a handle of the C API that many goroutines use and one of them closes. Calls hold the lock
// for reading, so that closing waits until the last has left and C never sees a released handle.
type handle struct {
	lock    sync.RWMutex
	address uintptr // 0 when closed
	once    sync.Once
	// wake makes callers that wait inside return early. It may miss one that is on its way in; waits
	// are sliced for that reason.
	wake    func(uintptr) int64
	release func(uintptr) int64
}

// call runs a native call. It stays in one piece with check: the result may own memory.
func (h *handle) call(operation func(uintptr) int64) (int64, error) {
	h.lock.RLock()
	defer h.lock.RUnlock()
	if h.address == 0 {
		return 0, ErrClosed
	}
	return check(operation(h.address))
}

// close tells how closing went the first time, and nothing later.
func (h *handle) close() (err error) {
	h.once.Do(func() {
		if h.wake != nil {
			// Failing means that nobody can be waiting.
			_, _ = h.call(h.wake)
		}
		h.lock.Lock()
		defer h.lock.Unlock()
		_, err = check(h.release(h.address))
		h.address = 0
	})
	return err
}
