// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.replication;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ReplicaOptionsTest {
    @TempDir private Path directory;

    private final ReplicaOptions options = new ReplicaOptions();

    @Test
    void givenWhatRedisSends_whenAccepted_thenItIsKnown() {
        assertThat(options.accept(List.of("listening-port", "7005"))).isEmpty();
        assertThat(options.accept(List.of("IP-address", "10.0.0.9"))).isEmpty();
        assertThat(options.accept(List.of("capa", "eof", "capa", "psync2", "capa", "new")))
                .isEmpty();
        assertThat(options.accept(List.of("rdb-only", "1"))).isEmpty();
        assertThat(options.accept(List.of("rdb-filter-only", ""))).isEmpty();
        assertThat(options.accept(List.of())).isEmpty();

        assertThat(options.listeningPort()).isEqualTo(7005);
        assertThat(options.ipAddress()).contains("10.0.0.9");
        assertThat(options.eof()).isTrue();
        assertThat(options.psync2()).isTrue();
        assertThat(options.rdbOnly()).isTrue();
    }

    @Test
    void givenMistakes_whenAnswered_thenTheErrorsAreRediss() throws Exception {
        try (var redis = new RedisServer(directory)) {
            for (List<String> wrong :
                    List.of(
                            List.of("listening-port"),
                            List.of("version", "8.0.0"),
                            List.of("Foo", "1"),
                            List.of("listening-port", "x"),
                            List.of("rdb-only", "2"),
                            List.of("rdb-only", "x"),
                            List.of("rdb-filter-only", "keys"),
                            List.of("ip-address", "h".repeat(300)),
                            List.of("capa", "eof", "foo", "1"))) {
                String[] words = new String[wrong.size() + 1];
                words[0] = "REPLCONF";
                for (int i = 0; i < wrong.size(); i++) {
                    words[i + 1] = wrong.get(i);
                }
                assertThat(options.accept(wrong).map(error -> "-" + error))
                        .as(wrong.toString())
                        .contains(redis.call(words));
            }
        }
    }
}
