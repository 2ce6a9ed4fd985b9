// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The values of all directives of one node.
///
/// A part of the node that keeps something that follows from settings either registers with [#onChange], or compares [#changes].
///
/// Thread: filled before the node starts, then owned by its loop.
public final class Settings {
    /// All names, aliases included, in alphabetical order.
    private final Map<String, Setting<?>> byName = new TreeMap<>();

    private final Map<Setting<?>, Object> values = new HashMap<>();
    private final Set<Setting<?>> inFile = new HashSet<>();
    private final Map<Setting<?>, List<Runnable>> hooks = new HashMap<>();
    private @Nullable Path file;
    private int changes;

    public Settings() {
        for (Setting<?> setting : Directives.all()) {
            byName.put(setting.name(), setting);
            String alias = setting.alias();
            if (alias != null) {
                byName.put(alias, setting);
            }
            values.put(setting, setting.defaultValue());
        }
    }

    /// {@return settings with the same values and file; hooks are not copied}
    public Settings copy() {
        var copy = new Settings();
        copy.values.putAll(values);
        copy.inFile.addAll(inFile);
        copy.file = file;
        return copy;
    }

    /// {@return the value that a setting has now}
    @SuppressWarnings(
            "unchecked") // `values` only ever holds a setting's own type: see `set` and `parse`.
    public <T> T get(Setting<T> setting) {
        return (T) Objects.requireNonNull(values.get(setting));
    }

    /// {@return the value as CONFIG GET prints it}
    public <T> String text(Setting<T> setting) {
        return setting.type().format(get(setting));
    }

    /// {@return a number that is another one after each change, so that what follows from settings can be kept until then}
    public int changes() {
        return changes;
    }

    public <T> void set(Setting<T> setting, T value) {
        values.put(setting, value);
        changes++;
    }

    /// {@return the directive of this name in any case, or null}
    public @Nullable Setting<?> find(String name) {
        return byName.get(name.toLowerCase(Locale.ROOT));
    }

    /// {@return all names in alphabetical order, aliases included, each with its setting}
    public Collection<Map.Entry<String, Setting<?>>> names() {
        return Collections.unmodifiableCollection(byName.entrySet());
    }

    /// {@return the configuration file that the node was started with, or null}
    public @Nullable Path file() {
        return file;
    }

    public void file(Path newFile) {
        file = newFile;
    }

    /// Sets a directive from the words of a configuration line. Lines add up where Redis adds them up, as for `save`.
    ///
    /// @throws IllegalArgumentException saying what is wrong
    public void parse(String name, List<String> words) {
        Setting<?> setting = find(name);
        if (setting == null) {
            throw new IllegalArgumentException("Bad directive or wrong number of arguments");
        }
        boolean again = !inFile.add(setting);
        parseOnto(setting, words, again);
    }

    private <T> void parseOnto(Setting<T> setting, List<String> words, boolean again) {
        SettingType<T> type = setting.type();
        // `save "60 1"` is the same as `save 60 1`, as is `--save "60 1"`.
        List<String> all =
                type.splitsWords() && words.size() == 1 && !words.getFirst().isEmpty()
                        ? SettingTypes.splitValue(words.getFirst())
                        : words;
        set(setting, type.parseOnto(get(setting), all, again));
    }

    // Changes while the node runs

    /// One directive and the value that CONFIG SET gives it.
    public record Change(Setting<?> setting, String name, String value) {}

    /// Why a change was refused.
    public static final class RefusedException extends Exception {
        private final Change change;

        RefusedException(Change change, IllegalArgumentException cause) {
            super(cause.getMessage(), cause);
            this.change = change;
        }

        public Change change() {
            return change;
        }

        /// {@return the part of the error text that says what is wrong}
        public String reason() {
            return String.valueOf(getMessage());
        }
    }

    /// Calls `hook` after each change of one of these settings by CONFIG SET. It may throw [IllegalArgumentException] to have the change
    /// undone; then it is called once more with the old values.
    public void onChange(Runnable hook, Setting<?>... of) {
        for (Setting<?> setting : of) {
            hooks.computeIfAbsent(setting, none -> new ArrayList<>()).add(hook);
        }
    }

    /// Makes all of these changes or none.
    ///
    /// @throws RefusedException naming the change that was not possible
    public void change(List<Change> all) throws RefusedException {
        Map<Setting<?>, Object> before = new LinkedHashMap<>();
        for (Change change : all) {
            before.put(change.setting(), get(change.setting()));
        }
        for (Change change : all) {
            try {
                change(change.setting(), change.value());
            } catch (IllegalArgumentException refused) {
                restore(before);
                throw new RefusedException(change, refused);
            }
        }
        Set<Runnable> called = new HashSet<>();
        for (Change change : all) {
            for (Runnable hook : hooks.getOrDefault(change.setting(), List.of())) {
                if (!called.add(hook)) {
                    continue;
                }
                try {
                    hook.run();
                } catch (IllegalArgumentException refused) {
                    restore(before);
                    called.forEach(Runnable::run);
                    throw new RefusedException(change, refused);
                }
            }
        }
    }

    private <T> void change(Setting<T> setting, String value) {
        SettingType<T> type = setting.type();
        List<String> words = type.splitsWords() ? SettingTypes.splitValue(value) : List.of(value);
        set(setting, type.parseOnto(get(setting), words, false));
    }

    private void restore(Map<Setting<?>, Object> before) {
        values.putAll(before);
        changes++;
    }
}
