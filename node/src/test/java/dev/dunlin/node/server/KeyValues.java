// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.server;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A cluster client, reduced to what the story of a failover needs. A key's value follows from the key.
///
/// Thread: used by one at a time.
interface KeyValues extends AutoCloseable {
    static String valueOf(String key) {
        return "of:" + key;
    }

    /// Sets a key to its value; throws when the client gives up.
    void set(String key) throws Exception;

    /// {@return what is there}
    @Nullable String get(String key) throws Exception;

    /// Sets all these keys.
    ///
    /// @return those that failed, with the reason
    default Map<String, String> setAll(Collection<String> keys) {
        Map<String, String> failures = new LinkedHashMap<>();
        for (String key : keys) {
            try {
                set(key);
            } catch (Exception e) {
                failures.put(key, e.toString());
            }
        }
        return failures;
    }

    /// Reads all these keys.
    ///
    /// @return those that failed or have another value, with the reason or that value
    default Map<String, String> getAll(Collection<String> keys) {
        Map<String, String> failures = new LinkedHashMap<>();
        for (String key : keys) {
            try {
                String read = get(key);
                if (!valueOf(key).equals(read)) {
                    failures.put(key, String.valueOf(read));
                }
            } catch (Exception e) {
                failures.put(key, e.toString());
            }
        }
        return failures;
    }

    @Override
    void close();
}
