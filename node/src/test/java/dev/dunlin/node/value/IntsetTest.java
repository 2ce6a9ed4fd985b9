// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.value;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dunlin.node.testkit.Seeds;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class IntsetTest {
    private static final long[] EDGES = {
        0,
        -1,
        1,
        Short.MAX_VALUE,
        Short.MAX_VALUE + 1L,
        Short.MIN_VALUE,
        Short.MIN_VALUE - 1L,
        Integer.MAX_VALUE,
        Integer.MAX_VALUE + 1L,
        Integer.MIN_VALUE,
        Integer.MIN_VALUE - 1L,
        Long.MAX_VALUE,
        Long.MIN_VALUE
    };

    private static NativeBlob empty() {
        var blob = new NativeBlob(Intset.EMPTY_BYTES);
        Intset.writeEmpty(blob.address());
        return blob;
    }

    private static boolean add(NativeBlob blob, long value) {
        int at = Intset.find(blob.address(), value);
        if (at >= 0) {
            assertThat(Intset.at(blob.address(), at)).isEqualTo(value);
            return false;
        }
        blob.resize((int) Intset.bytesAfterAdd(blob.address(), value));
        Intset.add(blob.address(), ~at, value);
        assertThat(Intset.bytes(blob.address())).isEqualTo(blob.bytes());
        return true;
    }

    private static boolean remove(NativeBlob blob, long value) {
        int at = Intset.find(blob.address(), value);
        if (at < 0) {
            return false;
        }
        Intset.remove(blob.address(), at);
        blob.resize(Intset.bytes(blob.address()));
        return true;
    }

    private static List<Long> content(NativeBlob blob) {
        List<Long> content = new ArrayList<>();
        for (int i = 0; i < Intset.count(blob.address()); i++) {
            content.add(Intset.at(blob.address(), i));
        }
        return content;
    }

    private static long any(Random random) {
        return switch (random.nextInt(6)) {
            case 0 -> EDGES[random.nextInt(EDGES.length)];
            case 1 -> random.nextInt();
            case 2 -> random.nextInt(20) == 0 ? random.nextLong() : random.nextInt(1000);
            default -> random.nextInt(200) - 100;
        };
    }

    @Test
    void givenRandomChanges_whenComparedWithATreeSet_thenTheyAgreeAndNothingOutsideIsTouched() {
        Seeds.forEach(
                200,
                random -> {
                    var model = new TreeSet<Long>();
                    try (NativeBlob blob = empty()) {
                        for (int i = 0; i < 300; i++) {
                            long value = any(random);
                            if (random.nextInt(3) > 0) {
                                assertThat(add(blob, value)).isEqualTo(model.add(value));
                            } else {
                                assertThat(remove(blob, value)).isEqualTo(model.remove(value));
                            }
                        }
                        assertThat(content(blob)).containsExactlyElementsOf(model);
                        retainSome(blob, model, random);
                        assertThat(content(blob)).containsExactlyElementsOf(model);
                    }
                });
    }

    private static void retainSome(NativeBlob blob, Set<Long> model, Random random) {
        Set<Long> dropped = new HashSet<>();
        long intset = blob.address();
        Intset.retain(
                intset,
                at -> {
                    boolean kept = random.nextBoolean();
                    if (!kept) {
                        dropped.add(Intset.at(intset, at));
                    }
                    return kept;
                });
        blob.resize(Intset.bytes(intset));
        model.removeAll(dropped);
    }

    @Test
    void givenAWiderInteger_whenAdded_thenAllBecomeWiderAndStaySo() {
        try (NativeBlob blob = empty()) {
            add(blob, 2);
            add(blob, -1);
            assertThat(HexFormat.of().formatHex(blob.content()))
                    .isEqualTo("0200000002000000ffff0200");
            add(blob, 65536);
            assertThat(HexFormat.of().formatHex(blob.content()))
                    .isEqualTo("0400000003000000ffffffff0200000000000100");
            add(blob, Long.MIN_VALUE);
            remove(blob, Long.MIN_VALUE);
            assertThat(Intset.width(blob.address())).isEqualTo(8);
            assertThat(content(blob)).containsExactly(-1L, 2L, 65536L);
        }
    }
}
