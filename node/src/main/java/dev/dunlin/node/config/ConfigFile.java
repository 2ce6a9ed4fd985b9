// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.config;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// Reads the text of a redis.conf into [Settings].
///
/// Thread: one reader per start of a node.
final class ConfigFile {
    private static final int INCLUDE_DEPTH_MAX = 16;
    private static final long FILE_BYTES_MAX = 16 << 20;
    private static final String BAD_DIRECTIVE = "Bad directive or wrong number of arguments";

    private final Settings settings;

    /// The SHA-256 of the default user's password, when a `user` line says one.
    private Optional<String> passwordHash = Optional.empty();

    ConfigFile(Settings settings) {
        this.settings = settings;
    }

    /// {@return the bytes of a file, one per character}
    ///
    /// @throws ConfigException as redis-server says it
    static String read(Path file) throws ConfigException {
        try {
            if (Files.size(file) > FILE_BYTES_MAX) {
                throw new ConfigException(
                        "Fatal error, config file '" + file + "' is larger than 16 MB");
            }
            return Files.readString(file, ISO_8859_1);
        } catch (IOException e) {
            String reason =
                    e instanceof NoSuchFileException ? "No such file or directory" : e.getMessage();
            throw new ConfigException(
                    "Fatal error, can't open config file '" + file + "': " + reason);
        }
    }

    /// Applies all lines, and checks what only all of them together show.
    void load(String content) throws ConfigException {
        load(content, 0);
        if (settings.get(Directives.CLUSTER_ENABLED)
                && !settings.get(Directives.REPLICA_OF).isEmpty()) {
            throw ConfigException.general("replicaof directive not allowed in cluster mode");
        }
        if (passwordHash.isPresent()
                && !passwordHash
                        .get()
                        .equals(DefaultUser.hash(settings.get(Directives.REQUIRE_PASS)))) {
            throw ConfigException.general(
                    "the password of the user default must be that of requirepass");
        }
    }

    private void load(String content, int depth) throws ConfigException {
        if (depth > INCLUDE_DEPTH_MAX) {
            throw ConfigException.general("files include each other too deeply");
        }
        String[] lines = content.split("\n", -1);
        for (int i = 0; i < lines.length; i++) {
            String line = lines[i].strip();
            if (line.isEmpty() || line.startsWith("#")) {
                continue;
            }
            try {
                apply(line, depth);
            } catch (IllegalArgumentException e) {
                throw ConfigException.inLine(i + 1, line, String.valueOf(e.getMessage()));
            }
        }
    }

    private void apply(String line, int depth) throws ConfigException {
        List<String> all =
                ConfigWords.split(line)
                        .orElseThrow(() ->
                                new IllegalArgumentException(
                                        "Unbalanced quotes in configuration line"));
        if (all.isEmpty()) {
            return;
        }
        List<String> words = all.subList(1, all.size());
        switch (all.getFirst().toLowerCase(Locale.ROOT)) {
            case "include" -> include(words, depth);
            case "user" -> user(words);
            case "rename-command" ->
                    throw new IllegalArgumentException("commands cannot be renamed");
            case "loadmodule" -> throw new IllegalArgumentException("modules cannot be loaded");
            // Redis has dropped these and still reads over them.
            case "list-max-ziplist-entries", "list-max-ziplist-value", "lua-replicate-commands" -> {
                if (words.size() != 1) {
                    throw new IllegalArgumentException(BAD_DIRECTIVE);
                }
            }
            case String name -> settings.parse(name, words);
        }
    }

    private void include(List<String> words, int depth) throws ConfigException {
        if (words.size() != 1) {
            throw new IllegalArgumentException(BAD_DIRECTIVE);
        }
        for (Path file : expand(words.getFirst())) {
            load(read(file), depth + 1);
        }
    }

    /// {@return the file of this name, or all that its pattern matches in alphabetical order}
    private static List<Path> expand(String name) throws ConfigException {
        Path path = Path.of(name);
        String pattern = String.valueOf(path.getFileName());
        if (!pattern.contains("*") && !pattern.contains("?") && !pattern.contains("[")) {
            return List.of(path);
        }
        List<Path> files = new ArrayList<>();
        Path directory = path.toAbsolutePath().getParent();
        if (directory == null || !Files.isDirectory(directory)) {
            return files;
        }
        try (DirectoryStream<Path> found = Files.newDirectoryStream(directory, pattern)) {
            found.forEach(files::add);
        } catch (IOException e) {
            throw new ConfigException("Fatal error, can't list '" + name + "': " + e.getMessage());
        }
        files.sort(null);
        return files;
    }

    /// Takes the line that CONFIG REWRITE writes about the only user there is; a user with fewer rights would have more here.
    private void user(List<String> words) {
        if (words.isEmpty()) {
            throw new IllegalArgumentException(BAD_DIRECTIVE);
        }
        if (!words.getFirst().equals("default")) {
            throw new IllegalArgumentException("there is only the user default");
        }
        for (String rule : words.subList(1, words.size())) {
            switch (rule.toLowerCase(Locale.ROOT)) {
                case "on",
                        "nopass",
                        "sanitize-payload",
                        "resetchannels",
                        "~*",
                        "&*",
                        "+@all",
                        "allkeys",
                        "allchannels",
                        "allcommands" -> {}
                case String hash when hash.matches("#[0-9a-f]{64}") ->
                        passwordHash = Optional.of(hash.substring(1));
                default ->
                        throw new IllegalArgumentException(
                                "Error in user declaration 'default': the user has all rights, '"
                                        + rule
                                        + "' would change that");
            }
        }
    }
}
