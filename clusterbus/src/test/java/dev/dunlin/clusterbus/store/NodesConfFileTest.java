// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.clusterbus.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dunlin.clusterbus.model.NodeAddress;
import dev.dunlin.clusterbus.model.NodeFlags;
import dev.dunlin.clusterbus.model.NodeId;
import dev.dunlin.clusterbus.model.PersistedNode;
import dev.dunlin.clusterbus.model.PersistedState;
import dev.dunlin.clusterbus.model.SlotSet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NodesConfFileTest {
    @TempDir Path directory;

    @Test
    void givenNoFile_whenLoaded_thenItIsANewNode() throws Exception {
        try (var file = NodesConfFile.open(path())) {
            assertThat(file.load()).isNull();
            Files.createFile(path());
            assertThat(file.load()).isNull();
        }
    }

    @Test
    void givenSavedState_whenLoadedAgain_thenItIsTheSame() throws Exception {
        try (var file = NodesConfFile.open(path())) {
            file.save(state(7), true);
            file.save(state(8), false);
        }
        try (var file = NodesConfFile.open(path())) {
            assertThat(file.load()).isEqualTo(state(8));
        }
    }

    @Test
    void givenFileInUse_whenOpenedAgain_thenItIsRefusedUntilClosed() throws Exception {
        try (var file = NodesConfFile.open(path())) {
            file.save(state(1), false);
            assertThatThrownBy(() -> NodesConfFile.open(path()))
                    .isInstanceOf(NodesConfException.class)
                    .hasMessageContaining("already used by a different node");
        }
        NodesConfFile.open(path()).close();
    }

    @Test
    void givenBrokenFile_whenLoaded_thenTheErrorNamesFileAndLine() throws Exception {
        Files.writeString(path(), "\nnonsense\n");
        try (var file = NodesConfFile.open(path())) {
            assertThatThrownBy(file::load)
                    .isInstanceOf(NodesConfException.class)
                    .hasMessage(path() + ": line 2: a node has at least 8 fields, found 1");
        }
    }

    @Test
    void givenDiskThatFailsAtAnyStep_whenSaving_thenTheFileIsOldOrNewButWhole() throws Exception {
        for (int step = 1; step <= 4; step++) {
            var disk = new FailingDisk();
            try (var file = NodesConfFile.open(path(), disk)) {
                file.save(state(1), true);
                disk.failAt = disk.steps.size() + step;

                assertThatThrownBy(() -> file.save(state(2), true)).isInstanceOf(IOException.class);

                assertThat(file.load()).isIn(state(1), state(2));
                disk.failAt = 0;
                file.save(state(3), true);
                assertThat(file.load()).isEqualTo(state(3));
            }
        }
    }

    @Test
    void givenFsync_whenSaving_thenContentIsForcedBeforeAndTheNameAfterTheRename()
            throws Exception {
        var disk = new FailingDisk();
        try (var file = NodesConfFile.open(path(), disk)) {
            file.save(state(1), true);
            assertThat(disk.steps).containsExactly("write", "force", "rename", "forceDirectory");
            disk.steps.clear();
            file.save(state(2), false);
            assertThat(disk.steps).containsExactly("write", "rename");
        }
    }

    private Path path() {
        return directory.resolve("nodes.conf");
    }

    private static PersistedState state(long epoch) {
        var myself =
                new PersistedNode(
                        new NodeId("a".repeat(40)),
                        NodeAddress.of("", 7000, 17_000),
                        null,
                        null,
                        NodeFlags.of(NodeFlags.MYSELF | NodeFlags.PRIMARY),
                        null,
                        0,
                        0,
                        0,
                        true,
                        SlotSet.EMPTY);
        return new PersistedState(epoch, 0, List.of(myself), List.of());
    }

    /// The real disk, but the n-th step fails: a write in the middle, anything else before it happens.
    private static final class FailingDisk implements Disk {
        private final Disk real = new Disk.Real();
        private final List<String> steps = new ArrayList<>();
        private int failAt;

        private void step(String name) throws IOException {
            steps.add(name);
            if (steps.size() == failAt) {
                throw new IOException("no space left on device");
            }
        }

        @Override
        public void write(Path file, byte[] content) throws IOException {
            real.write(file, Arrays.copyOf(content, content.length / 2));
            step("write");
            real.write(file, content);
        }

        @Override
        public void force(Path file) throws IOException {
            step("force");
            real.force(file);
        }

        @Override
        public void rename(Path source, Path target) throws IOException {
            step("rename");
            real.rename(source, target);
        }

        @Override
        public void forceDirectory(Path directory) throws IOException {
            step("forceDirectory");
            real.forceDirectory(directory);
        }
    }
}
