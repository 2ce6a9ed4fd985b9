// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.controlplane.workflow;

import dev.dunlin.controlplane.nodeclient.ClusterReader;
import dev.dunlin.controlplane.nodeclient.ClusterSnapshot;
import dev.dunlin.controlplane.nodeclient.NodeException;
import dev.dunlin.controlplane.topology.ClusterNode;
import dev.dunlin.controlplane.topology.HostPort;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Where the cluster's nodes are, kept across restarts: a file with one address a line, replaced as a whole.
///
/// What was learned from the cluster itself comes before the seeds given at start, because seeds may have left since.
///
/// Thread: any.
public final class KnownNodes {
    private static final int NODES_MAX = 10_000;

    private final @Nullable Path file;
    private final ClusterReader reader;
    private List<HostPort> learned;
    private final LinkedHashSet<HostPort> seeds;

    /// Reads `file` when it exists; null keeps everything in memory only.
    public KnownNodes(@Nullable Path file, Collection<HostPort> seeds, ClusterReader reader)
            throws IOException {
        this.file = file;
        this.reader = reader;
        this.seeds = new LinkedHashSet<>(seeds);
        this.learned = file != null && Files.exists(file) ? load(file) : List.of();
    }

    private static List<HostPort> load(Path file) throws IOException {
        try (var lines = Files.lines(file, StandardCharsets.UTF_8)) {
            return lines.limit(NODES_MAX)
                    .map(HostPort::parse)
                    .filter(Objects::nonNull)
                    .map(Objects::requireNonNull)
                    .toList();
        }
    }

    /// {@return every address worth asking, the best first}
    public synchronized List<HostPort> addresses() {
        var all = new LinkedHashSet<>(learned);
        all.addAll(seeds);
        return List.copyOf(all);
    }

    /// Adds nodes that are about to become the cluster.
    public synchronized void addSeeds(Collection<HostPort> addresses) {
        seeds.addAll(addresses);
        var all = new LinkedHashSet<>(learned);
        all.addAll(addresses);
        remember(List.copyOf(all));
    }

    /// {@return the cluster as it is now}
    ///
    /// Throws [NodeException] when no known node answers.
    public ClusterSnapshot snapshot() throws NodeException {
        var snapshot = reader.read(addresses());
        learn(snapshot);
        return snapshot;
    }

    /// A view of more than one node says who belongs to the cluster; a node that stands alone says nothing about others.
    private synchronized void learn(ClusterSnapshot snapshot) {
        var addresses = new ArrayList<HostPort>();
        for (ClusterNode node : snapshot.topology().nodes()) {
            if (node.address() != null) {
                addresses.add(node.address());
            }
        }
        if (addresses.size() > 1) {
            remember(addresses.stream().sorted().toList());
        }
    }

    private void remember(List<HostPort> addresses) {
        if (addresses.equals(learned) || addresses.size() > NODES_MAX) {
            return;
        }
        learned = addresses;
        if (file == null) {
            return;
        }
        var text = new StringBuilder();
        addresses.forEach(address -> text.append(address).append('\n'));
        try {
            Path fresh = file.resolveSibling(file.getFileName() + ".new");
            Files.writeString(fresh, text);
            try (var channel = FileChannel.open(fresh, StandardOpenOption.WRITE)) {
                channel.force(true);
            }
            Files.move(
                    fresh,
                    file,
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot save " + file, e);
        }
    }
}
