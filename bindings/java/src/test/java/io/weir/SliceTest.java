package io.weir;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** The slice from Java: SliceTest DIRECTORY. Prints `N passed, M failed`; the status says the same. */
public final class SliceTest {
    private static final int COUNT = 1000;
    private static final long ABOVE_32_BITS = 1L << 40;

    private interface Body {
        void run(Path directory) throws Exception;
    }

    private static Path base;
    private static int passed;
    private static int failed;

    private SliceTest() {}

    public static void main(String[] arguments) {
        base = Path.of(arguments[0]);
        test("messages come out as they went in", SliceTest::roundTrip);
        test("a message that was not acknowledged comes again", SliceTest::comesAgain);
        test("an empty queue is no error", SliceTest::emptyIsNoError);
        test("a wrong URL gives status and text", SliceTest::wrongUrl);
        test("each thread gets the text of its own failure", SliceTest::ownFailure);
        test("a zero character in a name is refused", SliceTest::zeroCharacter);
        test("numbers above 2^32 survive", SliceTest::wideNumbers);
        test("use after close is an exception", SliceTest::useAfterClose);
        test("close races with calls", SliceTest::closeRaces);
        test("close wakes a waiting pop", SliceTest::closeWakes);
        test("an interrupt ends a waiting pop", SliceTest::interruptEnds);
        test("a forgotten store is closed", SliceTest::forgotten);
        System.out.println(passed + " passed, " + failed + " failed");
        System.exit(failed == 0 ? 0 : 1);
    }

    private static void roundTrip(Path directory) {
        String url = "file:" + directory;
        try (Store store = Store.open(url); Queue queue = store.openQueue("grüße-😀")) {
            for (int first = 0; first < COUNT; first += 64) {
                List<byte[]> batch = new ArrayList<>();
                for (int i = first; i < Math.min(first + 64, COUNT); i++) batch.add(payload(i));
                PushResult pushed = queue.pushMany(batch);
                equal("messages added", (long) batch.size(), pushed.count());
                equal("level", Durability.SYNC, pushed.level());
                equal("first id", first + 1L, pushed.firstId());
            }
            int next = 0;
            for (List<Message> batch = queue.popMany(100); !batch.isEmpty(); batch = queue.popMany(100)) {
                for (Message message : batch) {
                    check("bytes of message " + next, Arrays.equals(payload(next), message.data()));
                    equal("id", ++next + 0L, message.id());
                    equal("delivery count", 1, message.deliveryCount());
                    check("not redelivered", !message.redelivered());
                    check("time of push", message.enqueuedAt().getEpochSecond() > 1_600_000_000L);
                }
                long[] ids = batch.stream().mapToLong(Message::id).toArray();
                equal("messages acknowledged", (long) ids.length, queue.ackMany(ids));
            }
            equal("messages popped", COUNT, next);
        }
        try (Store store = Store.open(url); Queue queue = store.openQueue("grüße-😀")) {
            equal("messages after reopening", 0, queue.popMany(10).size());
        }
    }

    private static void comesAgain(Path directory) {
        try (Store store = Store.open("file:" + directory)) {
            try (Queue queue = store.openQueue("q")) {
                queue.pushMany(List.of(payload(1)));
                equal("messages popped", 1, queue.popMany(10).size());
            }
            try (Queue queue = store.openQueue("q")) {
                Message again = queue.popMany(10).get(0);
                check("bytes", Arrays.equals(payload(1), again.data()));
                equal("delivery count", 2, again.deliveryCount());
                check("redelivered", again.redelivered());
            }
        }
    }

    private static void emptyIsNoError(Path directory) throws Exception {
        try (Store store = Store.open("mem:"); Queue queue = store.openQueue("q")) {
            equal("messages", 0, queue.popMany(1).size());
            long start = System.nanoTime();
            equal("messages", 0, queue.popMany(1, Duration.ofMillis(150)).size());
            check("waited", System.nanoTime() - start >= 149_000_000L);
            equal("acknowledged", 0L, queue.ackMany(new long[] {1}));
            equal("nothing pushed", 0L, queue.pushMany(List.of()).count());
            equal("level", Durability.MEMORY, queue.pushMany(List.of(payload(3))).level());
        }
    }

    private static void wrongUrl(Path directory) {
        WeirException e = fails(WeirException.class, () -> Store.open("nosuch:é€😀"));
        equal("status", Status.UNSUPPORTED, e.status());
        check("text names the URL: " + e.getMessage(), e.getMessage().contains("nosuch:é€😀"));
    }

