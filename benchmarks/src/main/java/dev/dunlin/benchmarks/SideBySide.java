// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.benchmarks;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import dev.dunlin.benchmarks.load.Command;
import dev.dunlin.benchmarks.load.Workload;
import dev.dunlin.benchmarks.os.Machine;
import dev.dunlin.benchmarks.os.Pinning;
import dev.dunlin.benchmarks.run.ChurnResult;
import dev.dunlin.benchmarks.run.ChurnTest;
import dev.dunlin.benchmarks.run.DataSet;
import dev.dunlin.benchmarks.run.Effort;
import dev.dunlin.benchmarks.run.EvictionResult;
import dev.dunlin.benchmarks.run.EvictionTest;
import dev.dunlin.benchmarks.run.Grid;
import dev.dunlin.benchmarks.run.LongOperation;
import dev.dunlin.benchmarks.run.LongOperationResult;
import dev.dunlin.benchmarks.run.LongOperationTest;
import dev.dunlin.benchmarks.run.MemoryResult;
import dev.dunlin.benchmarks.run.MemoryTest;
import dev.dunlin.benchmarks.run.PersistenceResult;
import dev.dunlin.benchmarks.run.PersistenceTests;
import dev.dunlin.benchmarks.run.Report;
import dev.dunlin.benchmarks.run.RunResult;
import dev.dunlin.benchmarks.run.StallResult;
import dev.dunlin.benchmarks.run.StallTest;
import dev.dunlin.benchmarks.run.ThroughputResult;
import dev.dunlin.benchmarks.run.ThroughputTest;
import dev.dunlin.benchmarks.server.ServerProcess;
import dev.dunlin.benchmarks.server.ServerSpec;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// Measures servers against each other in one run; `--help` tells how.
///
/// Thread: the main thread is the load generator. The exit code is 0 when all was measured, 1 when a server failed or answered
/// wrongly, 2 when the command line was wrong.
@CommandLine.Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        usageHelpWidth = 110,
        description = {
            "Measures servers side by side: same machine, same load, in turn.",
            "",
            "The last server named is judged by the better of the others. Servers share one core, the generator has"
                    + " another. Each round measures every server once; a round in which other processes used more than"
                    + " 8 %% of either core (--tolerate) is taken again. Figures are medians of the clean rounds; the ratio's range"
                    + " is that of single rounds. On a shared machine a ratio within 0.85 to 1.15 says nothing.",
            ""
        },
        footer = {
            "",
            "Columns: CPU us/op is the server's own CPU time per operation, the steadiest figure of all. Latencies are of"
                    + " whole batches. CPU is its ratio to the reference (below 1 is cheaper), gen the generator's share"
                    + " of its core: close to 100 %% the generator was the limit.",
            "",
            "Examples:",
            "  bench --quick                                     a first look, some two minutes",
            "  bench --test set,get --pipeline 1,16,64           three cells each, full rounds",
            "  bench --test set --clients 200 --value-bytes 1024",
            "  bench --test memory,stall                         bytes per key; longest stall while loading",
            "  bench --test memory_types                         hashes, sets, a list, a sorted set, a stream",
            "  bench --test stall_types                          how long others wait while a million elements go",
            "  bench --test eviction,churn                       hit ratio at maxmemory; physical memory after churn",
            "  bench --test bgsave,rewrite                       what a snapshot costs those who write meanwhile",
            "  bench --test load,aof                             coming back with five million keys; writes with fsync",
            "  bench --server a=redis-server --server b=redis-server --quick",
            "                                                    the null experiment: ratios must be near 1.00",
            "  bench --valkey /opt/valkey/valkey-server          one more to be better than",
            "  bench --keep 2026-11-first-bar                    write results/kept/2026-11-first-bar.json"
        })
public final class SideBySide implements Callable<Integer> {
    private static final DateTimeFormatter FILE_TIME =
            DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss").withZone(ZoneOffset.UTC);

