// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import static dev.dunlin.node.command.CommandGenerator.decimal;
import static dev.dunlin.node.command.CommandGenerator.many;
import static dev.dunlin.node.command.CommandGenerator.nonsense;
import static dev.dunlin.node.command.CommandGenerator.options;
import static dev.dunlin.node.command.CommandGenerator.pick;
import static dev.dunlin.node.command.CommandGenerator.with;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/// Random commands about places.
final class GeoGenerator {
    private static final String[] COMMANDS = {
        "GEOADD",
        "GEOPOS",
        "GEODIST",
        "GEOHASH",
        "GEOSEARCH",
        "GEOSEARCHSTORE",
        "GEORADIUS",
        "GEORADIUS_RO",
        "GEORADIUSBYMEMBER",
        "GEORADIUSBYMEMBER_RO"
    };

    /// The keys in which results are stored.
    static final String TARGETS = "t[01]";

    private GeoGenerator() {}

    private static List<String> of(String... words) {
        return List.of(words);
    }

    static List<String> next(Random r) {
        return switch (r.nextInt(24)) {
            case 0, 1, 2, 3, 4, 5 -> with(of("GEOADD", key(r)), with(addOptions(r), places(r)));
            case 6 -> with(of(pick(r, "GEOPOS", "GEOHASH"), key(r)), many(r, 4, () -> member(r)));
            case 7, 8 ->
                    with(
                            of("GEODIST", key(r), member(r), member(r)),
                            r.nextBoolean() ? of() : of(unit(r)));
            case 9, 10, 11, 12 -> with(of("GEOSEARCH", key(r)), search(r, false));
            case 13, 14 -> with(of("GEOSEARCHSTORE", target(r), key(r)), search(r, true));
            case 15, 16 ->
                    with(
                            with(
                                    of(pick(r, "GEORADIUS", "GEORADIUS_RO"), key(r)),
                                    with(place(r), of(radius(r), unit(r)))),
                            searchOptions(r, true));
            case 17, 18 ->
                    with(
                            of(
                                    pick(r, "GEORADIUSBYMEMBER", "GEORADIUSBYMEMBER_RO"),
                                    key(r),
                                    member(r),
                                    radius(r),
                                    unit(r)),
                            searchOptions(r, true));
            case 19 -> of("ZRANGE", target(r), "0", "-1", "WITHSCORES");
            case 20 -> of("ZREM", key(r), member(r));
            case 21 ->
                    r.nextInt(6) == 0
                            ? pick(r, of("DEL", key(r)), of("SET", key(r), "x"))
                            : of("ZADD", key(r), "" + r.nextLong(1L << 52), member(r));
            case 22 -> of("DEBUG", "DIGEST-VALUE", key(r));
            default -> nonsense(r, COMMANDS);
        };
    }

    private static String key(Random r) {
        return "g" + r.nextInt(4);
    }

    private static String target(Random r) {
        return "t" + r.nextInt(2);
    }

    private static String member(Random r) {
        return "place" + r.nextInt(r.nextBoolean() ? 20 : 300);
    }

    private static List<String> place(Random r) {
        return r.nextInt(12) == 0 ? edge(r) : somewhere(r);
    }

    private static List<String> somewhere(Random r) {
        // Half of them near each other, the others anywhere.
        return r.nextBoolean()
                ? of("" + (13 + r.nextDouble() * 3), "" + (37 + r.nextDouble() * 2))
                : of("" + (r.nextDouble() * 360 - 180), "" + (r.nextDouble() * 170 - 85));
    }

    private static List<String> edge(Random r) {
        return of(
                pick(r, "180", "-180", "180.1", "0", "-0.0000001", "x", decimal(r)),
                pick(r, "85.05112878", "-85.05112878", "85.06", "0", "inf", decimal(r)));
    }

    /// No two members are at the same spot: Redis finds the nearest few with a sort that is not stable, so which of two at the same distance
    /// comes first, or comes at all, would be chance.
    private static List<String> places(Random r) {
        List<String> words = new ArrayList<>();
        for (int i = 1 + r.nextInt(r.nextInt(5) == 0 ? 60 : 5); i > 0; i--) {
            boolean atEdge = r.nextInt(12) == 0;
            List<String> place = atEdge ? edge(r) : somewhere(r);
            words.addAll(place);
            words.add(atEdge ? String.join(",", place) : member(r));
        }
        return CommandGenerator.dropLastAtTimes(r, words);
    }

    private static List<String> addOptions(Random r) {
        return r.nextInt(3) > 0
                ? of()
                : options(r, 2, List.of(of("NX"), of("XX"), of("CH"), of("GT"), of("INCR")));
    }

    private static String unit(Random r) {
        return r.nextInt(20) == 0 ? "parsec" : pick(r, "m", "km", "KM", "ft", "mi");
    }

    private static String radius(Random r) {
        return switch (r.nextInt(8)) {
            case 0 -> decimal(r);
            case 1 -> pick(r, "0", "-1", "40000", "1e9", "inf", "x");
            case 2 -> "" + r.nextInt(30_000);
            case 3 -> "" + r.nextInt(10_000_000);
            default -> "" + r.nextDouble() * 500;
        };
    }

    private static List<String> search(Random r, boolean stores) {
        List<String> from =
                r.nextBoolean() ? of("FROMMEMBER", member(r)) : with(of("FROMLONLAT"), place(r));
        List<String> by =
                r.nextBoolean()
                        ? of("BYRADIUS", radius(r), unit(r))
                        : of("BYBOX", radius(r), radius(r), unit(r));
        List<String> both = r.nextInt(20) == 0 ? from : with(from, by);
        return with(both, stores ? storeOptions(r) : searchOptions(r, false));
    }

    private static List<String> storeOptions(Random r) {
        return options(
                r,
                2,
                List.of(
                        of("ASC"),
                        of("DESC"),
                        of("COUNT", "" + (1 + r.nextInt(6))),
                        of("ANY"),
                        of("STOREDIST"),
                        of("WITHDIST")));
    }

    private static List<String> searchOptions(Random r, boolean radius) {
        return options(
                r,
                4,
                List.of(
                        of("WITHDIST"),
                        of("WITHCOORD"),
                        of("WITHHASH"),
                        of("ASC"),
                        of("DESC"),
                        of("COUNT", "" + (r.nextInt(8) - 1)),
                        of("COUNT", "3", "ANY"),
                        radius ? of("STORE", target(r)) : of("BYRADIUS", "1", "km"),
                        radius ? of("STOREDIST", target(r)) : of("FROMLONLAT", "1", "1"),
                        of("bad")));
    }
}
