package io.weir;

import io.weir.raw.WeirNativeConstants;

/** How far an effect must have got before a call returns, or how far it got. */
public enum Durability {
    /** As input: what the store's options say. */
    DEFAULT(WeirNativeConstants.WEIR_DURABILITY_DEFAULT),
    /** As output only: in this process's memory. */
    MEMORY(WeirNativeConstants.WEIR_DURABILITY_MEMORY),
    /** As input: return at once, synced in the background soon. */
    ASYNC(WeirNativeConstants.WEIR_DURABILITY_ASYNC),
    /** On stable storage. */
    SYNC(WeirNativeConstants.WEIR_DURABILITY_SYNC);

    final int code;

    Durability(int code) {
        this.code = code;
    }

    /** A level reached: anything but SYNC promises no more than memory. */
    static Durability ofLevel(long code) {
        return code == SYNC.code ? SYNC : MEMORY;
    }
}
