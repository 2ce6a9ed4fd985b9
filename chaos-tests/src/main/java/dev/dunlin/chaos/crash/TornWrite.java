// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.chaos.crash;

import dev.dunlin.chaos.HarnessException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// Leaves an append-only file as a write does that was cut off in its midst.
///
/// A real kill may have done so already, for the kernel gives up a write between two pages. Then nothing can stand behind the cut.
final class TornWrite {
    /// Half an operation that nobody has sent.
    private static final byte[] HALF =
            "*3\r\n$3\r\nSET\r\n$9\r\nk:never:1\r\n$200\r\n0:0:xxxxxxxxxxxx"
                    .getBytes(StandardCharsets.ISO_8859_1);

    private TornWrite() {}

    /// Appends half an operation, unless the file ends with one.
    static void atTheEndOf(Path file) throws IOException {
        if (isWhole(Files.readAllBytes(file))) {
            Files.write(file, HALF, StandardOpenOption.APPEND);
        }
    }

    /// {@return whether these commands, arrays of strings with comments between them, end where one of them does}
    ///
    /// Throws [HarnessException] when they are anything else.
    static boolean isWhole(byte[] file) {
        int at = 0;
        while (at < file.length) {
            int behind = behindLine(file, at);
            if (behind < 0) {
                return false;
            }
            int strings = file[at] == '#' ? 0 : number(file, at, behind, '*');
            for (int i = 0; i < strings; i++) {
                int string = behind;
                behind = behindLine(file, string);
                if (behind < 0) {
                    return false;
                }
                int bytes = number(file, string, behind, '$');
                if (bytes > file.length - behind - 2) {
                    return false;
                }
                behind += bytes + 2;
            }
            at = behind;
        }
        return true;
    }

    /// {@return where the next line begins; negative when this one has no end}
    private static int behindLine(byte[] file, int at) {
        for (int i = at; i + 1 < file.length; i++) {
            if (file[i] == '\r' && file[i + 1] == '\n') {
                return i + 2;
            }
        }
        return -1;
    }

    private static int number(byte[] file, int at, int behind, char sign) {
        String line = new String(file, at, behind - 2 - at, StandardCharsets.ISO_8859_1);
        int number = -1;
        try {
            number = line.indexOf(sign) == 0 ? Integer.parseInt(line.substring(1)) : number;
        } catch (NumberFormatException _) {
            // No number is as wrong as a negative one.
        }
        if (number < 0) {
            throw new HarnessException(
                    "no command at byte " + at + " of the append-only file: " + line);
        }
        return number;
    }
}
