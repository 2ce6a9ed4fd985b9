// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.tools;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The tool's words and exit status.
class CheckRdbTest {
    @TempDir private Path dir;
    private int status;

    private String check(String... words) {
        var text = new ByteArrayOutputStream();
        status = CheckRdb.run(List.of(words), new PrintStream(text, true, UTF_8));
        return text.toString(UTF_8);
    }

    private Path file(String hex) throws Exception {
        return Files.write(
                dir.resolve("f.rdb"), HexFormat.of().parseHex(hex.replaceAll("\\s", "")));
    }

    private static final String HEAD = "524544495330303130 fa 0161 0162 fe00 fb 0201";

    @Test
    void givenASoundFile_whenChecked_thenItIsOkAndCounted() throws Exception {
        Path file =
                file(HEAD + "00 016b 0176 fd 01000000 04 0168 01 0166 0176 ff 0000000000000000");
        assertThat(check(file.toString()))
                .isEqualTo(
                        """
                        [offset 0] Checking RDB file %s
                        [offset 14] AUX FIELD a = 'b'
                        [offset 16] Selecting DB ID 0
                        [offset 46] RDB file was saved with checksum disabled: no check performed.
                        [offset 46] \\o/ RDB looks OK! \\o/
                        [info] 2 keys read
                        [info] 1 expires
                        [info] 1 already expired
                        [info] 1 string
                        [info] 1 hash
                        """
                                .formatted(file));
        assertThat(status).isZero();
    }

    @Test
    void givenADefect_whenChecked_thenOffsetReasonAndKeyAreNamed() throws Exception {
        Path file = file(HEAD + "00 016b 0176 04 021b68 02 0166 0176 05");
        assertThat(check(file.toString()))
                .contains(
                        """
                        --- RDB ERROR DETECTED ---
                        [offset 34] 5 bytes announced, 0 left
                        """)
                .contains("[additional info] Reading key '\\x1bh'\n")
                .contains("[additional info] Reading type 4 (hash)\n")
                .contains("[info] 2 keys read\n");
        assertThat(status).isOne();
    }

    @Test
    void givenNoFileOrNoName_whenChecked_thenItSaysSo() {
        assertThat(check(dir.resolve("none").toString())).contains("No such file");
        assertThat(status).isOne();
        assertThat(check()).isEqualTo(CheckRdb.USAGE);
        assertThat(status).isOne();
        assertThat(check("--help")).isEqualTo(CheckRdb.USAGE);
        assertThat(status).isZero();
    }
}
