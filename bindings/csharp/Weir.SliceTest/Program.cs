using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Runtime.CompilerServices;
using System.Text;
using System.Threading;
using System.Threading.Tasks;

namespace Weir.SliceTest
{
    /// <summary>The slice from C#: Weir.SliceTest DIRECTORY. Prints `N passed, M failed`; the status says the
    /// same.</summary>
    internal static class Program
    {
        private const int Count = 1000;
        private const long Above32Bits = 1L << 40;

        private static string directory;
        private static int passed;
        private static int failed;

        private static int Main(string[] arguments)
        {
            directory = arguments[0];
            Test("messages come out as they went in", RoundTrip);
            Test("a message that was not acknowledged comes again", ComesAgain);
            Test("an empty queue is no error", EmptyIsNoError);
            Test("a wrong URL gives status and text", WrongUrl);
            Test("each thread gets the text of its own failure", OwnFailure);
            Test("a zero character in a name is refused", ZeroCharacter);
            Test("numbers above 2^32 survive", WideNumbers);
            Test("use after dispose is an exception", UseAfterDispose);
            Test("dispose races with calls", DisposeRaces);
            Test("dispose wakes a waiting pop", DisposeWakes);
            Test("cancelling ends a waiting pop", CancelEnds);
            Test("a forgotten store is closed", Forgotten);
            Console.WriteLine(passed + " passed, " + failed + " failed");
            return failed == 0 ? 0 : 1;
        }

        private static void RoundTrip(string url)
        {
            using (Store store = Store.Open(url))
            using (Queue queue = store.OpenQueue("grüße-😀"))
            {
                for (int first = 0; first < Count; first += 64)
                {
                    int size = Math.Min(64, Count - first);
                    PushResult pushed = queue.PushMany(Enumerable.Range(first, size).Select(Payload).ToArray());
                    Equal("messages added", size, pushed.Count);
                    Equal("level", Durability.Sync, pushed.Level);
                    Equal("first id", first + 1L, pushed.FirstId);
                }
                int next = 0;
                IReadOnlyList<Message> batch;
                while ((batch = queue.PopMany(100)).Count > 0)
                {
                    foreach (Message message in batch)
                    {
                        Check("bytes of message " + next, message.Data.Span.SequenceEqual(Payload(next)));
                        next++;
                        Equal("id", (long)next, message.Id);
                        Equal("delivery count", 1, message.DeliveryCount);
                        Equal("redelivered", false, message.Redelivered);
                        Check("time of push", message.EnqueuedAtNanoseconds > 1600000000L * 1000000000L);
                    }
                    Equal("messages acknowledged", (long)batch.Count, queue.AckMany(Ids(batch)));
                }
                Equal("messages popped", Count, next);
            }
            using (Store store = Store.Open(url))
            using (Queue queue = store.OpenQueue("grüße-😀"))
            {
                Equal("messages after reopening", 0, queue.PopMany(10).Count);
            }
        }

        private static void ComesAgain(string url)
        {
            using (Store store = Store.Open(url))
            {
                using (Queue queue = store.OpenQueue("q"))
                {
                    queue.PushMany(new[] { Payload(1) });
                    Equal("messages popped", 1, queue.PopMany(10).Count);
                }
                using (Queue queue = store.OpenQueue("q"))
                {
                    Message again = queue.PopMany(10)[0];
                    Check("bytes", again.Data.Span.SequenceEqual(Payload(1)));
                    Equal("delivery count", 2, again.DeliveryCount);
                    Equal("redelivered", true, again.Redelivered);
                }
            }
        }

        private static void EmptyIsNoError(string url)
        {
            using (Store store = Store.Open("mem:"))
            using (Queue queue = store.OpenQueue("q"))
            {
                Equal("messages", 0, queue.PopMany(1).Count);
                Stopwatch watch = Stopwatch.StartNew();
                TimeSpan wait = TimeSpan.FromMilliseconds(150);
                Equal("messages", 0, queue.PopMany(1, wait, CancellationToken.None).Count);
                Check("waited", watch.ElapsedMilliseconds >= 149);
                Equal("acknowledged", 0L, queue.AckMany(new long[] { 1 }));
                Equal("nothing pushed", 0L, queue.PushMany(new byte[0][]).Count);
                Equal("level", Durability.Memory, queue.PushMany(new[] { Payload(3) }).Level);
            }
        }

        private static void WrongUrl(string url)
        {
            WeirException e = Fails<WeirException>(() => Store.Open("nosuch:é€😀"));
            Equal("status", Status.Unsupported, e.Status);
            Check("text names the URL: " + e.Message, e.Message.Contains("nosuch:é€😀"));
        }

        private static void OwnFailure(string url)
        {
            Task[] tasks = Enumerable.Range(0, 8).Select(number => Run(() =>
            {
                string own = "nosuch" + number + ":";
                for (int i = 0; i < 2000; i++)
                {
                    WeirException e = Fails<WeirException>(() => Store.Open(own));
                    Check("own text: " + e.Message, e.Message.Contains(own));
                }
            })).ToArray();
            Task.WaitAll(tasks);
        }

        private static void ZeroCharacter(string url)
        {
            using (Store store = Store.Open("mem:"))
            {
                WeirException e = Fails<WeirException>(() => store.OpenQueue("a\0b"));
                Equal("status", Status.InvalidArgument, e.Status);
            }
        }

