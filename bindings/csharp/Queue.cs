using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Threading;
using Weir.Raw;

namespace Weir
{
    /// <summary>An open queue. Any threads may use it at once.</summary>
    public sealed unsafe class Queue : IDisposable
    {
        // Waits are cut into slices of this length: cancelling does not reach native code, and disposing
        // wakes only those who wait already, not one who is just on the way in.
        private const long SliceMs = 100;

        // Results from here on are handles: no object lies in the first page of memory.
        private const long FirstHandle = 4096;

        private static readonly Message[] None = new Message[0];

        private readonly QueueHandle handle;
        private int disposed;

        internal Queue(QueueHandle handle)
        {
            this.handle = handle;
        }

        /// <summary>Adds all messages in one step, durably, or none; a repetition of what arrived before adds
        /// nothing.</summary>
        /// <param name="producerId">names the producer for ever; 0: none</param>
        /// <param name="sequence">of the first message, counted up for the others</param>
        public PushResult PushMany(IReadOnlyList<byte[]> messages, long producerId = 0, long sequence = 0)
        {
            int total = 0;
            foreach (byte[] message in messages) total = checked(total + message.Length);
            byte[] packed = new byte[total];
            uint[] sizes = new uint[messages.Count];
            int used = 0;
            for (int i = 0; i < sizes.Length; i++)
            {
                byte[] message = messages[i];
                Buffer.BlockCopy(message, 0, packed, used, message.Length);
                sizes[i] = (uint)message.Length;
                used += message.Length;
            }
            long* slots = stackalloc long[WeirNative.WEIRLL_PUSH_SLOTS];
            fixed (byte* data = packed)
            fixed (uint* size = sizes)
            {
                WeirNative.weirll_queue_push_many(handle, data, (ulong)packed.Length, size, (ulong)sizes.Length,
                    (uint)Durability.Default, 0, (ulong)producerId, (ulong)sequence, slots,
                    WeirNative.WEIRLL_PUSH_SLOTS);
            }
            return new PushResult((Durability)slots[WeirNative.WEIRLL_PUSH_LEVEL],
                slots[WeirNative.WEIRLL_PUSH_ID], slots[WeirNative.WEIRLL_PUSH_COUNT],
                slots[WeirNative.WEIRLL_PUSH_DUPLICATES]);
        }

        /// <summary>Takes up to countMax messages from the head, and none when the queue is empty.</summary>
        public IReadOnlyList<Message> PopMany(int countMax)
        {
            return PopMany(countMax, TimeSpan.Zero, CancellationToken.None);
        }

        /// <summary>Takes up to countMax messages from the head, waiting for the first if need be; none when
        /// the time is over.</summary>
        public IReadOnlyList<Message> PopMany(int countMax, TimeSpan timeout, CancellationToken cancel)
        {
            Stopwatch waited = Stopwatch.StartNew();
            while (true)
            {
                cancel.ThrowIfCancellationRequested();
                if (Volatile.Read(ref disposed) != 0) throw new ObjectDisposedException(nameof(Queue));
                double left = (timeout - waited.Elapsed).TotalMilliseconds;
                // Rounded up, so that the last wait does not end a moment too early.
                long slice = (long)Math.Ceiling(Math.Max(0, Math.Min(SliceMs, left)));
                long popped = WeirNative.weirll_queue_pop_many(handle, (ulong)countMax, 0, slice, 0, 0);
                if (popped >= FirstHandle) return Take(new IntPtr(popped));
                if (left <= 0) return None;
            }
        }

        /// <summary>Copies messages out and frees them.</summary>
        private static Message[] Take(IntPtr popped)
        {
            try
            {
                long[] facts = new long[(int)WeirNative.weir_messages_count(popped) * WeirNative.WEIRLL_FACT_SLOTS];
                fixed (long* slots = facts) WeirNative.weirll_messages_facts(popped, slots, (ulong)facts.Length);
                long total = 0;
                for (int at = WeirNative.WEIRLL_FACT_SIZE; at < facts.Length; at += WeirNative.WEIRLL_FACT_SLOTS)
                {
                    total += facts[at];
                }
                byte[] data = new byte[total];
                fixed (byte* buffer = data) WeirNative.weirll_messages_copy(popped, buffer, (ulong)data.Length);

                Message[] messages = new Message[facts.Length / WeirNative.WEIRLL_FACT_SLOTS];
                int used = 0;
                for (int i = 0; i < messages.Length; i++)
                {
                    int at = i * WeirNative.WEIRLL_FACT_SLOTS;
                    int size = (int)facts[at + WeirNative.WEIRLL_FACT_SIZE];
                    messages[i] = new Message(facts[at + WeirNative.WEIRLL_FACT_ID],
                        new ReadOnlyMemory<byte>(data, used, size),
                        (int)facts[at + WeirNative.WEIRLL_FACT_DELIVERY_COUNT],
                        facts[at + WeirNative.WEIRLL_FACT_REDELIVERED] != 0,
                        facts[at + WeirNative.WEIRLL_FACT_ENQUEUED_AT]);
                    used += size;
                }
                return messages;
            }
            finally
            {
                WeirNative.weir_messages_free(popped);
            }
        }

        /// <summary>Acknowledges messages in one step, durably; they will not be delivered again.</summary>
        /// <returns>how many there were; ids that are not there are left out</returns>
        public long AckMany(long[] ids)
        {
            fixed (long* first = ids)
            {
                return WeirNative.weir_queue_ack_many(handle, (ulong*)first, (ulong)ids.Length,
                    (uint)Durability.Default);
            }
        }

        /// <summary>The highest sequence that arrived from a producer and is on stable storage; 0 when there is
        /// none.</summary>
        public long ProducerSequence(long producerId)
        {
            return WeirNative.weir_queue_producer_sequence(handle, (ulong)producerId);
        }

        /// <summary>Wakes everyone who waits, and makes messages in flight through this handle ready again. When
        /// others are still inside, that happens as the last of them leaves.</summary>
        public void Dispose()
        {
            if (Interlocked.Exchange(ref disposed, 1) != 0) return;
            try
            {
                WeirNative.weir_queue_interrupt(handle);
            }
            catch (WeirException)
            {
                // Then nobody can be waiting.
            }
            finally
            {
                handle.Dispose();
            }
        }
    }
}
