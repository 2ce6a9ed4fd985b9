// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.benchmarks.os;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProcTest {
    // Linux 6.18, /proc/stat, shortened.
    private static final String STAT =
            """
            cpu  17478 0 3407 154803 237 0 60 33 0 0
            cpu0 8654 1 1504 77751 44 7 8 15 0 0
            cpu1 8823 2 1902 77052 193 7 53 18 0 0
            intr 2711 0 0
            """;

    @Test
    void givenProcStat_whenParsed_thenUserNiceSystemAndStolenTimeAreBusy() {
        assertThat(Cores.parse(STAT).busyTicks())
                .containsExactly(8654L + 1 + 1504 + 15, 8823L + 2 + 1902 + 18);
    }

    @Test
    void givenTwoReadings_whenCompared_thenTheDifferenceIsInNanoseconds() {
        var earlier = new Cores(List.of(100L, 200L));
        var later = new Cores(List.of(103L, 200L));

        assertThat(later.busyNanosSince(earlier, 0)).isEqualTo(30_000_000);
        assertThat(later.busyNanosSince(earlier, 1)).isZero();
    }

    @Test
    void givenThreadsThatCameAndWent_whenCpuIsCompared_thenNewOnesCountAndGoneOnesDoNot() {
        var earlier = new ProcessCpu(Map.of(1L, 100L, 2L, 5_000L));
        var later = new ProcessCpu(Map.of(1L, 150L, 3L, 7L));

        assertThat(later.nanosSince(earlier)).isEqualTo(57);
    }

    @Test
    void givenThisProcess_whenAsked_thenItHasUsedCpuAndMemory() throws IOException {
        long pid = ProcessHandle.current().pid();

        assertThat(ProcessCpu.of(pid).nanosSince(new ProcessCpu(Map.of()))).isPositive();
        assertThat(ProcessMemory.residentBytes(pid)).isGreaterThan(1_000_000);
    }

    @Test
    void givenAProcessThatIsGone_whenAsked_thenItHasNoThreads() throws IOException {
        assertThat(ProcessCpu.of(Integer.MAX_VALUE).nanosByThread()).isEmpty();
    }

    @Test
    void givenOneProcessor_whenPinningIsAuto_thenNobodyIsPinned() {
        assertThat(Pinning.parse("auto", 1)).isEqualTo(Pinning.none());
        assertThat(Pinning.none().onServerCore(List.of("redis-server")))
                .containsExactly("redis-server");
    }

    @Test
    void givenTwoCores_whenPinned_thenTheServerStartsOnItsOwn() {
        Pinning pinning = Pinning.parse("3,1", 4);

        assertThat(pinning.cores()).isEqualTo(Optional.of(new Pinning.Cores(3, 1)));
        assertThat(pinning.onServerCore(List.of("redis-server")))
                .containsExactly("taskset", "-c", "3", "redis-server");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "0", "0,0", "0,2", "a,b", "0,1,2", "-1,0"})
    void givenAnythingElse_whenPinningIsParsed_thenItSaysWhatIsAllowed(String text) {
        assertThatThrownBy(() -> Pinning.parse(text, 2))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("two different cores below 2");
    }
}
