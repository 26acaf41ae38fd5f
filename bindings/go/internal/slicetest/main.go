// The slice from Go: slicetest DIRECTORY. Prints `N passed, M failed`; the status says the same.
package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"time"

	"weir"
)

const (
	count       = 1000
	above32Bits = uint64(1) << 40
)

var tests = []struct {
	name string
	body func(directory string)
}{
	{"messages come out as they went in", roundTrip},
	{"a message that was not acknowledged comes again", comesAgain},
	{"an empty queue is no error", emptyIsNoError},
	{"a wrong URL gives status and text", wrongURL},
	{"each goroutine gets the text of its own failure", ownFailure},
	{"a zero byte in a name is refused", zeroByte},
	{"numbers above 2^32 survive", wideNumbers},
	{"use after close is an error", useAfterClose},
	{"close races with calls", closeRaces},
	{"close wakes a waiting pop", closeWakes},
	{"slices inside objects with pointers may be passed", pointers},
	{"a forgotten store is closed", forgotten},
}

func main() {
	passed := 0
	for i, test := range tests {
		if run(test.name, filepath.Join(os.Args[1], fmt.Sprint("store", i)), test.body) {
			passed++
		}
	}
	fmt.Printf("%d passed, %d failed\n", passed, len(tests)-passed)
	if passed != len(tests) {
		os.Exit(1)
	}
}

func run(name, directory string, body func(string)) (passed bool) {
	defer func() {
		if problem := recover(); problem != nil {
			fmt.Printf("FAILED: %s: %v\n", name, problem)
		}
	}()
	body(directory)
	return true
}

func roundTrip(directory string) {
	store, queue := open("file:"+directory, "grüße-😀")
	for first := 0; first < count; first += 64 {
		var batch [][]byte
		for i := first; i < first+64 && i < count; i++ {
			batch = append(batch, payload(i))
		}
		pushed := must(queue.PushMany(batch, weir.Producer{}))
		equal("what the push did", weir.PushResult{
			Level: weir.Sync, FirstID: uint64(first + 1), Count: uint64(len(batch))}, pushed)
	}
	next := 0
	for batch := pop(queue, 100); len(batch) > 0; batch = pop(queue, 100) {
		var ids []uint64
		for _, message := range batch {
			check(fmt.Sprint("bytes of message ", next), bytes.Equal(payload(next), message.Data))
			next++
			equal("id", uint64(next), message.ID)
			equal("delivery count", 1, message.DeliveryCount)
			equal("redelivered", false, message.Redelivered)
			check("time of push", message.EnqueuedAt.Unix() > 1_600_000_000)
			ids = append(ids, message.ID)
		}
		equal("messages acknowledged", len(ids), must(queue.AckMany(ids)))
	}
	equal("messages popped", count, next)
	shut(store, queue)

	store, queue = open("file:"+directory, "grüße-😀")
	equal("messages after reopening", 0, len(pop(queue, 10)))
	shut(store, queue)
}

func comesAgain(directory string) {
	store, queue := open("file:"+directory, "q")
	must(queue.PushMany([][]byte{payload(1)}, weir.Producer{}))
	equal("messages popped", 1, len(pop(queue, 10)))
	noError(queue.Close())
	queue = must(store.OpenQueue("q"))
	again := pop(queue, 10)[0]
	check("bytes", bytes.Equal(payload(1), again.Data))
	equal("delivery count", 2, again.DeliveryCount)
	equal("redelivered", true, again.Redelivered)
	shut(store, queue)
}

func emptyIsNoError(string) {
	store, queue := open("mem:", "q")
	equal("messages", 0, len(pop(queue, 1)))
	start := time.Now()
	equal("messages", 0, len(must(queue.PopMany(1, 150*time.Millisecond))))
	check("waited", time.Since(start) >= 149*time.Millisecond)
	equal("acknowledged", 0, must(queue.AckMany([]uint64{1})))
	equal("nothing pushed", 0, must(queue.PushMany(nil, weir.Producer{})).Count)
	equal("level", weir.Memory, must(queue.PushMany([][]byte{payload(3)}, weir.Producer{})).Level)
	shut(store, queue)
}

// Also pins the name _swig_go_result, by which go.i hands a failure over: under another name only the
// status arrives.
func wrongURL(string) {
	_, err := weir.Open("nosuch:é€😀")
	fails(err, weir.ErrUnsupported)
	var details *weir.Error
	check("type of the error", errors.As(err, &details))
	check("text names the URL: "+details.Message, strings.Contains(details.Message, "nosuch:é€😀"))
}

func ownFailure(string) {
	var group sync.WaitGroup
	wrong := make(chan string, 64)
	for i := 0; i < 64; i++ {
		group.Add(1)
		go func(url string) {
			defer group.Done()
			for n := 0; n < 1000; n++ {
				_, err := weir.Open(url)
				if err == nil || !strings.Contains(err.Error(), url) {
					wrong <- fmt.Sprint(url, " got ", err)
					return
				}
				runtime.Gosched()
			}
		}(fmt.Sprintf("nosuch%d:", i))
	}
	group.Wait()
	close(wrong)
	for text := range wrong {
		panic(text)
	}
}

func zeroByte(string) {
	store := must(weir.Open("mem:"))
	_, err := store.OpenQueue("a\x00b")
	fails(err, weir.ErrInvalidArgument)
	noError(store.Close())
}

