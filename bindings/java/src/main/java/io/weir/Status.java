package io.weir;

import io.weir.raw.WeirNativeConstants;

/** What {@link WeirException#status} may say. Later versions add numbers: have a default branch. */
public final class Status {
    public static final int INVALID_ARGUMENT = WeirNativeConstants.WEIR_E_INVALID_ARGUMENT;
    public static final int CLOSED = WeirNativeConstants.WEIR_E_CLOSED;
    public static final int IO = WeirNativeConstants.WEIR_E_IO;
    public static final int NO_SPACE = WeirNativeConstants.WEIR_E_NO_SPACE;
    public static final int NO_MEMORY = WeirNativeConstants.WEIR_E_NO_MEMORY;
    public static final int CORRUPT = WeirNativeConstants.WEIR_E_CORRUPT;
    public static final int LOCKED = WeirNativeConstants.WEIR_E_LOCKED;
    public static final int BUSY = WeirNativeConstants.WEIR_E_BUSY;
    public static final int EXISTS = WeirNativeConstants.WEIR_E_EXISTS;
    public static final int TOO_LARGE = WeirNativeConstants.WEIR_E_TOO_LARGE;
    public static final int LIMIT = WeirNativeConstants.WEIR_E_LIMIT;
    public static final int READ_ONLY = WeirNativeConstants.WEIR_E_READ_ONLY;
    public static final int UNSUPPORTED = WeirNativeConstants.WEIR_E_UNSUPPORTED;
    public static final int FORMAT_TOO_NEW = WeirNativeConstants.WEIR_E_FORMAT_TOO_NEW;
    public static final int BUFFER_TOO_SMALL = WeirNativeConstants.WEIR_E_BUFFER_TOO_SMALL;
    public static final int FAILED = WeirNativeConstants.WEIR_E_FAILED;
    public static final int FORKED = WeirNativeConstants.WEIR_E_FORKED;
    public static final int ACCESS = WeirNativeConstants.WEIR_E_ACCESS;
    public static final int INTERNAL = WeirNativeConstants.WEIR_E_INTERNAL;

    private Status() {}
}
