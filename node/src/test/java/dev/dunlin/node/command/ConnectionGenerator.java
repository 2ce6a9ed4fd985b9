// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/// Random commands about the connection itself. None of them names another client that exists, and none is known to one of the servers
/// only.
final class ConnectionGenerator {
    static final String PASSWORD = "sesame";

    private static final String[] WORDS = {
        "",
        "a",
        "0",
        "-1",
        "1",
        "2",
        "3",
        "x",
        "default",
        PASSWORD,
        "a b",
        "a\nb",
        "\u00e9\u00ff",
        "\0",
        "99999999999999999999",
        "-0",
        "02",
        "1.5",
        "~!",
        "OFF",
        "yes",
        "type"
    };

    private ConnectionGenerator() {}

    static List<String> next(Random r) {
        return switch (r.nextInt(26)) {
            case 0, 1 -> hello(r);
            case 2 -> auth(r);
            case 3 -> List.of("RESET");
            case 4 -> any(r, "PING", 3);
            case 5 -> any(r, "ECHO", 3);
            case 6 -> List.of("SELECT", pick(r, "0", "1", "3", "4", "-1", "x", "99999999999"));
            case 7 -> List.of("CLIENT", "SETNAME", word(r));
            case 8 -> List.of("CLIENT", pick(r, "GETNAME", "getname", "ID", "GETREDIR", "INFO"));
            case 9 -> list(r);
            case 10, 11 -> kill(r);
            case 12 -> List.of("CLIENT", "NO-EVICT", pick(r, "on", "OFF", "x", ""));
            case 13 -> pause(r);
            case 14 -> List.of("CLIENT", "UNPAUSE");
            case 15 -> List.of("CLIENT", "REPLY", pick(r, "ON", "on", "x", ""));
            case 16 -> unblock(r);
            case 17, 18 -> tracking(r);
            case 19 ->
                    pick(
                            r,
                            List.of("CLIENT", "TRACKINGINFO"),
                            List.of("CLIENT", "CACHING", pick(r, "YES", "no", "x")),
                            List.of("CLIENT", "HELP"),
                            List.of("CLIENT"));
            case 20 -> acl(r);
            case 21 -> List.of(pick(r, "MULTI", "EXEC", "DISCARD", "EXEC"));
            case 22 -> any(r, "CLIENT", 5);
            case 23 ->
                    with(any(r, pick(r, "HELLO", "AUTH", "RESET", "ACL", "SELECT", "NOSUCH"), 4));
            case 24 ->
                    with(
                            List.of(
                                    "CLIENT",
                                    pick(
                                            r,
                                            "LIST",
                                            "PAUSE",
                                            "UNBLOCK",
                                            "TRACKING",
                                            "SETNAME",
                                            "NO-EVICT",
                                            "CACHING",
                                            "NOSUCH",
                                            "ID",
                                            "INFO",
                                            "GETREDIR",
                                            "HELP",
                                            "UNPAUSE")),
                            nonsense(r, 4));
            default -> List.of("GET", "k");
        };
    }

    private static List<String> hello(Random r) {
        var words = new ArrayList<String>();
        words.add("HELLO");
        if (r.nextInt(8) > 0) {
            words.add(pick(r, "2", "3", "2", "3", "1", "4", "x", "+2", ""));
            for (int i = r.nextInt(3); i > 0; i--) {
                words.addAll(
                        pick(
                                r,
                                List.of("AUTH", "default", PASSWORD),
                                List.of("auth", "default", "bad"),
                                List.of("AUTH", "nobody", PASSWORD),
                                List.of("SETNAME", word(r)),
                                List.of("setname", "name" + r.nextInt(3)),
                                List.of(word(r))));
            }
        }
        return words;
    }

    private static List<String> auth(Random r) {
        return pick(
                r,
                List.of("AUTH", PASSWORD),
                List.of("AUTH", "default", PASSWORD),
                List.of("AUTH", "bad"),
                List.of("AUTH", "default", "bad"),
                List.of("AUTH", "nobody", PASSWORD),
                List.of("AUTH", word(r)),
                List.of("AUTH", "default", PASSWORD, "x"),
                List.of("AUTH"));
    }

