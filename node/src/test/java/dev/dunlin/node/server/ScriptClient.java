// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// A client library of another language, in a script that plays the story by itself: it says `writing`, is told `finish`, and says its
/// report as JSON. What it needs from the outside is looked up here.
final class ScriptClient {
    private static final Path SOURCES = Path.of("src", "test", "clients");
    private static final Path INSTALLED = Path.of("target", "clients");
    private static final int INSTALL_SECONDS = 120;

    private ScriptClient() {}

    /// {@return whether a program can be started by its name}
    static boolean isInstalled(String program) {
        String path = System.getenv("PATH");
        return path != null
                && Stream.of(path.split(File.pathSeparator))
                        .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
    }

    /// {@return whether Python finds a module}
    static boolean hasModule(String python, String module) throws Exception {
        return Files.isExecutable(Path.of(python))
                && new ProcessBuilder(python, "-c", "import " + module)
                                .redirectErrorStream(true)
                                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                                .start()
                                .waitFor()
                        == 0;
    }

    static Path source(String client, String file) {
        return SOURCES.resolve(client).resolve(file);
    }

    /// Lays a package's files into `target` and has npm install what they name, unless this was done before.
    ///
    /// @return the script, with all it requires beside it
    static Path npmInstall(String client, String script) throws Exception {
        Path folder = Files.createDirectories(INSTALLED.resolve(client));
        Path manifest = folder.resolve("package.json");
        boolean done =
                Files.isDirectory(folder.resolve("node_modules").resolve(client))
                        && Files.exists(manifest)
                        && Files.mismatch(manifest, source(client, "package.json")) < 0;
        for (String file : List.of("package.json", script)) {
            Files.copy(
                    source(client, file),
                    folder.resolve(file),
                    StandardCopyOption.REPLACE_EXISTING);
        }
        if (!done) {
            Process npm =
                    new ProcessBuilder(
                                    "npm",
                                    "install",
                                    "--no-package-lock",
                                    "--no-audit",
                                    "--no-fund")
                            .directory(folder.toFile())
                            .redirectErrorStream(true)
                            .start();
            npm.getOutputStream().close();
            String said = new String(npm.getInputStream().readAllBytes(), UTF_8);
            if (!npm.waitFor(INSTALL_SECONDS, TimeUnit.SECONDS) || npm.exitValue() != 0) {
                npm.destroyForcibly();
                throw new IOException("npm install in " + folder + ": " + said);
            }
        }
        return folder.resolve(script);
    }

    /// Starts the story of a script.
    ///
    /// @param command   makes ready what the script needs; gives the interpreter with its arguments up to the script
    /// @param arguments of the script
    /// @param errors    where its error output goes
    static FailoverStory start(
            String name, Callable<List<String>> command, List<String> arguments, Path errors) {
        return FailoverStory.start(
                name,
                story -> {
                    List<String> words = new ArrayList<>(command.call());
                    words.addAll(arguments);
                    Process process =
                            new ProcessBuilder(words).redirectError(errors.toFile()).start();
                    try {
                        return play(story, process, errors);
                    } finally {
                        process.destroyForcibly();
                    }
                });
    }

    private static ClientReport play(FailoverStory story, Process process, Path errors)
            throws Exception {
        try (BufferedReader lines = process.inputReader(UTF_8);
                var orders = process.outputWriter(UTF_8)) {
            expect("writing", lines.readLine(), errors);
            story.nowWriting();
            story.awaitTakeover();
            orders.write("finish\n");
            orders.flush();
            String json = lines.readLine();
            if (json == null) {
                throw new IOException("no report: " + Files.readString(errors));
            }
            return new JsonMapper().readValue(json, ClientReport.class);
        }
    }

    private static void expect(String word, @Nullable String line, Path errors) throws IOException {
        if (!word.equals(line)) {
            throw new IOException("not '" + word + "': " + line + ' ' + Files.readString(errors));
        }
    }
}
