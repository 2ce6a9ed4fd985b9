// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.config;

import dev.dunlin.node.config.SettingType.FileLine;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/// One pair of `save`: a snapshot is due after so many seconds when there were at least so many changes.
public record SavePoint(long seconds, long changes) {
    /// Redis's defaults.
    static final List<SavePoint> DEFAULT =
            List.of(new SavePoint(3600, 1), new SavePoint(300, 100), new SavePoint(60, 10000));

    @Override
    public String toString() {
        return seconds + " " + changes;
    }

    /// Lines of one file add up; the first one replaces the default, and `save ""` forgets what was before it.
    static final class Type implements SettingType<List<SavePoint>> {
        @Override
        public List<SavePoint> parse(List<String> words) {
            if (words.equals(List.of(""))) {
                return List.of();
            }
            if (words.size() % 2 != 0) {
                throw invalid();
            }
            List<SavePoint> points = new ArrayList<>();
            for (int i = 0; i < words.size(); i += 2) {
                points.add(new SavePoint(number(words.get(i), 1), number(words.get(i + 1), 0)));
            }
            return List.copyOf(points);
        }

        @Override
        public List<SavePoint> parseOnto(
                List<SavePoint> before, List<String> words, boolean again) {
            List<SavePoint> added = parse(words);
            if (!again || words.equals(List.of(""))) {
                return added;
            }
            List<SavePoint> all = new ArrayList<>(before);
            all.addAll(added);
            return List.copyOf(all);
        }

        @Override
        public String format(List<SavePoint> value) {
            return value.stream().map(SavePoint::toString).collect(Collectors.joining(" "));
        }

        @Override
        public boolean splitsWords() {
            return true;
        }

        @Override
        public List<FileLine> lines(
                String name, List<SavePoint> value, List<SavePoint> defaultValue) {
            if (value.isEmpty()) {
                return List.of(new FileLine(name + " \"\"", true));
            }
            return value.stream().map(point -> new FileLine(name + " " + point, true)).toList();
        }

        private static long number(String word, long min) {
            if (!ConfigNumbers.isInteger(word) || Long.parseLong(word) < min) {
                throw invalid();
            }
            return Long.parseLong(word);
        }

        private static IllegalArgumentException invalid() {
            return new IllegalArgumentException("Invalid save parameters");
        }
    }
}
