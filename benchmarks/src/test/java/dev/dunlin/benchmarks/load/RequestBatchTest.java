// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.benchmarks.load;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RequestBatchTest {
    @Test
    void givenASet_whenItsKeyIsPatched_thenTheBytesAreTheRequest() {
        assertThat(patched(new Workload(Command.SET, 1, 1, 3, 1_000_000), 123_456))
                .isEqualTo("*3\r\n$3\r\nSET\r\n$16\r\nkey:000000123456\r\n$3\r\nxxx\r\n");
    }

    @Test
    void givenAPipelineOfGets_whenPatchedInTurn_thenEachHasItsOwnKey() {
        assertThat(patched(new Workload(Command.GET, 2, 1, 3, 10), 7, 999_999_999_999L))
                .isEqualTo(get("000000000007") + get("999999999999"));
    }

    @Test
    void givenAnHset_whenPatched_thenTheLastDigitNamesTheField() {
        assertThat(patched(new Workload(Command.HSET, 1, 1, 1, 100), 42))
                .isEqualTo(
                        "*4\r\n$4\r\nHSET\r\n$16\r\nhsh:000000000004\r\n$6\r\nfield2\r\n$1\r\nx\r\n");
    }

    @Test
    void givenAnMset_whenPatched_thenItTakesTenNumbers() {
        RequestBatch batch = RequestBatch.of(new Workload(Command.MSET, 1, 1, 1, 100));

        assertThat(batch.keys()).isEqualTo(10);
        assertThat(patched(new Workload(Command.MSET, 1, 1, 1, 100), 1, 2))
                .startsWith("*21\r\n$4\r\nMSET\r\n$16\r\nkey:000000000001\r\n$1\r\nx\r\n$16\r\n");
    }

    @Test
    void givenRequestsThatTakeTurns_whenEncoded_thenTheyAlternateFromTheFirstWanted() {
        var workload = new Workload(Command.LPOP, 3, 1, 1, 100);
        String push = "*3\r\n$5\r\nRPUSH\r\n$4\r\nlpop\r\n$1\r\nx\r\n";
        String pop = "*2\r\n$4\r\nLPOP\r\n$4\r\nlpop\r\n";

        assertThat(text(RequestBatch.of(workload, 0))).isEqualTo(push + pop + push);
        assertThat(text(RequestBatch.of(workload, 1))).isEqualTo(pop + push + pop);
    }

    @Test
    void givenAnOffset_whenPatched_thenItDoesNotBeginWithZero() {
        assertThat(patched(new Workload(Command.SETBIT, 1, 1, 1, 1000), 742))
                .isEqualTo("*4\r\n$6\r\nSETBIT\r\n$6\r\nsetbit\r\n$9\r\n100000742\r\n$1\r\n1\r\n");
    }

    @Test
    void givenARangeOfNumbers_whenPatched_thenNumbersStayInIt() {
        assertThat(patched(new Workload(Command.FILL_SMEMBERS, 1, 1, 1, 1000), 742))
                .endsWith("elm:000000000042\r\n");
    }

    @ParameterizedTest
    @CsvSource({"0,1,1,1", "1,0,1,1", "1,1,0,1", "1,1,1,0", "1025,1,1,1", "1,10001,1,1"})
    void givenASizeOutOfRange_whenAWorkloadIsMade_thenItSaysWhichAndWhatIsAllowed(
            int pipeline, int clients, int valueBytes, long keys) {
        assertThatThrownBy(() -> new Workload(Command.SET, pipeline, clients, valueBytes, keys))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("must be 1 to ");
    }

    @Test
    void givenKeysInOrder_whenAllWereTaken_thenTheyStartAgain() {
        var numbers = KeyNumbers.inOrder(3);

        assertThat(new long[] {numbers.next(), numbers.next(), numbers.next(), numbers.next()})
                .containsExactly(0, 1, 2, 0);
    }

    @Test
    void givenRandomKeys_whenManyAreTaken_thenEachComesAboutEquallyOften() {
        var numbers = KeyNumbers.random(10);
        int[] taken = new int[10];
        for (int i = 0; i < 100_000; i++) {
            taken[(int) numbers.next()]++;
        }

        for (int count : taken) {
            assertThat(count).isBetween(9_500, 10_500);
        }
    }

    private static String get(String number) {
        return "*2\r\n$3\r\nGET\r\n$16\r\nkey:" + number + "\r\n";
    }

    private static String text(RequestBatch batch) {
        return patched(batch);
    }

    private static String patched(Workload workload, long... numbers) {
        return patched(RequestBatch.of(workload), numbers);
    }

    private static String patched(RequestBatch batch, long... numbers) {
        try (var arena = Arena.ofConfined()) {
            MemorySegment copy = arena.allocate(batch.size());
            batch.copyTo(copy);
            for (int i = 0; i < numbers.length; i++) {
                batch.patch(copy, i, numbers[i]);
            }
            return new String(copy.toArray(ValueLayout.JAVA_BYTE), US_ASCII);
        }
    }
}
