package io.weir;

import java.nio.charset.StandardCharsets;

/** A call that libweir refused or could not carry out. */
public final class WeirException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int status;
    private final int osError;

    /** Called by the native code, which finds it by these parameter types. */
    WeirException(int status, int osError, byte[] message) {
        super(new String(message, StandardCharsets.UTF_8));
        this.status = status;
        this.osError = osError;
    }

    /** One of {@link Status}. */
    public int status() {
        return status;
    }

    /** The system's errno where it was the reason, or 0. */
    public int osError() {
        return osError;
    }
}
