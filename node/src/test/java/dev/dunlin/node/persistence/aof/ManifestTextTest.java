// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.persistence.aof;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dunlin.node.persistence.aof.AofManifest.AofFile;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The manifest as text, and the changes a rewrite makes to it.
class ManifestTextTest {
    private static AofManifest parse(String text) throws ManifestException {
        return ManifestText.parse(text.getBytes(ISO_8859_1));
    }

    private static String format(AofManifest manifest) {
        return new String(ManifestText.format(manifest), ISO_8859_1);
    }

    @Test
    void givenManifestOfRedis_whenReadAndWritten_thenItIsTheSame() throws ManifestException {
        String text =
                """
                file appendonly.aof.2.base.rdb seq 2 type b
                file appendonly.aof.1.incr.aof seq 1 type h
                file appendonly.aof.4.incr.aof seq 4 type i
                file appendonly.aof.5.incr.aof seq 5 type i
                """;

        AofManifest manifest = parse(text);

        assertThat(manifest.base()).isEqualTo(new AofFile("appendonly.aof.2.base.rdb", 2));
        assertThat(manifest.lastIncrement()).isEqualTo(new AofFile("appendonly.aof.5.incr.aof", 5));
        assertThat(format(manifest)).isEqualTo(text);
    }

    @Test
    void givenOddButLegalText_whenRead_thenItIsUnderstood() throws ManifestException {
        AofManifest manifest =
                parse(
                        """
                        # a comment
                          TYPE i SEQ 7 startoffset 12 file "a \\"b\\" c"  \r
                        """);

        assertThat(manifest.increments()).containsExactly(new AofFile("a \"b\" c", 7));
        assertThat(parse(format(manifest))).isEqualTo(manifest);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'' | Found an empty AOF manifest",
                "'\n' | Invalid AOF manifest file format",
                "'file a seq 1 type b' | The AOF manifest file contains too long line",
                "'file a seq 1\n' | Invalid AOF manifest file format",
                "'file a seq 1 type b x\n' | Invalid AOF manifest file format",
                "'file a seq 0 type b\n' | Invalid AOF manifest file format",
                "'file a seq 1 x y\n' | Invalid AOF manifest file format",
                "'file a/b seq 1 type b\n' | File can't be a path, just a filename",
                "'file a seq 1 type x\n' | Unknown AOF file type",
                "'file a seq 1 type b\nfile b seq 2 type b\n' | Found duplicate base file information",
                "'file a seq 2 type i\nfile b seq 2 type i\n' | Found a non-monotonic sequence number",
                "'file \"a seq 1 type i\n' | Invalid AOF manifest file format"
            })
    void givenWrongManifest_whenRead_thenItIsRefusedInRediss(String text, String reason) {
        assertThatThrownBy(() -> parse(text))
                .isInstanceOfSatisfying(
                        ManifestException.class, e -> assertThat(e.reason()).isEqualTo(reason));
    }

    @Test
    void givenLongLine_whenRead_thenItIsRefused() {
        assertThatThrownBy(() -> parse("file " + "a".repeat(1010) + " seq 1 type b\n"))
                .isInstanceOf(ManifestException.class);
    }

    @Test
    void givenRewrite_whenItsBaseIsPutInPlace_thenAllBeforeTheCutIsHistory() {
        AofManifest before =
                AofManifest.EMPTY
                        .withBase(AofManifest.EMPTY.nextBase("a", true), 0)
                        .withIncrement(new AofFile("a.1.incr.aof", 1));
        AofManifest during = before.withIncrement(before.nextIncrement("a"));

        AofManifest after = during.withBase(during.nextBase("a", false), 1);

        assertThat(format(after))
                .isEqualTo(
                        """
                        file a.2.base.aof seq 2 type b
                        file a.1.base.rdb seq 1 type h
                        file a.1.incr.aof seq 1 type h
                        file a.2.incr.aof seq 2 type i
                        """);
        assertThat(after.withoutHistory().history()).isEmpty();
        assertThat(after.toLoad())
                .isEqualTo(List.of(new AofFile("a.2.base.aof", 2), new AofFile("a.2.incr.aof", 2)));
    }
}
