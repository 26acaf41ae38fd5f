package io.weir;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Names and URLs on their way to C. */
final class Text {
    private Text() {}

    /** UTF-8 with a zero byte at the end. C would take a zero inside for the end, so it is refused here. */
    static byte[] toC(String what, String text) {
        if (text.indexOf('\0') >= 0) {
            throw new WeirException(Status.INVALID_ARGUMENT, 0,
                    (what + " holds a zero character").getBytes(StandardCharsets.UTF_8));
        }
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return Arrays.copyOf(bytes, bytes.length + 1);
    }
}