    private static final String MEMORY = "memory";
    private static final String MEMORY_TYPES = "memory_types";
    private static final String STALL = "stall";
    private static final String STALL_TYPES = "stall_types";
    private static final String EVICTION = "eviction";
    private static final String CHURN = "churn";
    private static final List<String> OTHER_TESTS =
            List.of(MEMORY, MEMORY_TYPES, STALL, STALL_TYPES, EVICTION, CHURN);

    /// The names that `--test` takes.
    private static final class Tests extends ArrayList<String> {
        private static final long serialVersionUID = 1;

        Tests() {
            for (Command command : Command.values()) {
                if (!command.isFilling()) {
                    add(command.label());
                }
            }
            addAll(OTHER_TESTS);
            addAll(PersistenceTests.NAMES);
        }
    }

    @Spec private @Nullable CommandSpec spec;

    @Option(
            names = "--server",
            paramLabel = "NAME=COMMAND",
            description =
                    "A server; may be repeated. It is started with redis-server's arguments (--port P --dir D ...)."
                            + " Default: redis=redis-server, then dunlin=./dunlin-node.")
    private List<String> servers = new ArrayList<>();

    @Option(
            names = "--valkey",
            paramLabel = "PATH",
            description = "A valkey-server to add before the last server.")
    private @Nullable Path valkey;

    @Option(
            names = {"-t", "--test"},
            paramLabel = "NAME",
            split = ",",
            completionCandidates = Tests.class,
            description = "Tests to run: ${COMPLETION-CANDIDATES}. Default: all.")
    private List<String> tests = new Tests();

    @Option(
            names = {"-P", "--pipeline"},
            paramLabel = "N",
            split = ",",
            description =
                    "Requests in flight per connection. Default: 1 and 16, and 64 for SET, GET, INCR, MSET and HSET.")
    private List<Integer> pipelines = List.of();

    @Option(
            names = {"-c", "--clients"},
            paramLabel = "N",
            split = ",",
            description =
                    "Connections. Default: 50, and 200 for SET, GET and INCR without pipeline.")
    private List<Integer> clients = List.of();

    @Option(
            names = {"-d", "--value-bytes"},
            paramLabel = "N",
            split = ",",
            description = "Length of values. Default: 3, and 64 and 1024 for SET and GET.")
    private List<Integer> valueBytes = List.of();

    @Option(
            names = {"-r", "--keys"},
            paramLabel = "N",
            description = "Different keys, picked at random. Default: 1000000, quick 100000.")
    private @Nullable Long keys;

    @Option(
            names = "--load-keys",
            paramLabel = "N",
            description =
                    "Keys loaded by memory, stall, bgsave, rewrite and load; a fifth as many by memory_types, stall_types and churn. Default: 5000000, quick 500000.")
    private @Nullable Long loadKeys;

    @Option(
            names = "--rounds",
            paramLabel = "N",
            description = "Clean rounds wanted. Default: 5, quick 3.")
    private @Nullable Integer rounds;

    @Option(
            names = "--wait",
            paramLabel = "SECONDS",
            description = "Longest wait of each test for an idle machine. Default: 30, quick 5.")
    private @Nullable Integer waitSeconds;

    @Option(
            names = "--tolerate",
            paramLabel = "PERCENT",
            defaultValue = "8",
            description =
                    "How much of a core others may use before a round is thrown away. Default: 8. With more, trust only"
                            + " CPU us/op, and that for a first look.")
    private int tolerate = 8;

    @Option(
            names = "--quick",
            description = "Few cells, short windows, small keyspaces: a first look.")
    private boolean quick;

    @Option(
            names = "--pin",
            paramLabel = "SERVER,GENERATOR",
            defaultValue = "auto",
            description = "Two cores, or none. Default: 0,1 where there are two.")
    private String pin = "auto";

