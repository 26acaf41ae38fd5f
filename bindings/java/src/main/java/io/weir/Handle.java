package io.weir;

import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongConsumer;
import java.util.function.LongUnaryOperator;

/**
 * A handle of the C API that many threads use and one of them closes.
 *
 * <p>Calls are counted. Closing refuses new ones, wakes those that wait, and releases the handle when
 * the last has left, so that C never sees a handle after its release.
 */
final class Handle {
    /** Results from here on are handles: no object lies in the first page of memory. */
    static final long FIRST = 4096;

    private static final Cleaner CLEANER = Cleaner.create();

    private final State state;
    private final Cleaner.Cleanable cleanable;

    /**
     * @param wake makes callers that wait inside return early; may miss one that is just on its way in
     * @param release closes the handle
     */
    Handle(String what, long address, LongConsumer wake, LongConsumer release) {
        state = new State(what, address, wake, release);
        cleanable = CLEANER.register(this, state);
    }

    /** Runs a native call; IllegalStateException when the handle is closed. */
    long call(LongUnaryOperator operation) {
        state.enter();
        try {
            return operation.applyAsLong(state.address);
        } finally {
            state.leave();
            // Until here: otherwise the cleaner may run while the last call is still inside.
            Reference.reachabilityFence(this);
        }
    }

    /** The first call closes and tells how that went; later ones do nothing. */
    void close() {
        try {
            state.close();
        } finally {
            cleanable.clean();
        }
    }

    /** What is left for the cleaner when the owner was forgotten; must not refer to the handle. */
    private static final class State implements Runnable {
        private static final int CLOSED = Integer.MIN_VALUE;

        final String what;
        final long address;
        final LongConsumer wake;
        final LongConsumer release;
        /** How many calls are inside; the sign bit says closed. */
        final AtomicInteger calls = new AtomicInteger();

        State(String what, long address, LongConsumer wake, LongConsumer release) {
            this.what = what;
            this.address = address;
            this.wake = wake;
            this.release = release;
        }

        void enter() {
            int count;
            do {
                count = calls.get();
                if (count < 0) throw new IllegalStateException(what + " is closed");
            } while (!calls.compareAndSet(count, count + 1));
        }

        void leave() {
            if (calls.decrementAndGet() != CLOSED) return;
            synchronized (this) {
                notifyAll();
            }
        }

        void close() {
            if (calls.getAndUpdate(count -> count | CLOSED) < 0) return;
            try {
                if (calls.get() != CLOSED) wake.accept(address);
            } finally {
                awaitNobodyInside();
                release.accept(address);
            }
        }

        private void awaitNobodyInside() {
            boolean interrupted = false;
            synchronized (this) {
                while (calls.get() != CLOSED) {
                    try {
                        wait();
                    } catch (InterruptedException e) {
                        interrupted = true;
                    }
                }
            }
            if (interrupted) Thread.currentThread().interrupt();
        }

        @Override
        public void run() {
            try {
                close();
            } catch (WeirException e) {
                // Nobody is left to be told; what was confirmed is safe without a close.
            }
        }
    }
}
