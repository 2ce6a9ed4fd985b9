// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.offheap;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MemoryTest {
    private static final int BYTES = 160;
    private static final int SOURCE = 50;
    private static final int LONGEST = 50;

    private NativeRegion region;

    @BeforeEach
    void open() {
        region = NativeRegion.reserve(BYTES);
    }

    @AfterEach
    void close() {
        region.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {-50, -17, -16, -9, -8, -7, -4, -2, -1, 0, 1, 2, 3, 7, 8, 9, 15, 17, 51})
    void givenAnyLength_whenCopied_thenTheTargetHoldsItAndNothingElseHasChanged(int distance) {
        for (int length = 0; length <= LONGEST; length++) {
            byte[] model = new byte[BYTES];
            for (int i = 0; i < BYTES; i++) {
                model[i] = (byte) (i + 1);
            }
            Memory.copyIn(model, 0, region.address(), BYTES);
            long source = region.address() + SOURCE;

            Memory.copy(source, source + distance, length);

            System.arraycopy(model, SOURCE, model, SOURCE + distance, length);
            byte[] found = new byte[BYTES];
            Memory.copyOut(region.address(), found, 0, BYTES);
            assertThat(found).as("%d bytes", length).isEqualTo(model);
        }
    }
}
