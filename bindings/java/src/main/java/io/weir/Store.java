package io.weir;

import io.weir.raw.WeirNative;

/** An open store. Any threads may use it at once; queues opened from it may be closed after it. */
public final class Store implements AutoCloseable {
    static {
        NativeLibrary.load();
    }

    private final Handle handle;

    private Store(long address) {
        handle = new Handle("store", address, a -> {}, WeirNative::weir_store_close);
    }

    /**
     * Opens a store, recovering what an unclean stop left.
     *
     * @param url "mem:", "file:PATH" or a bare path
     */
    public static Store open(String url) {
        return new Store(WeirNative.weirll_store_open(Text.toC("url", url)));
    }

    /** Opens a queue, making it when missing. */
    public Queue openQueue(String name) {
        byte[] text = Text.toC("name", name);
        return new Queue(handle.call(store -> WeirNative.weirll_queue_open(store, text)));
    }

    /** Waits until everything accepted before the call is on stable storage. */
    public void sync() {
        handle.call(WeirNative::weir_store_sync);
    }

    /** Closes the store once its queues are closed too. Closing again does nothing. */
    @Override
    public void close() {
        handle.close();
    }
}
