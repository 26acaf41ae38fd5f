using System;
using Weir.Raw;

namespace Weir
{
    /// <summary>An open store. Any threads may use it at once; its queues may be disposed after it.</summary>
    public sealed class Store : IDisposable
    {
        private readonly StoreHandle handle;

        private Store(StoreHandle handle)
        {
            this.handle = handle;
        }

        /// <summary>Opens a store, recovering what an unclean stop left.</summary>
        /// <param name="url">"mem:", "file:PATH" or a bare path</param>
        public static Store Open(string url)
        {
            WeirException.CheckText("url", url);
            return new Store(new StoreHandle(WeirNative.weirll_store_open(url)));
        }

        /// <summary>Opens a queue, making it when missing.</summary>
        public Queue OpenQueue(string name)
        {
            WeirException.CheckText("name", name);
            return new Queue(new QueueHandle(WeirNative.weirll_queue_open(handle, name)));
        }

        /// <summary>Waits until everything accepted before the call is on stable storage.</summary>
        public void Sync()
        {
            WeirNative.weir_store_sync(handle);
        }

        /// <summary>Closes the store once its queues are disposed too. Again does nothing.</summary>
        public void Dispose()
        {
            handle.Dispose();
        }
    }
}
