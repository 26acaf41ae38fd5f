package weir

import (
	"runtime"
	"sync"
	"time"

	"weir/internal/raw"
)

// A goroutine inside C holds a thread and hears nothing; it comes back this often to look around.
const waitSlice = 100 * time.Millisecond

// Queue is an open queue. Any goroutines may use it at once.
type Queue struct {
	handle handle
}

// Message is one message as it came out of a queue.
type Message struct {
	ID            uint64
	Data          []byte // shares one array with the other messages of its batch
	DeliveryCount int    // this delivery included
	Redelivered   bool   // it may have been delivered before
	EnqueuedAt    time.Time
}

// Producer makes a repetition of what arrived before harmless. The zero value is no producer.
type Producer struct {
	ID       uint64 // names the producer for ever
	Sequence uint64 // of the first message, counted up for the others
}

// PushResult says what a push did.
type PushResult struct {
	Level          Durability // how far it got by the time of return
	FirstID        uint64     // the other messages follow without gaps; 0 when nothing was added
	Count          uint64     // messages added
	DuplicateCount uint64     // left out because their producer sequence had arrived before
}

// packed is a push on its way to C: the payloads one after another. Made here, because cgo checks the
// whole object that a slice lies in: a caller's might hold pointers.
type packed struct {
	data  []byte
	sizes []uint32
}

var packs = sync.Pool{New: func() any { return new(packed) }}

// A pack that grew beyond this is left to the garbage collector.
const packKept = 1 << 20

// PushMany adds all messages in one step, durably, or none.
func (q *Queue) PushMany(messages [][]byte, producer Producer) (PushResult, error) {
	pack := packs.Get().(*packed)
	defer func() {
		if cap(pack.data) <= packKept {
			packs.Put(pack)
		}
	}()
	pack.data, pack.sizes = pack.data[:0], pack.sizes[:0]
	for _, message := range messages {
		pack.data = append(pack.data, message...)
		pack.sizes = append(pack.sizes, uint32(len(message)))
	}
	slots := make([]int64, raw.WEIRLL_PUSH_SLOTS)
	_, err := q.handle.call(func(queue uintptr) int64 {
		return raw.Weirll_queue_push_many(queue, pack.data, pack.sizes, uint32(Default), 0,
			producer.ID, producer.Sequence, slots)
	})
	if err != nil {
		return PushResult{}, err
	}
	return PushResult{
		Level:          Durability(slots[raw.WEIRLL_PUSH_LEVEL]),
		FirstID:        uint64(slots[raw.WEIRLL_PUSH_ID]),
		Count:          uint64(slots[raw.WEIRLL_PUSH_COUNT]),
		DuplicateCount: uint64(slots[raw.WEIRLL_PUSH_DUPLICATES]),
	}, nil
}

// PopMany takes up to countMax messages from the head, waiting for the first if timeout says so. No
// message and no error means that there was none in time.
func (q *Queue) PopMany(countMax int, timeout time.Duration) ([]Message, error) {
	deadline := time.Now().Add(timeout)
	slice := timeout
	for {
		if slice > waitSlice {
			slice = waitSlice
		}
		// Rounded up, so that the last wait does not end a moment too early.
		milliseconds := int64((slice + time.Millisecond - 1) / time.Millisecond)
		if milliseconds < 0 {
			milliseconds = 0
		}
		result, err := q.handle.call(func(queue uintptr) int64 {
			return raw.Weirll_queue_pop_many(queue, countMax, 0, milliseconds, 0, 0)
		})
		if err != nil {
			return nil, err
		}
		if result >= firstHandle {
			return take(uintptr(result))
		}
		if slice = time.Until(deadline); slice <= 0 {
			return nil, nil
		}
	}
}

// take copies messages out and frees them.
func take(popped uintptr) ([]Message, error) {
	defer raw.Weir_messages_free(popped)
	facts := make([]int64, raw.Weir_messages_count(popped)*raw.WEIRLL_FACT_SLOTS)
	if _, err := check(raw.Weirll_messages_facts(popped, facts)); err != nil {
		return nil, err
	}
	total := int64(0)
	for at := raw.WEIRLL_FACT_SIZE; at < len(facts); at += raw.WEIRLL_FACT_SLOTS {
		total += facts[at]
	}
	data := make([]byte, total)
	if _, err := check(raw.Weirll_messages_copy(popped, data)); err != nil {
		return nil, err
	}
	messages := make([]Message, 0, len(facts)/raw.WEIRLL_FACT_SLOTS)
	for ; len(facts) > 0; facts = facts[raw.WEIRLL_FACT_SLOTS:] {
		size := facts[raw.WEIRLL_FACT_SIZE]
		messages = append(messages, Message{
			ID: uint64(facts[raw.WEIRLL_FACT_ID]),
			// Its capacity ends with it: appending to one message must not write into the next.
			Data:          data[:size:size],
			DeliveryCount: int(facts[raw.WEIRLL_FACT_DELIVERY_COUNT]),
			Redelivered:   facts[raw.WEIRLL_FACT_REDELIVERED] != 0,
			EnqueuedAt:    time.Unix(0, facts[raw.WEIRLL_FACT_ENQUEUED_AT]),
		})
		data = data[size:]
	}
	return messages, nil
}

// AckMany acknowledges messages in one step, durably, and tells how many there were; ids that are not
// there are left out.
func (q *Queue) AckMany(ids []uint64) (int, error) {
	// A copy, because the caller's array may lie in an object that holds pointers (see packed).
	ids = append([]uint64(nil), ids...)
	count, err := q.handle.call(func(queue uintptr) int64 {
		return raw.Weir_queue_ack_many(queue, ids, uint32(Default))
	})
	return int(count), err
}

// ProducerSequence tells the highest sequence that arrived from a producer and is on stable storage; 0
// when there is none.
func (q *Queue) ProducerSequence(producer uint64) (uint64, error) {
	sequence, err := q.handle.call(func(queue uintptr) int64 {
		return raw.Weir_queue_producer_sequence(queue, producer)
	})
	return uint64(sequence), err
}

// Close wakes everyone who waits, and makes messages in flight through this handle ready again.
// Closing again does nothing.
func (q *Queue) Close() error {
	runtime.SetFinalizer(q, nil)
	return q.handle.close()
}
