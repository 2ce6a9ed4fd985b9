// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.controlplane;

import dev.dunlin.controlplane.topology.HostPort;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/// Runs the control plane as a process of its own, until it gets SIGTERM.
public final class Main {
    private static final int EXIT_FAILED = 1;
    private static final int EXIT_USAGE = 2;
    private static final int PORT_MAX = 0xffff;

    private static final String USAGE =
            """
            usage: controlplane --data-dir DIR [--listen HOST:PORT] [--seeds HOST:PORT,...]

              --data-dir DIR          where the journal is kept; one control plane per directory
              --listen HOST:PORT      where to serve gRPC (default 127.0.0.1:7000; port 0 picks a free one)
              --seeds HOST:PORT,...   nodes of the cluster; not needed once it was seen

            There is no authentication yet: listen on addresses only operators can reach.
            """;

    private Main() {}

    record Options(InetSocketAddress listen, Path dataDirectory, List<HostPort> seeds) {}

    static void main(String[] args) throws InterruptedException {
        if (System.getProperty("logback.configurationFile") == null) {
            System.setProperty("logback.configurationFile", "controlplane-logback.xml");
        }
        Options options;
        try {
            options = parse(args);
        } catch (IllegalArgumentException e) {
            fail(System.err, EXIT_USAGE, e.getMessage() + "\n\n" + USAGE);
            return;
        }
        var log = LoggerFactory.getLogger(Main.class);
        try {
            var controlPlane =
                    ControlPlane.listen(options.listen(), options.dataDirectory(), options.seeds());
            Runtime.getRuntime().addShutdownHook(new Thread(controlPlane::close, "stop"));
            log.info(
                    "control plane ready host={} port={} data_dir={} seeds={}",
                    options.listen().getHostString(),
                    controlPlane.port(),
                    options.dataDirectory(),
                    options.seeds());
            controlPlane.awaitTermination();
        } catch (IOException e) {
            log.error("control plane cannot start", e);
            fail(
                    System.err,
                    EXIT_FAILED,
                    "cannot start on " + options.listen() + ": " + e.getMessage());
        }
    }

    private static void fail(PrintStream stream, int status, String text) {
        stream.println(text);
        System.exit(status);
    }

    /// Throws `IllegalArgumentException` that says which option is wrong.
    static Options parse(String... args) {
        String listen = "127.0.0.1:7000";
        String seeds = "";
        @Nullable String dataDirectory = null;
        for (int i = 0; i < args.length; i += 2) {
            if (i + 1 == args.length) {
                throw new IllegalArgumentException(args[i] + " needs a value");
            }
            switch (args[i]) {
                case "--listen" -> listen = args[i + 1];
                case "--data-dir" -> dataDirectory = args[i + 1];
                case "--seeds" -> seeds = args[i + 1];
                default -> throw new IllegalArgumentException("unknown option " + args[i]);
            }
        }
        if (dataDirectory == null) {
            throw new IllegalArgumentException("--data-dir is missing");
        }
        return new Options(listenAddress(listen), Path.of(dataDirectory), seeds(seeds));
    }

    private static InetSocketAddress listenAddress(String text) {
        int colon = text.lastIndexOf(':');
        if (colon > 0) {
            try {
                int port = Integer.parseInt(text.substring(colon + 1));
                if (port >= 0 && port <= PORT_MAX) {
                    return new InetSocketAddress(text.substring(0, colon), port);
                }
            } catch (NumberFormatException _) {
                // Falls through to the one message for all mistakes.
            }
        }
        throw new IllegalArgumentException("--listen wants HOST:PORT, not " + text);
    }

    private static List<HostPort> seeds(String text) {
        var seeds = new ArrayList<HostPort>();
        if (text.isEmpty()) {
            return seeds;
        }
        for (String part : text.split(",", -1)) {
            HostPort seed = HostPort.parse(part);
            if (seed == null) {
                throw new IllegalArgumentException("--seeds wants HOST:PORT,..., not " + text);
            }
            seeds.add(seed);
        }
        return seeds;
    }
}
