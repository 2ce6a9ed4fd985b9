// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.clusterbus.engine;

/// Tells numeric addresses from names, without ever asking a resolver.
final class NumericAddress {
    private static final int V4_PARTS = 4;
    private static final int V6_GROUPS_MAX = 8;
    private static final int V6_LENGTH_MAX = 45;

    private NumericAddress() {}

    static boolean valid(String text) {
        return text.indexOf(':') >= 0 ? validV6(text) : validV4(text);
    }

    private static boolean validV4(String text) {
        String[] parts = text.split("\\.", -1);
        if (parts.length != V4_PARTS) {
            return false;
        }
        for (String part : parts) {
            if (part.isEmpty()
                    || part.length() > 3
                    || !part.chars().allMatch(c -> c >= '0' && c <= '9')
                    || (part.length() > 1 && part.charAt(0) == '0')
                    || Integer.parseInt(part) > 255) {
                return false;
            }
        }
        return true;
    }

    private static boolean validV6(String text) {
        if (text.length() > V6_LENGTH_MAX || text.contains(":::")) {
            return false;
        }
        int compressed = text.indexOf("::");
        if (compressed >= 0 && text.indexOf("::", compressed + 1) >= 0) {
            return false;
        }
        String body = text;
        int groups = 0;
        int dot = text.indexOf('.');
        if (dot >= 0) {
            int colon = text.lastIndexOf(':');
            if (!validV4(text.substring(colon + 1))) {
                return false;
            }
            body = text.substring(0, colon + 1);
            groups = 2;
            if (!body.endsWith("::")) {
                body = body.substring(0, body.length() - 1);
            }
        }
        for (String half : body.split("::", -1)) {
            if (half.isEmpty()) {
                continue;
            }
            for (String group : half.split(":", -1)) {
                if (!group.matches("[0-9a-fA-F]{1,4}")) {
                    return false;
                }
                groups++;
            }
        }
        return compressed >= 0 ? groups < V6_GROUPS_MAX : groups == V6_GROUPS_MAX;
    }
}
