// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.config;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The values of all directives of one node.
///
/// Thread: filled before the node starts, then owned by its loop.
public final class Settings {
    private final Map<String, Setting<?>> byName = new LinkedHashMap<>();
    private final Map<Setting<?>, Object> values = new HashMap<>();
    private int changes;

    public Settings() {
        for (Setting<?> setting : Directives.all()) {
            byName.put(setting.name(), setting);
            values.put(setting, setting.defaultValue());
        }
        Directives.aliases()
                .forEach((alias, name) ->
                        byName.put(alias, java.util.Objects.requireNonNull(byName.get(name))));
    }

    /// {@return the value that a setting has now}
    @SuppressWarnings(
            "unchecked") // `values` only ever holds a setting's own type: see `set` and `parse`.
    public <T> T get(Setting<T> setting) {
        return (T) java.util.Objects.requireNonNull(values.get(setting));
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

    /// Sets a directive from the words of a configuration line.
    ///
    /// @throws IllegalArgumentException saying what is wrong
    public void parse(String name, List<String> words) {
        Setting<?> setting = find(name);
        if (setting == null) {
            throw new IllegalArgumentException("Bad directive or wrong number of arguments");
        }
        values.put(setting, setting.type().parse(words));
        changes++;
    }
}
