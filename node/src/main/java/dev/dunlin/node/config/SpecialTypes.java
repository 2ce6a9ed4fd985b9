// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.config;

import dev.dunlin.node.config.SettingTypes.Single;
import java.util.List;
import java.util.Locale;

/// Types with rules of a single directive.
final class SpecialTypes {
    private static final int HOSTNAME_CHARS_MAX = 256;
    private static final int HZ_MIN = 1;
    private static final int HZ_MAX = 500;
    private static final String EVENT_CLASSES = "g$lshzxetdn";
    private static final String EVENT_TARGETS = "KEm";
    private static final List<String> TITLE_VARIABLES =
            List.of(
                    "title",
                    "listen-addr",
                    "server-mode",
                    "port",
                    "tls-port",
                    "unixsocket",
                    "config-file");

    private SpecialTypes() {}

    /// {@return the same name}
    ///
    /// @throws IllegalArgumentException when other nodes could not announce it
    static String hostname(String name) {
        if (name.length() >= HOSTNAME_CHARS_MAX) {
            throw new IllegalArgumentException("Hostnames must be less than 256 characters");
        }
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            boolean allowed =
                    (c >= 'a' && c <= 'z')
                            || (c >= 'A' && c <= 'Z')
                            || (c >= '0' && c <= '9')
                            || c == '-'
                            || c == '.';
            if (!allowed) {
                throw new IllegalArgumentException(
                        "Hostnames may only contain alphanumeric characters, hyphens or dots");
            }
        }
        return name;
    }

    /// A name within a directory.
    static SettingType<String> fileName(String directive, String what) {
        return SettingTypes.text(name -> {
            if (name.indexOf('/') >= 0) {
                throw new IllegalArgumentException(directive + " can't be a path, just a " + what);
            }
            return name;
        });
    }

    static String titleTemplate(String template) {
        int at = 0;
        while (true) {
            int open = template.indexOf('{', at);
            if (open < 0) {
                return template;
            }
            int close = template.indexOf('}', open);
            if (close < 0 || !TITLE_VARIABLES.contains(template.substring(open + 1, close))) {
                throw new IllegalArgumentException(
                        "template format is invalid or contains unknown variables");
            }
            at = close + 1;
        }
    }

    /// `notify-keyspace-events`; printed in Redis's order, `A` for all classes.
    static String events(String letters) {
        var classes = new StringBuilder();
        for (int i = 0; i < letters.length(); i++) {
            if ((EVENT_CLASSES + EVENT_TARGETS + "A").indexOf(letters.charAt(i)) < 0) {
                throw new IllegalArgumentException(
                        "Invalid event class character. Use 'Ag$lshzxeKEtmdn'.");
            }
        }
        // `n` (a new key) is a class of its own and not part of `A`.
        String all = EVENT_CLASSES.substring(0, EVENT_CLASSES.length() - 1);
        boolean every =
                letters.indexOf('A') >= 0 || all.chars().allMatch(c -> letters.indexOf(c) >= 0);
        if (every) {
            classes.append('A');
        }
        (EVENT_CLASSES + EVENT_TARGETS)
                .chars()
                .filter(c -> letters.indexOf(c) >= 0 && !(every && all.indexOf(c) >= 0))
                .forEach(c -> classes.append((char) c));
        return classes.toString();
    }

    /// `hz`, which Redis keeps within bounds without a word.
    static SettingType<Integer> hertz() {
        return new Single<>(
                word ->
                        Math.clamp(
                                ConfigNumbers.integer(word, 0, Integer.MAX_VALUE), HZ_MIN, HZ_MAX),
                value -> Integer.toString(value));
    }

    /// Bytes, or a percentage of something else: `512mb`, `5%`.
    static SettingType<String> memoryOrPercent() {
        return new Single<>(SpecialTypes::memoryOrPercent, value -> value);
    }

    private static String memoryOrPercent(String word) {
        if (word.endsWith("%")) {
            String digits = word.substring(0, word.length() - 1);
            if (ConfigNumbers.isInteger(digits) && Long.parseLong(digits) >= 0) {
                if (Long.parseLong(digits) > 100) {
                    throw new IllegalArgumentException(
                            "percentage argument must be less or equal to 100");
                }
                return word;
            }
        }
        long bytes = ConfigNumbers.bytes(word);
        if (bytes < 0) {
            throw new IllegalArgumentException("argument must be a memory or percent value");
        }
        return Long.toString(bytes);
    }

    /// `replicaof`: a host and a port, or `no one`.
    static SettingType<String> primaryAddress() {
        return new SettingType<>() {
            @Override
            public String parse(List<String> words) {
                if (words.size() != 2) {
                    throw new IllegalArgumentException(SettingTypes.WRONG_WORD_COUNT);
                }
                if (words.get(0).equalsIgnoreCase("no") && words.get(1).equalsIgnoreCase("one")) {
                    return "";
                }
                String port = words.get(1);
                if (!ConfigNumbers.isInteger(port)
                        || Long.parseLong(port) < 0
                        || Long.parseLong(port) > 65535) {
                    throw new IllegalArgumentException("Invalid master port");
                }
                return words.get(0) + " " + port;
            }

            @Override
            public String format(String value) {
                return value;
            }

            @Override
            public boolean splitsWords() {
                return true;
            }

            @Override
            public List<FileLine> lines(String name, String value, String defaultValue) {
                return value.isEmpty()
                        ? List.of()
                        : List.of(new FileLine(name + " " + value, true));
            }
        };
    }

    /// `oom-score-adj-values`: three integers.
    static SettingType<List<Integer>> oomScores() {
        return new SettingType<>() {
            @Override
            public List<Integer> parse(List<String> words) {
                if (words.size() != 3) {
                    throw new IllegalArgumentException(SettingTypes.WRONG_WORD_COUNT);
                }
                return words.stream().map(SpecialTypes::oomScore).toList();
            }

            @Override
            public String format(List<Integer> value) {
                return value.get(0) + " " + value.get(1) + " " + value.get(2);
            }

            @Override
            public boolean splitsWords() {
                return true;
            }
        };
    }

    private static int oomScore(String word) {
        boolean valid =
                ConfigNumbers.isInteger(word) && Math.abs(Long.parseLong(word) / 2000.0) <= 1;
        if (!valid) {
            throw new IllegalArgumentException(
                    "Invalid oom-score-adj-values, elements must be between -2000 and 2000.");
        }
        return Integer.parseInt(word);
    }

    /// `latency-tracking-info-percentiles`: any number of percentages, kept as they were written.
    static SettingType<List<Double>> percentiles() {
        return new SettingType<>() {
            @Override
            public List<Double> parse(List<String> words) {
                return words.equals(List.of(""))
                        ? List.of()
                        : words.stream().map(SpecialTypes::percentile).toList();
            }

            @Override
            public String format(List<Double> value) {
                var text = new StringBuilder();
                for (double percentile : value) {
                    text.append(text.isEmpty() ? "" : " ").append(percentileText(percentile));
                }
                return text.toString();
            }

            @Override
            public boolean splitsWords() {
                return true;
            }

            @Override
            public List<FileLine> lines(
                    String name, List<Double> value, List<Double> defaultValue) {
                String text = value.isEmpty() ? "\"\"" : format(value);
                return List.of(new FileLine(name + " " + text, !value.equals(defaultValue)));
            }
        };
    }

    private static double percentile(String word) {
        double value;
        try {
            value = Double.parseDouble(word);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "Invalid latency-tracking-info-percentiles parameters", e);
        }
        if (!(value >= 0 && value <= 100)) {
            throw new IllegalArgumentException(
                    "latency-tracking-info-percentiles parameters should sit between [0.0,100.0]");
        }
        return value;
    }

    /// {@return the number without a fraction that says nothing: `50`, `99.9`}
    public static String percentileText(double value) {
        String text = Double.toString(value).toLowerCase(Locale.ROOT);
        return text.endsWith(".0") ? text.substring(0, text.length() - 2) : text;
    }
}