    private static List<String> list(Random r) {
        return pick(
                r,
                List.of("CLIENT", "LIST", "TYPE", pick(r, "pubsub", "replica", "SLAVE", "x", "")),
                List.of("CLIENT", "LIST", "TYPE", "normal", "x"),
                List.of("CLIENT", "LIST", "ID", pick(r, "0", "-1", "x", "99999999", "")),
                List.of("CLIENT", "LIST", "ID", "0", pick(r, "0", "x")),
                List.of("CLIENT", "LIST", "ID"),
                List.of("CLIENT", "LIST", word(r)));
    }

    private static List<String> kill(Random r) {
        if (r.nextInt(3) == 0) {
            return List.of("CLIENT", "KILL", pick(r, "1.2.3.4:5", "", "x", "ID"));
        }
        // This one comes first, so that nobody is left to be killed.
        var words = new ArrayList<>(List.of("CLIENT", "KILL", "LADDR", "1.2.3.4:5"));
        for (int i = r.nextInt(3); i > 0; i--) {
            words.addAll(
                    pick(
                            r,
                            List.of("ID", pick(r, "0", "-1", "x", "99999999")),
                            List.of(
                                    "TYPE",
                                    pick(r, "normal", "PUBSUB", "master", "replica", "slave", "x")),
                            List.of("USER", pick(r, "default", "nobody", "")),
                            List.of("ADDR", "x"),
                            List.of("SKIPME", pick(r, "yes", "NO", "x")),
                            List.of(word(r)),
                            List.of("MAXAGE", "1")));
        }
        return words;
    }

    private static List<String> pause(Random r) {
        var words = new ArrayList<>(List.of("CLIENT", "PAUSE"));
        words.add(pick(r, "0", "1", "-1", "x", "1.5", ""));
        if (r.nextBoolean()) {
            words.add(pick(r, "WRITE", "all", "x"));
        }
        if (r.nextInt(8) == 0) {
            words.add("x");
        }
        return words;
    }

    private static List<String> unblock(Random r) {
        var words = new ArrayList<>(List.of("CLIENT", "UNBLOCK"));
        words.add(pick(r, "0", "-1", "99999999", "x", ""));
        if (r.nextBoolean()) {
            words.add(pick(r, "ERROR", "timeout", "x"));
        }
        if (r.nextInt(8) == 0) {
            words.add("x");
        }
        return words;
    }

    private static List<String> tracking(Random r) {
        var words = new ArrayList<>(List.of("CLIENT", "TRACKING"));
        words.add(pick(r, "OFF", "off", "x"));
        for (int i = r.nextInt(4); i > 0; i--) {
            words.addAll(
                    pick(
                            r,
                            List.of("BCAST"),
                            List.of("OPTIN"),
                            List.of("optout"),
                            List.of("NOLOOP"),
                            List.of("PREFIX", "p"),
                            List.of("REDIRECT", pick(r, "0", "99999999", "x")),
                            List.of(word(r))));
        }
        return words;
    }

    private static List<String> acl(Random r) {
        return pick(
                r,
                List.of("ACL", pick(r, "WHOAMI", "USERS", "LIST", "CAT", "NOSUCH")),
                List.of("ACL", "GETUSER", pick(r, "default", "nobody", "")),
                List.of("ACL", "CAT", pick(r, "nosuch", "")),
                List.of("ACL", "CAT", "string", "x"),
                List.of("ACL"));
    }

    private static List<String> any(Random r, String first, int max) {
        return with(List.of(first), nonsense(r, max));
    }

    private static List<String> nonsense(Random r, int max) {
        var words = new ArrayList<String>();
        for (int i = r.nextInt(max); i > 0; i--) {
            words.add(word(r));
        }
        return words;
    }

    @SafeVarargs
    private static List<String> with(List<String>... parts) {
        var all = new ArrayList<String>();
        for (List<String> part : parts) {
            all.addAll(part);
        }
        return all;
    }

    private static String word(Random r) {
        return pick(r, WORDS);
    }

    @SafeVarargs
    private static <T> T pick(Random r, T... from) {
        return from[r.nextInt(from.length)];
    }
}
