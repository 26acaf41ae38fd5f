// Package weir keeps data that is on its way: durable queues in a store, through libweir.
//
// Building it needs libweir with its headers and pkg-config, and cgo.
package weir

import (
	"runtime"

	"weir/internal/raw"
)

// Durability says how far an effect got, or must have got, when a call returns.
type Durability uint32

const (
	// Default is what the store's options say.
	Default = Durability(raw.WEIR_DURABILITY_DEFAULT)
	// Memory is in this process's memory.
	Memory = Durability(raw.WEIR_DURABILITY_MEMORY)
	// Async returns at once and is synced in the background soon.
	Async = Durability(raw.WEIR_DURABILITY_ASYNC)
	// Sync is on stable storage.
	Sync = Durability(raw.WEIR_DURABILITY_SYNC)
)

// Store is an open store. Any goroutines may use it at once.
type Store struct {
	handle handle
}

// Open opens a store, recovering what an unclean stop left. The URL is "mem:", "file:PATH" or a bare
// path.
func Open(url string) (*Store, error) {
	if err := checkText("url", url); err != nil {
		return nil, err
	}
	address, err := check(raw.Weirll_store_open(url))
	if err != nil {
		return nil, err
	}
	store := &Store{handle{address: uintptr(address), release: raw.Weir_store_close}}
	runtime.SetFinalizer(store, (*Store).Close)
	return store, nil
}

// OpenQueue opens a queue, making it when missing. It may be closed after its store.
func (s *Store) OpenQueue(name string) (*Queue, error) {
	if err := checkText("name", name); err != nil {
		return nil, err
	}
	address, err := s.handle.call(func(store uintptr) int64 { return raw.Weirll_queue_open(store, name) })
	if err != nil {
		return nil, err
	}
	queue := &Queue{handle{address: uintptr(address), wake: raw.Weir_queue_interrupt, release: raw.Weir_queue_close}}
	runtime.SetFinalizer(queue, (*Queue).Close)
	return queue, nil
}

// Sync waits until everything accepted before the call is on stable storage.
func (s *Store) Sync() error {
	_, err := s.handle.call(raw.Weir_store_sync)
	return err
}

// Close closes the store once its queues are closed too. Closing again does nothing.
func (s *Store) Close() error {
	runtime.SetFinalizer(s, nil)
	return s.handle.close()
}