    private static void ownFailure(Path directory) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(8);
        List<Future<?>> running = new ArrayList<>();
        for (int thread = 0; thread < 8; thread++) {
            String url = "nosuch" + thread + ":";
            running.add(threads.submit(() -> {
                for (int i = 0; i < 2000; i++) {
                    WeirException e = fails(WeirException.class, () -> Store.open(url));
                    check("own text: " + e.getMessage(), e.getMessage().contains(url));
                }
            }));
        }
        for (Future<?> one : running) one.get();
        threads.shutdown();
    }

    private static void zeroCharacter(Path directory) {
        try (Store store = Store.open("mem:")) {
            WeirException e = fails(WeirException.class, () -> store.openQueue("a\0b"));
            equal("status", Status.INVALID_ARGUMENT, e.status());
        }
    }

    private static void wideNumbers(Path directory) {
        try (Store store = Store.open("file:" + directory); Queue queue = store.openQueue("q")) {
            long producer = ABOVE_32_BITS + 3;
            long sequence = ABOVE_32_BITS + 5;
            List<byte[]> two = List.of(payload(1), payload(2));
            equal("added", 2L, queue.pushMany(two, producer, sequence).count());
            equal("sequence", sequence + 1, queue.producerSequence(producer));
            equal("the same producer cut to 32 bits", 0L, queue.producerSequence(3));
            PushResult again = queue.pushMany(two, producer, sequence);
            equal("added again", 0L, again.count());
            equal("duplicates", 2L, again.duplicateCount());

            long id = queue.popMany(1).get(0).id();
            equal("an id 2^32 above", 0L, queue.ackMany(new long[] {id + (1L << 32)}));
            equal("the id itself", 1L, queue.ackMany(new long[] {id}));
        }
    }

    private static void useAfterClose(Path directory) {
        Store store = Store.open("mem:");
        Queue queue = store.openQueue("q");
        queue.close();
        queue.close();
        fails(IllegalStateException.class, () -> queue.pushMany(List.of(payload(1))));
        fails(IllegalStateException.class, () -> queue.popMany(1));
        fails(IllegalStateException.class, () -> queue.ackMany(new long[] {1}));
        store.close();
        store.close();
        fails(IllegalStateException.class, () -> store.openQueue("q"));
        fails(IllegalStateException.class, store::sync);
    }

    private static void closeRaces(Path directory) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try (Store store = Store.open("mem:")) {
            for (int round = 0; round < 20; round++) {
                Queue queue = store.openQueue("q");
                List<Future<?>> running = new ArrayList<>();
                for (int i = 0; i < 8; i++) {
                    running.add(threads.submit(() -> fails(IllegalStateException.class, () -> {
                        while (true) {
                            queue.pushMany(List.of(payload(1)));
                            queue.popMany(1).forEach(message -> queue.ackMany(new long[] {message.id()}));
                        }
                    })));
                }
                Thread.sleep(5);
                queue.close();
                for (Future<?> one : running) one.get(5, TimeUnit.SECONDS);
            }
        }
        threads.shutdown();
    }

    private static void closeWakes(Path directory) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(20);
        List<Future<?>> waiting = new ArrayList<>();
        try (Store store = Store.open("mem:")) {
            Queue queue = store.openQueue("q");
            for (int i = 0; i < 20; i++) {
                waiting.add(threads.submit(() -> fails(IllegalStateException.class,
                        () -> queue.popMany(1, Duration.ofDays(1)))));
            }
            Thread.sleep(50);
            queue.close();
            for (Future<?> one : waiting) one.get(5, TimeUnit.SECONDS);
        }
        threads.shutdown();
    }

    private static void interruptEnds(Path directory) throws Exception {
        ExecutorService threads = Executors.newSingleThreadExecutor();
        try (Store store = Store.open("mem:"); Queue queue = store.openQueue("q")) {
            Future<?> waiting = threads.submit(
                    () -> fails(InterruptedException.class, () -> queue.popMany(1, Duration.ofDays(1))));
            Thread.sleep(20);
            threads.shutdownNow();
            check("ended", threads.awaitTermination(5, TimeUnit.SECONDS));
            waiting.get();
        }
    }

    private static void forgotten(Path directory) throws Exception {
        String url = "file:" + directory;
        Store.open(url);
        for (int i = 0; i < 250; i++) {
            try {
                Store.open(url).close();
                return;
            } catch (WeirException e) {
                equal("status", Status.LOCKED, e.status());
                System.gc();
                Thread.sleep(20);
            }
        }
        throw new AssertionError("still open");
    }

    /** Message number i: none, short and long ones, of text that is not ASCII and ends where it may. */
    private static byte[] payload(int i) {
        int size = i % 17 == 0 ? 0 : i % 250 == 249 ? 70_000 : i * 37 % 2000;
        byte[] text = ("Nachricht " + i + ": Grüße, €, 😀. ").getBytes(StandardCharsets.UTF_8);
        byte[] data = new byte[size];
        for (int at = 0; at < size; at++) data[at] = text[at % text.length];
        return data;
    }

    private static void test(String name, Body body) {
        try {
            body.run(base.resolve("store" + (passed + failed)));
            passed++;
        } catch (Throwable e) {
            failed++;
            System.out.println("FAILED: " + name);
            e.printStackTrace(System.out);
        }
    }

    private interface Failing {
        void run() throws Exception;
    }

    private static <T extends Exception> T fails(Class<T> expected, Failing body) {
        try {
            body.run();
        } catch (Exception e) {
            if (expected.isInstance(e)) return expected.cast(e);
            throw new AssertionError("expected " + expected.getName(), e);
        }
        throw new AssertionError("no " + expected.getName());
    }

    private static void check(String what, boolean holds) {
        if (!holds) throw new AssertionError(what);
    }

    private static void equal(String what, Object expected, Object found) {
        check(what + ": expected " + expected + ", found " + found, expected.equals(found));
    }
}
