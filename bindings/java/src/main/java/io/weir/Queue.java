package io.weir;

import io.weir.raw.WeirNative;
import io.weir.raw.WeirNativeConstants;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** An open queue. Any threads may use it at once. */
public final class Queue implements AutoCloseable {
    /**
     * Waits are cut into slices of this length: an interrupt of the thread does not reach native code, and
     * closing wakes only those who wait already, not one who is just on the way in.
     */
    private static final long SLICE_MS = 100;

    private static final long NEVER_NS = Long.MAX_VALUE / 2;

    private final Handle handle;

    Queue(long address) {
        handle = new Handle("queue", address, WeirNative::weir_queue_interrupt, WeirNative::weir_queue_close);
    }

    /** Adds all messages in one step, durably, or none. */
    public PushResult pushMany(List<byte[]> messages) {
        return pushMany(messages, 0, 0);
    }

    /**
     * Adds all messages in one step, durably, or none; a repetition of what arrived before adds nothing.
     *
     * @param producerId names the producer for ever; 0: none
     * @param sequence of the first message, counted up for the others
     */
    public PushResult pushMany(List<byte[]> messages, long producerId, long sequence) {
        int total = 0;
        int[] sizes = new int[messages.size()];
        for (int i = 0; i < sizes.length; i++) {
            sizes[i] = messages.get(i).length;
            total = Math.addExact(total, sizes[i]);
        }
        byte[] packed = new byte[total];
        int used = 0;
        for (int i = 0; i < sizes.length; used += sizes[i++]) {
            System.arraycopy(messages.get(i), 0, packed, used, sizes[i]);
        }
        long[] slots = new long[WeirNativeConstants.WEIRLL_PUSH_SLOTS];
        handle.call(queue -> WeirNative.weirll_queue_push_many(
                queue, packed, sizes, Durability.DEFAULT.code, 0, producerId, sequence, slots));
        return new PushResult(
                Durability.ofLevel(slots[WeirNativeConstants.WEIRLL_PUSH_LEVEL]),
                slots[WeirNativeConstants.WEIRLL_PUSH_ID],
                slots[WeirNativeConstants.WEIRLL_PUSH_COUNT],
                slots[WeirNativeConstants.WEIRLL_PUSH_DUPLICATES]);
    }

    /** Takes up to countMax messages from the head, and none when the queue is empty. */
    public List<Message> popMany(int countMax) {
        return take(popOnce(countMax, 0));
    }

    /**
     * Takes up to countMax messages from the head, waiting for the first if need be.
     *
     * @return nothing when the time is over
     */
    public List<Message> popMany(int countMax, Duration timeout) throws InterruptedException {
        long start = System.nanoTime();
        long allowed = timeout.compareTo(Duration.ofNanos(NEVER_NS)) < 0 ? timeout.toNanos() : NEVER_NS;
        while (true) {
            if (Thread.interrupted()) throw new InterruptedException();
            long left = allowed - (System.nanoTime() - start);
            // Rounded up, so that the last wait does not end a moment too early.
            long slice = Math.min(SLICE_MS, TimeUnit.NANOSECONDS.toMillis(left + 999_999));
            long popped = popOnce(countMax, Math.max(slice, 0));
            if (popped >= Handle.FIRST || left <= 0) return take(popped);
        }
    }

    private long popOnce(int countMax, long timeoutMs) {
        return handle.call(queue -> WeirNative.weirll_queue_pop_many(queue, countMax, 0, timeoutMs, 0, 0));
    }

    /** Copies messages out and frees them; an outcome such as WEIR_EMPTY is an empty list. */
    private static List<Message> take(long popped) {
        if (popped < Handle.FIRST) return List.of();
        try {
            int count = (int) WeirNative.weir_messages_count(popped);
            long[] facts = new long[count * WeirNativeConstants.WEIRLL_FACT_SLOTS];
            WeirNative.weirll_messages_facts(popped, facts);
            byte[][] data = WeirNative.weirj_messages_data(popped);
            List<Message> messages = new ArrayList<>(count);
            for (int i = 0; i < count; i++) {
                int at = i * WeirNativeConstants.WEIRLL_FACT_SLOTS;
                messages.add(new Message(
                        facts[at + WeirNativeConstants.WEIRLL_FACT_ID],
                        data[i],
                        (int) facts[at + WeirNativeConstants.WEIRLL_FACT_DELIVERY_COUNT],
                        facts[at + WeirNativeConstants.WEIRLL_FACT_REDELIVERED] != 0,
                        Instant.ofEpochSecond(0, facts[at + WeirNativeConstants.WEIRLL_FACT_ENQUEUED_AT])));
            }
            return messages;
        } finally {
            WeirNative.weir_messages_free(popped);
        }
    }

    /**
     * Acknowledges messages in one step, durably; they will not be delivered again.
     *
     * @return how many there were; ids that are not there are left out
     */
    public long ackMany(long[] ids) {
        return handle.call(queue -> WeirNative.weir_queue_ack_many(queue, ids, Durability.DEFAULT.code));
    }

    /** The highest sequence that arrived from a producer and is on stable storage; 0 when there is none. */
    public long producerSequence(long producerId) {
        return handle.call(queue -> WeirNative.weir_queue_producer_sequence(queue, producerId));
    }

    /** Wakes everyone who waits, and makes messages in flight through this handle ready again. */
    @Override
    public void close() {
        handle.close();
    }
}