    @Option(
            names = "--results",
            paramLabel = "DIR",
            defaultValue = "benchmarks/results",
            description = "Where the JSON goes. Default: ${DEFAULT-VALUE}")
    private Path results = Path.of("benchmarks/results");

    @Option(
            names = "--keep",
            paramLabel = "NAME",
            description = "Write DIR/kept/NAME.json, which git does not ignore.")
    private @Nullable String keep;

    private final List<String> arguments;
    private final PrintWriter out;

    private SideBySide(List<String> arguments, PrintWriter out) {
        this.arguments = arguments;
        this.out = out;
    }

    /// Runs and ends the process with the exit code.
    public static void main(String[] args) {
        System.exit(run(List.of(args), new PrintWriter(System.out, true, UTF_8)));
    }

    /// {@return the exit code of a run with these arguments}
    static int run(List<String> args, PrintWriter out) {
        var line = new CommandLine(new SideBySide(args, out));
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.setOut(out);
        line.setErr(out);
        line.setExecutionExceptionHandler((failure, _, _) -> {
            out.println("bench: " + failure.getMessage());
            out.flush();
            return 1;
        });
        return line.execute(args.toArray(String[]::new));
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        Pinning pinning;
        List<ServerSpec> specs;
        List<Workload> cells;
        Effort effort;
        try {
            pinning = Pinning.parse(pin, Runtime.getRuntime().availableProcessors());
            specs = serverSpecs();
            effort = effort();
            cells = cells(effort);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(requireNonNull(spec).commandLine(), e.getMessage());
        }
        pinning.pinThisProcess();
        RunResult result = measure(pinning, specs, effort, cells);
        Path file = resultFile();
        result.writeTo(file);
        out.println();
        out.println("written to " + file);
        return 0;
    }

    private RunResult measure(
            Pinning pinning, List<ServerSpec> specs, Effort effort, List<Workload> cells)
            throws IOException, InterruptedException {
        Instant started = Instant.now();
        var report = new Report(out);
        Map<String, String> versions = new LinkedHashMap<>();
        List<ThroughputResult> throughput = new ArrayList<>();
        StallResult stall = null;
        List<LongOperationResult> longOperations = new ArrayList<>();
        List<EvictionResult> eviction = new ArrayList<>();
        List<ServerProcess> running = new ArrayList<>();
        try {
            for (ServerSpec each : specs) {
                ServerProcess server = ServerProcess.start(each, pinning);
                running.add(server);
                String about = server.version() + ", " + String.join(" ", each.command());
                versions.put(each.name(), about);
                report.note(each.name() + ": " + about);
            }
            var test = new ThroughputTest(running, pinning, effort);
            if (!cells.isEmpty()) {
                report.throughputHead();
            }
            for (Workload cell : cells) {
                ThroughputResult result = test.run(cell);
                throughput.add(result);
                report.throughput(result, effort.rounds());
            }
            if (asksFor(STALL)) {
                stall = new StallTest(running, pinning, effort).run();
                report.stall(stall, effort.rounds());
            }
            if (asksFor(STALL_TYPES)) {
                long elements = effort.loadKeys() / 5;
                report.longOperationHead(elements);
                for (LongOperation operation : LongOperation.values()) {
                    List<LongOperationResult> results =
                            new LongOperationTest(running, pinning, effort)
                                    .run(operation, elements);
                    report.longOperation(results);
                    longOperations.addAll(results);
                }
            }
            if (asksFor(EVICTION)) {
                eviction.addAll(new EvictionTest(running, effort).run());
                report.eviction(eviction);
            }
        } finally {
            for (ServerProcess server : running.reversed()) {
                server.close();
            }
        }
        List<MemoryResult> memory = new ArrayList<>();
        for (DataSet data : dataSets()) {
            List<MemoryResult> ofData = new ArrayList<>();
            long items = data == DataSet.STRINGS ? effort.loadKeys() : effort.loadKeys() / 5;
            for (ServerSpec each : specs) {
                ofData.add(new MemoryTest(pinning, effort).run(each, data, items));
            }
            report.memory(ofData);
            memory.addAll(ofData);
        }
        List<ChurnResult> churn = new ArrayList<>();
        if (asksFor(CHURN)) {
            for (ServerSpec each : specs) {
                churn.addAll(new ChurnTest(pinning, effort).run(each));
            }
            report.churn(churn);
        }
        PersistenceResult persistence =
                new PersistenceTests(specs, pinning, effort, report)
                        .run(this::asksFor, clients, pipelines);
        return new RunResult(
                started.toString(),
                Machine.describe(),
                arguments,
                versions,
                throughput,
                memory,
                stall,
                longOperations,
                eviction,
                churn,

                persistence);
    }

