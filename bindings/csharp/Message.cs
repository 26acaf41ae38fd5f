using System;
using Weir.Raw;

namespace Weir
{
    /// <summary>How far an effect got, or must have got, when a call returns.</summary>
    public enum Durability
    {
        /// <summary>As input: what the store's options say.</summary>
        Default = WeirNative.WEIR_DURABILITY_DEFAULT,
        /// <summary>As output only: in this process's memory.</summary>
        Memory = WeirNative.WEIR_DURABILITY_MEMORY,
        /// <summary>As input: return at once, synced in the background soon.</summary>
        Async = WeirNative.WEIR_DURABILITY_ASYNC,
        /// <summary>On stable storage.</summary>
        Sync = WeirNative.WEIR_DURABILITY_SYNC,
    }

    /// <summary>One message as it came out of a queue.</summary>
    public sealed class Message
    {
        internal Message(long id, ReadOnlyMemory<byte> data, int deliveryCount, bool redelivered, long enqueuedAt)
        {
            Id = id;
            Data = data;
            DeliveryCount = deliveryCount;
            Redelivered = redelivered;
            EnqueuedAtNanoseconds = enqueuedAt;
        }

        /// <summary>What to acknowledge it by.</summary>
        public long Id { get; }

        /// <summary>Its bytes; they share one array with the other messages of the batch.</summary>
        public ReadOnlyMemory<byte> Data { get; }

        /// <summary>How often it was delivered, this time included.</summary>
        public int DeliveryCount { get; }

        /// <summary>Whether it may have been delivered before.</summary>
        public bool Redelivered { get; }

        /// <summary>When it was pushed, in nanoseconds since 1970 UTC.</summary>
        public long EnqueuedAtNanoseconds { get; }
    }

    /// <summary>What a push did.</summary>
    public sealed class PushResult
    {
        internal PushResult(Durability level, long firstId, long count, long duplicateCount)
        {
            Level = level;
            FirstId = firstId;
            Count = count;
            DuplicateCount = duplicateCount;
        }

        /// <summary>How far it got by the time of return.</summary>
        public Durability Level { get; }

        /// <summary>Id of the first message; the others follow without gaps; 0 when nothing was added.</summary>
        public long FirstId { get; }

        /// <summary>Messages added.</summary>
        public long Count { get; }

        /// <summary>Messages left out because their producer sequence had arrived before.</summary>
        public long DuplicateCount { get; }
    }
}
