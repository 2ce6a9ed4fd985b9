// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.config;

import dev.dunlin.node.config.SettingType.FileLine;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// `client-output-buffer-limit`: how much may wait to be sent to a client before it is disconnected, per class of clients.
public record BufferLimits(Limit normal, Limit replica, Limit pubsub) {
    /// Redis's defaults.
    public static final BufferLimits DEFAULT =
            new BufferLimits(
                    new Limit(0, 0, 0),
                    new Limit(256L << 20, 64L << 20, 60),
                    new Limit(32L << 20, 8L << 20, 60));

    /// @param hardBytes disconnects at once; 0 for no limit
    /// @param softBytes disconnects when exceeded for `softSeconds` without a break; 0 for no limit
    public record Limit(long hardBytes, long softBytes, int softSeconds) {
        @Override
        public String toString() {
            return hardBytes + " " + softBytes + " " + softSeconds;
        }

        private String fileText() {
            return ConfigNumbers.bytesText(hardBytes)
                    + " "
                    + ConfigNumbers.bytesText(softBytes)
                    + " "
                    + softSeconds;
        }
    }

    /// A line may name some of the classes; the others keep their limits.
    static final class Type implements SettingType<BufferLimits> {
        private static final int WORDS_PER_CLASS = 4;

        @Override
        public BufferLimits parse(List<String> words) {
            return parseOnto(DEFAULT, words, false);
        }

        @Override
        public BufferLimits parseOnto(BufferLimits before, List<String> words, boolean again) {
            if (words.isEmpty() || words.size() % WORDS_PER_CLASS != 0) {
                throw new IllegalArgumentException(
                        "Wrong number of arguments in buffer limit configuration.");
            }
            BufferLimits limits = before;
            for (int i = 0; i < words.size(); i += WORDS_PER_CLASS) {
                limits = limits.with(words.get(i), words.subList(i + 1, i + WORDS_PER_CLASS));
            }
            return limits;
        }

        @Override
        public String format(BufferLimits value) {
            return "normal " + value.normal + " slave " + value.replica + " pubsub " + value.pubsub;
        }

        @Override
        public boolean splitsWords() {
            return true;
        }

        @Override
        public List<FileLine> lines(String name, BufferLimits value, BufferLimits defaultValue) {
            List<FileLine> lines = new ArrayList<>();
            add(lines, name, "normal", value.normal, defaultValue.normal);
            add(lines, name, "replica", value.replica, defaultValue.replica);
            add(lines, name, "pubsub", value.pubsub, defaultValue.pubsub);
            return lines;
        }

        private static void add(
                List<FileLine> lines, String name, String group, Limit limit, Limit usual) {
            lines.add(
                    new FileLine(
                            name + " " + group + " " + limit.fileText(), !limit.equals(usual)));
        }
    }

    private BufferLimits with(String group, List<String> words) {
        return switch (group.toLowerCase(Locale.ROOT)) {
            case "normal" -> new BufferLimits(limit(words), replica, pubsub);
            case "replica", "slave" -> new BufferLimits(normal, limit(words), pubsub);
            case "pubsub" -> new BufferLimits(normal, replica, limit(words));
            default ->
                    throw new IllegalArgumentException(
                            "Invalid client class specified in buffer limit configuration.");
        };
    }

    private static Limit limit(List<String> words) {
        long hard = ConfigNumbers.bytes(words.get(0));
        long soft = ConfigNumbers.bytes(words.get(1));
        String seconds = words.get(2);
        if (hard < 0
                || soft < 0
                || !ConfigNumbers.isInteger(seconds)
                || Long.parseLong(seconds) < 0
                || Long.parseLong(seconds) > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(
                    "Error in hard, soft or soft_seconds setting in buffer limit configuration.");
        }
        return new Limit(hard, soft, Integer.parseInt(seconds));
    }
}