    private List<ServerSpec> serverSpecs() {
        List<String> texts =
                servers.isEmpty() ? List.of("redis=redis-server", "dunlin=./dunlin-node") : servers;
        List<ServerSpec> specs = new ArrayList<>(texts.stream().map(ServerSpec::parse).toList());
        if (valkey != null) {
            specs.add(specs.size() - 1, new ServerSpec("valkey", List.of(valkey.toString())));
        }
        if (specs.stream().map(ServerSpec::name).distinct().count() < specs.size()) {
            throw new IllegalArgumentException("two servers have the same name");
        }
        return specs;
    }

    private Effort effort() {
        Effort base = quick ? Effort.quick() : Effort.full();
        int wanted = rounds == null ? base.rounds() : rounds;
        if (wanted < 1 || wanted > 1000) {
            throw new IllegalArgumentException("rounds must be 1 to 1000, not " + wanted);
        }
        return new Effort(
                wanted,
                base.measured(),
                base.warmUp(),
                keys == null ? base.keys() : keys,
                loadKeys == null ? base.loadKeys() : loadKeys,
                waitSeconds == null ? base.quietWaitMax() : Duration.ofSeconds(waitSeconds),
                tolerate / 100.0);
    }

    private List<Workload> cells(Effort effort) {
        List<String> known = new Tests();
        List<Command> commands = new ArrayList<>();
        for (String named : tests) {
            String test = named.toLowerCase(Locale.ROOT);
            if (!known.contains(test)) {
                throw new IllegalArgumentException(
                        "no test '" + test + "'; there are " + String.join(", ", known));
            }
            if (!OTHER_TESTS.contains(test) && !PersistenceTests.NAMES.contains(test)) {
                commands.add(Command.valueOf(test.toUpperCase(Locale.ROOT)));
            }
        }
        if (pipelines.isEmpty() && clients.isEmpty() && valueBytes.isEmpty()) {
            return quick ? Grid.quick(commands, effort.keys()) : Grid.full(commands, effort.keys());
        }
        return Grid.cross(
                commands,
                pipelines.isEmpty() ? List.of(1, 16, 64) : pipelines,
                clients.isEmpty() ? List.of(50) : clients,
                valueBytes.isEmpty() ? List.of(3) : valueBytes,
                effort.keys());
    }

    private List<DataSet> dataSets() {
        List<DataSet> wanted = new ArrayList<>();
        for (DataSet data : DataSet.values()) {
            if (asksFor(data == DataSet.STRINGS ? MEMORY : MEMORY_TYPES)) {
                wanted.add(data);
            }
        }
        return wanted;
    }

    private boolean asksFor(String test) {
        return tests.stream().anyMatch(test::equalsIgnoreCase);
    }

    private Path resultFile() throws IOException {
        if (keep != null) {
            return results.resolve("kept")
                    .resolve(keep.replaceAll("[^A-Za-z0-9._-]", "-") + ".json");
        }
        Files.createDirectories(results);
        String time = FILE_TIME.format(Instant.now()).toLowerCase(Locale.ROOT);
        return results.resolve(time + ".json");
    }
}
