// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.chaos.crash;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dunlin.chaos.HarnessException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TornWriteTest {
    private static final String SET = "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$2\r\n\r\n\r\n";
    private static final String STAMP = "#TS:1\r\n";

    @TempDir Path temp;

    @Test
    void givenEveryCutOfAFile_whenAsked_thenOnlyThoseBetweenCommandsAreWhole() {
        byte[] file = (SET + STAMP + SET).getBytes(ISO_8859_1);
        var whole = new ArrayList<Integer>();
        for (int bytes = 0; bytes <= file.length; bytes++) {
            if (TornWrite.isWhole(Arrays.copyOf(file, bytes))) {
                whole.add(bytes);
            }
        }

        assertThat(whole)
                .containsExactly(0, SET.length(), SET.length() + STAMP.length(), file.length);
    }

    @Test
    void givenAFile_whenTornTwice_thenThereIsHalfAnOperationOnce() throws Exception {
        Path file = temp.resolve("a.aof");
        Files.writeString(file, SET);

        TornWrite.atTheEndOf(file);
        long torn = Files.size(file);
        TornWrite.atTheEndOf(file);

        assertThat(torn).isGreaterThan(SET.length());
        assertThat(file).hasSize(torn);
        assertThat(TornWrite.isWhole(Files.readAllBytes(file))).isFalse();
    }

    @Test
    void givenSomethingElse_whenAsked_thenItSaysWhere() {
        assertThatThrownBy(() -> TornWrite.isWhole((SET + "junk\r\n").getBytes(ISO_8859_1)))
                .isInstanceOf(HarnessException.class)
                .hasMessageContaining("byte " + SET.length());
    }
}
