package io.weir;

import java.io.File;

/** Loads libweirjni, which brings libweir with it. */
final class NativeLibrary {
    /** System property: the directory that holds the library, where it is not on java.library.path. */
    private static final String DIRECTORY = "weir.native.path";

    private NativeLibrary() {}

    static void load() {
        String directory = System.getProperty(DIRECTORY);
        if (directory == null) {
            System.loadLibrary("weirjni");
        } else {
            System.load(new File(directory, System.mapLibraryName("weirjni")).getAbsolutePath());
        }
    }
}
