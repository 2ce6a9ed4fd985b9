// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.tools;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;

/// Counts lines of commands as redis-check-aof does for its `ok_up_to_line`: each count, length and argument is one, whatever line ends an
/// argument holds; annotations are none. Lines of a last command that is broken count as far as they are whole.
///
/// Thread: one, which waits for the disk.
final class AofLines {
    /// As much of a line as Redis looks at for a number.
    private static final int NUMBER_LINE_BYTES_MAX = 127;

    private final InputStream in;
    private long lines;

    private AofLines(InputStream in) {
        this.in = in;
    }

    /// {@return whole lines of commands from the channel's position to the first that is none}
    static long count(FileChannel channel) throws IOException {
        var counter = new AofLines(new BufferedInputStream(Channels.newInputStream(channel)));
        counter.countAll();
        return counter.lines;
    }

    private void countAll() throws IOException {
        while (true) {
            int first = in.read();
            boolean whole =
                    switch (first) {
                        case '#' -> skipAnnotation();
                        case '*' -> countCommand();
                        default -> false;
                    };
            if (!whole) {
                return;
            }
        }
    }

    private boolean skipAnnotation() throws IOException {
        int b = in.read();
        while (b >= 0 && b != '\n') {
            b = in.read();
        }
        return b >= 0;
    }

    private boolean countCommand() throws IOException {
        long arguments = number();
        for (long i = 0; i < arguments; i++) {
            if (in.read() != '$') {
                return false;
            }
            long bytes = number();
            if (bytes < 0 || !skip(bytes) || !lineEnds()) {
                return false;
            }
        }
        return arguments >= 0;
    }

    /// {@return the number up to the end of the line, or -1 when there is none}
    private long number() throws IOException {
        long number = 0;
        int digits = 0;
        int b = in.read();
        while (b >= '0' && b <= '9' && digits < NUMBER_LINE_BYTES_MAX) {
            number = Math.min(number, Long.MAX_VALUE / 10 - 1) * 10 + b - '0';
            digits++;
            b = in.read();
        }
        if (digits == 0 || b != '\r' || in.read() != '\n') {
            return -1;
        }
        lines++;
        return number;
    }

    private boolean skip(long bytes) throws IOException {
        try {
            in.skipNBytes(bytes);
            return true;
        } catch (EOFException cutOff) {
            return false;
        }
    }

    private boolean lineEnds() throws IOException {
        boolean ends = in.read() == '\r' && in.read() == '\n';
        lines += ends ? 1 : 0;
        return ends;
    }
}
