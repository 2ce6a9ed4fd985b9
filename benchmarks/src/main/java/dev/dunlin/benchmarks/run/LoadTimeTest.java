// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.benchmarks.run;

import dev.dunlin.benchmarks.load.Command;
import dev.dunlin.benchmarks.load.LoadGenerator;
import dev.dunlin.benchmarks.load.Workload;
import dev.dunlin.benchmarks.os.Pinning;
import dev.dunlin.benchmarks.server.Directories;
import dev.dunlin.benchmarks.server.ServerProcess;
import dev.dunlin.benchmarks.server.ServerSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;

/// How long servers take from the start of the process until they answer, with millions of keys to load. Files are in the page cache.
public final class LoadTimeTest {
    private static final int VALUE_BYTES = 32;
    private static final int FILL_CLIENTS = 16;
    private static final int FILL_PIPELINE = 64;
    private static final String DUMP = "dump.rdb";

    private final Pinning pinning;
    private final Effort effort;

    /// A test for servers that run where `pinning` says.
    public LoadTimeTest(Pinning pinning, Effort effort) {
        this.pinning = pinning;
        this.effort = effort;
    }

    /// {@return one result for each server}
    ///
    /// @throws IOException also when a server does not come back with all keys
    public List<LoadTimeResult> run(List<ServerSpec> specs, LoadedFile file)
            throws IOException, InterruptedException {
        List<Path> folders = new ArrayList<>();
        Path empty = Files.createTempDirectory("dunlin-bench-");
        try {
            for (ServerSpec spec : specs) {
                Path folder = Files.createTempDirectory("dunlin-bench-");
                folders.add(folder);
                if (file == LoadedFile.SAME_RDB && folders.size() > 1) {
                    Files.copy(
                            folders.getFirst().resolve(DUMP),
                            folder.resolve(DUMP),
                            StandardCopyOption.REPLACE_EXISTING);
                } else {
                    write(folder, spec, file);
                }
            }
            return rounds(specs, file, folders, empty);
        } finally {
            Directories.delete(empty);
            for (Path folder : folders) {
                Directories.delete(folder);
            }
        }
    }

    private List<LoadTimeResult> rounds(
            List<ServerSpec> specs, LoadedFile file, List<Path> folders, Path empty)
            throws IOException, InterruptedException {
        List<List<Double>> emptySeconds = new ArrayList<>();
        List<List<Double>> seconds = new ArrayList<>();
        List<Long> bytes = new ArrayList<>();
        for (Path folder : folders) {
            emptySeconds.add(new ArrayList<>());
            seconds.add(new ArrayList<>());
            bytes.add(Directories.bytes(folder));
        }
        QuietMachine quiet = effort.quietMachine(pinning);
        for (int round = 0; round < effort.rounds(); round++) {
            for (int index = 0; index < specs.size(); index++) {
                quiet.await();
                emptySeconds.get(index).add(start(empty, specs.get(index), LoadedFile.RDB, 0));
                quiet.await();
                seconds.get(index)
                        .add(start(folders.get(index), specs.get(index), file, effort.loadKeys()));
            }
        }
        List<LoadTimeResult> results = new ArrayList<>();
        for (int index = 0; index < specs.size(); index++) {
            results.add(
                    new LoadTimeResult(
                            file,
                            specs.get(index).name(),
                            effort.loadKeys(),
                            bytes.get(index),
                            List.copyOf(emptySeconds.get(index)),
                            List.copyOf(seconds.get(index))));
        }
        return results;
    }

    private double start(Path folder, ServerSpec spec, LoadedFile file, long keys)
            throws IOException, InterruptedException {
        try (var server = ServerProcess.startIn(folder, spec, pinning, file.directives())) {
            long found = Long.parseLong(server.control().ask("DBSIZE"));
            if (found != keys) {
                throw new IOException(
                        spec.name() + " came back with " + found + " keys of " + keys);
            }
            return server.startNanos() / 1e9;
        }
    }

    private void write(Path folder, ServerSpec spec, LoadedFile file)
            throws IOException, InterruptedException {
        try (var server = ServerProcess.startIn(folder, spec, pinning, file.directives())) {
            var all =
                    new Workload(
                            Command.SET,
                            FILL_PIPELINE,
                            FILL_CLIENTS,
                            VALUE_BYTES,
                            effort.loadKeys());
            try (var generator = new LoadGenerator(server.port(), all)) {
                generator.sendAll();
            }
            if (!file.appends()) {
                server.control().ask("SAVE");
            }
        }
    }
}