func wideNumbers(directory string) {
	store, queue := open("file:"+directory, "q")
	producer := weir.Producer{ID: above32Bits + 3, Sequence: above32Bits + 5}
	two := [][]byte{payload(1), payload(2)}
	equal("added", 2, must(queue.PushMany(two, producer)).Count)
	equal("sequence", producer.Sequence+1, must(queue.ProducerSequence(producer.ID)))
	equal("the same producer cut to 32 bits", 0, must(queue.ProducerSequence(3)))
	again := must(queue.PushMany(two, producer))
	equal("added again", 0, again.Count)
	equal("duplicates", 2, again.DuplicateCount)

	id := pop(queue, 1)[0].ID
	equal("an id 2^32 above", 0, must(queue.AckMany([]uint64{id + 1<<32})))
	equal("the id itself", 1, must(queue.AckMany([]uint64{id})))
	shut(store, queue)
}

func useAfterClose(string) {
	store, queue := open("mem:", "q")
	noError(queue.Close())
	noError(queue.Close())
	_, err := queue.PushMany([][]byte{payload(1)}, weir.Producer{})
	fails(err, weir.ErrClosed)
	_, err = queue.PopMany(1, 0)
	fails(err, weir.ErrClosed)
	_, err = queue.AckMany([]uint64{1})
	fails(err, weir.ErrClosed)
	noError(store.Close())
	noError(store.Close())
	_, err = store.OpenQueue("q")
	fails(err, weir.ErrClosed)
	fails(store.Sync(), weir.ErrClosed)
}

func closeRaces(string) {
	store := must(weir.Open("mem:"))
	for round := 0; round < 20; round++ {
		queue := must(store.OpenQueue("q"))
		done := make(chan error)
		for i := 0; i < 8; i++ {
			go func() {
				for {
					if _, err := queue.PushMany([][]byte{payload(1)}, weir.Producer{}); err != nil {
						done <- err
						return
					}
					messages, err := queue.PopMany(1, 0)
					if err == nil && len(messages) > 0 {
						_, err = queue.AckMany([]uint64{messages[0].ID})
					}
					if err != nil {
						done <- err
						return
					}
				}
			}()
		}
		time.Sleep(5 * time.Millisecond)
		noError(queue.Close())
		for i := 0; i < 8; i++ {
			fails(<-done, weir.ErrClosed)
		}
	}
	noError(store.Close())
}

func closeWakes(string) {
	store, queue := open("mem:", "q")
	done := make(chan error)
	for i := 0; i < 20; i++ {
		go func() {
			_, err := queue.PopMany(1, 24*time.Hour)
			done <- err
		}()
	}
	time.Sleep(50 * time.Millisecond)
	noError(queue.Close())
	for i := 0; i < 20; i++ {
		select {
		case err := <-done:
			fails(err, weir.ErrClosed)
		case <-time.After(5 * time.Second):
			panic("still waiting")
		}
	}
	noError(store.Close())
}

// cgo panics when a slice that C gets lies in an object that holds Go pointers.
func pointers(string) {
	store, queue := open("mem:", "q")
	object := &struct {
		pointer *int
		data    [100]byte
		ids     [1]uint64
	}{pointer: new(int)}
	equal("added", 1, must(queue.PushMany([][]byte{object.data[:]}, weir.Producer{})).Count)
	object.ids[0] = pop(queue, 1)[0].ID
	equal("acknowledged", 1, must(queue.AckMany(object.ids[:])))
	shut(store, queue)
}

func forgotten(directory string) {
	must(weir.Open("file:" + directory))
	for i := 0; i < 250; i++ {
		store, err := weir.Open("file:" + directory)
		if err == nil {
			noError(store.Close())
			return
		}
		fails(err, weir.ErrLocked)
		runtime.GC()
		time.Sleep(20 * time.Millisecond)
	}
	panic("still open")
}

// payload is message number i: none, short and long ones, of text that is not ASCII and ends where it
// may.
func payload(i int) []byte {
	size := i * 37 % 2000
	if i%17 == 0 {
		size = 0
	} else if i%250 == 249 {
		size = 70_000
	}
	text := []byte(fmt.Sprintf("Nachricht %d: Grüße, €, 😀. ", i))
	return bytes.Repeat(text, size/len(text)+1)[:size]
}

func open(url, name string) (*weir.Store, *weir.Queue) {
	store := must(weir.Open(url))
	return store, must(store.OpenQueue(name))
}

func shut(store *weir.Store, queue *weir.Queue) {
	noError(queue.Close())
	noError(store.Close())
}

func pop(queue *weir.Queue, countMax int) []weir.Message {
	return must(queue.PopMany(countMax, 0))
}

func must[T any](value T, err error) T {
	noError(err)
	return value
}

func noError(err error) {
	if err != nil {
		panic(err)
	}
}

func fails(err, expected error) {
	if !errors.Is(err, expected) {
		panic(fmt.Sprintf("expected %v, found %v", expected, err))
	}
}

func check(what string, holds bool) {
	if !holds {
		panic(what)
	}
}

func equal(what string, expected, found any) {
	check(fmt.Sprintf("%s: expected %v, found %v", what, expected, found), fmt.Sprint(expected) == fmt.Sprint(found))
}