        private static void WideNumbers(string url)
        {
            using (Store store = Store.Open(url))
            using (Queue queue = store.OpenQueue("q"))
            {
                long producer = Above32Bits + 3;
                long sequence = Above32Bits + 5;
                byte[][] two = { Payload(1), Payload(2) };
                Equal("added", 2L, queue.PushMany(two, producer, sequence).Count);
                Equal("sequence", sequence + 1, queue.ProducerSequence(producer));
                Equal("the same producer cut to 32 bits", 0L, queue.ProducerSequence(3));
                PushResult again = queue.PushMany(two, producer, sequence);
                Equal("added again", 0L, again.Count);
                Equal("duplicates", 2L, again.DuplicateCount);

                long id = queue.PopMany(1)[0].Id;
                Equal("an id 2^32 above", 0L, queue.AckMany(new[] { id + (1L << 32) }));
                Equal("the id itself", 1L, queue.AckMany(new[] { id }));
            }
        }

        private static void UseAfterDispose(string url)
        {
            Store store = Store.Open("mem:");
            Queue queue = store.OpenQueue("q");
            queue.Dispose();
            queue.Dispose();
            Fails<ObjectDisposedException>(() => queue.PushMany(new[] { Payload(1) }));
            Fails<ObjectDisposedException>(() => queue.PopMany(1));
            Fails<ObjectDisposedException>(() => queue.AckMany(new long[] { 1 }));
            store.Dispose();
            store.Dispose();
            Fails<ObjectDisposedException>(() => store.OpenQueue("q"));
            Fails<ObjectDisposedException>(() => store.Sync());
        }

        private static void DisposeRaces(string url)
        {
            using (Store store = Store.Open("mem:"))
            {
                for (int round = 0; round < 20; round++)
                {
                    Queue queue = store.OpenQueue("q");
                    Task[] running = Enumerable.Range(0, 8).Select(number => Run(() =>
                        Fails<ObjectDisposedException>(() =>
                        {
                            while (true)
                            {
                                queue.PushMany(new[] { Payload(1) });
                                queue.AckMany(Ids(queue.PopMany(1)));
                            }
                        }))).ToArray();
                    Thread.Sleep(5);
                    queue.Dispose();
                    Check("ended", Task.WaitAll(running, 5000));
                }
            }
        }

        private static void DisposeWakes(string url)
        {
            using (Store store = Store.Open("mem:"))
            {
                Queue queue = store.OpenQueue("q");
                Task[] waiting = Enumerable.Range(0, 20).Select(number => Run(() =>
                    Fails<ObjectDisposedException>(() =>
                        queue.PopMany(1, TimeSpan.FromDays(1), CancellationToken.None)))).ToArray();
                Thread.Sleep(50);
                queue.Dispose();
                Check("woken", Task.WaitAll(waiting, 5000));
            }
        }

        private static void CancelEnds(string url)
        {
            using (Store store = Store.Open("mem:"))
            using (Queue queue = store.OpenQueue("q"))
            using (CancellationTokenSource cancel = new CancellationTokenSource(20))
            {
                Fails<OperationCanceledException>(() => queue.PopMany(1, TimeSpan.FromDays(1), cancel.Token));
            }
        }

        private static void Forgotten(string url)
        {
            Forget(url);
            for (int i = 0; i < 250; i++)
            {
                try
                {
                    Store.Open(url).Dispose();
                    return;
                }
                catch (WeirException e)
                {
                    Equal("status", Status.Locked, e.Status);
                    GC.Collect();
                    GC.WaitForPendingFinalizers();
                    Thread.Sleep(20);
                }
            }
            throw new InvalidOperationException("still open");
        }

        // Apart, so that no frame keeps the store reachable.
        [MethodImpl(MethodImplOptions.NoInlining)]
        private static void Forget(string url)
        {
            Store.Open(url);
        }

        /// <summary>Message number i: none, short and long ones, of text that is not ASCII and ends where it
        /// may.</summary>
        private static byte[] Payload(int i)
        {
            int size = i % 17 == 0 ? 0 : i % 250 == 249 ? 70000 : i * 37 % 2000;
            byte[] text = Encoding.UTF8.GetBytes("Nachricht " + i + ": Grüße, €, 😀. ");
            byte[] data = new byte[size];
            for (int at = 0; at < size; at++) data[at] = text[at % text.Length];
            return data;
        }

        private static long[] Ids(IEnumerable<Message> messages)
        {
            return messages.Select(message => message.Id).ToArray();
        }

        // A thread each: the pool would start those that block one by one.
        private static Task Run(Action body)
        {
            return Task.Factory.StartNew(body, TaskCreationOptions.LongRunning);
        }

        private static void Test(string name, Action<string> body)
        {
            try
            {
                body("file:" + Path.Combine(directory, "store" + (passed + failed)));
                passed++;
            }
            catch (Exception e)
            {
                failed++;
                Console.WriteLine("FAILED: " + name + "\n" + e);
            }
        }

        private static T Fails<T>(Action body) where T : Exception
        {
            try
            {
                body();
            }
            catch (T e)
            {
                return e;
            }
            throw new InvalidOperationException("no " + typeof(T));
        }

        private static void Check(string what, bool holds)
        {
            if (!holds) throw new InvalidOperationException(what);
        }

        private static void Equal<T>(string what, T expected, T found)
        {
            Check(what + ": expected " + expected + ", found " + found, Equals(expected, found));
        }
    }
}
