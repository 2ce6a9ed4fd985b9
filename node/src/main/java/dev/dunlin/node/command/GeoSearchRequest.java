// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import dev.dunlin.node.resp.RespError;
import dev.dunlin.node.value.GeoShape;
import dev.dunlin.node.value.Geohash;
import java.util.function.IntToLongFunction;

/// What GEOSEARCH, GEORADIUS or one of their relatives asks for.
final class GeoSearchRequest {
    /// Says that results are not stored.
    static final int NO_KEY = -1;

    private static final RespError NO_RADIUS = RespError.of("ERR need numeric radius");
    private static final RespError NO_WIDTH = RespError.of("ERR need numeric width");
    private static final RespError NO_HEIGHT = RespError.of("ERR need numeric height");
    private static final RespError NEGATIVE_RADIUS = RespError.of("ERR radius cannot be negative");
    private static final RespError NEGATIVE_BOX =
            RespError.of("ERR height or width cannot be negative");
    private static final RespError NO_COUNT = RespError.of("ERR COUNT must be > 0");
    private static final RespError ANY_WITHOUT_COUNT =
            RespError.of("ERR the ANY argument requires COUNT argument");

    /// The command, as far as its arguments are concerned.
    enum Form {
        SEARCH,
        SEARCH_STORE,
        RADIUS,
        RADIUS_RO,
        RADIUS_BY_MEMBER,
        RADIUS_BY_MEMBER_RO;

        boolean isSearch() {
            return this == SEARCH || this == SEARCH_STORE;
        }

        boolean takesStore() {
            return this == RADIUS || this == RADIUS_BY_MEMBER;
        }
    }

    /// The order of results.
    enum Sort {
        NONE,
        ASCENDING,
        DESCENDING
    }

    private final Args args;
    private final Form form;
    private final IntToLongFunction memberHash;

    private double longitude;
    private double latitude;
    private boolean circle = true;
    private double width;
    private double height;
    private double unit = 1;
    private boolean fromMember;
    private boolean fromPlace;
    private boolean byRadius;
    private boolean byBox;

    private boolean withDistance;
    private boolean withHash;
    private boolean withPlace;
    private boolean any;
    private long count;
    private Sort sort = Sort.NONE;
    private int storeKey = NO_KEY;
    private boolean storesDistance;

    /// @param memberHash finds the place of the member in an argument
    /// @param there whether there is a set; if not, GEORADIUSBYMEMBER looks at its options only
    GeoSearchRequest(Args args, Form form, IntToLongFunction memberHash, boolean there) {
        this.args = args;
        this.form = form;
        this.memberHash = memberHash;
        int options;
        switch (form) {
            case RADIUS, RADIUS_RO -> {
                readPlace(2);
                readRadius(4);
                options = 6;
            }
            case RADIUS_BY_MEMBER, RADIUS_BY_MEMBER_RO -> {
                if (there) {
                    readMember(2);
                    readRadius(3);
                }
                options = 5;
            }
            case SEARCH_STORE -> {
                storeKey = 1;
                options = 3;
            }
            case SEARCH -> options = 2;
            default -> throw new IllegalStateException("form " + form);
        }
        int at = options;
        while (at < args.count()) {
            at += readOption(at);
        }
        check();
        if (count != 0 && sort == Sort.NONE && !any) {
            sort = Sort.ASCENDING;
        }
    }

    GeoShape shape() {
        return new GeoShape(longitude, latitude, circle, width * unit, height * unit);
    }

    /// {@return metres of the unit in which distances are told}
    double unit() {
        return unit;
    }

    boolean withDistance() {
        return withDistance;
    }

    boolean withHash() {
        return withHash;
    }

    boolean withPlace() {
        return withPlace;
    }

    /// {@return whether any [#count] places will do, not the nearest ones}
    boolean any() {
        return any;
    }

    /// {@return places at most, 0 for all}
    long count() {
        return count;
    }

    Sort sort() {
        return sort;
    }

    /// {@return the argument that says where results go, or [#NO_KEY]}
    int storeKey() {
        return storeKey;
    }

    /// {@return whether distances are stored as scores}
    boolean storesDistance() {
        return storesDistance;
    }

    /// {@return how many arguments the option at `at` takes}
    private int readOption(int at) {
        int behind = args.count() - at - 1;
        if (args.is(at, "withdist")) {
            withDistance = true;
        } else if (args.is(at, "withhash")) {
            withHash = true;
        } else if (args.is(at, "withcoord")) {
            withPlace = true;
        } else if (args.is(at, "any")) {
            any = true;
        } else if (args.is(at, "asc")) {
            sort = Sort.ASCENDING;
        } else if (args.is(at, "desc")) {
            sort = Sort.DESCENDING;
        } else if (args.is(at, "count") && behind >= 1) {
            count = args.longAt(at + 1);
            if (count <= 0) {
                throw new CommandException(NO_COUNT);
            }
            return 2;
        } else if (form.takesStore()
                && behind >= 1
                && (args.is(at, "store") || args.is(at, "storedist"))) {
            storeKey = at + 1;
            storesDistance = args.is(at, "storedist");
            return 2;
        } else if (form == Form.SEARCH_STORE && args.is(at, "storedist")) {
            storesDistance = true;
        } else if (form.isSearch()) {
            return readShape(at, behind);
        } else {
            throw new CommandException(RespError.SYNTAX);
        }
        return 1;
    }

    private int readShape(int at, int behind) {
        if (args.is(at, "frommember") && behind >= 1 && !fromPlace) {
            readMember(at + 1);
            fromMember = true;
            return 2;
        }
        if (args.is(at, "fromlonlat") && behind >= 2 && !fromMember) {
            readPlace(at + 1);
            fromPlace = true;
            return 3;
        }
        if (args.is(at, "byradius") && behind >= 2 && !byBox) {
            readRadius(at + 1);
            byRadius = true;
            return 3;
        }
        if (args.is(at, "bybox") && behind >= 3 && !byRadius) {
            readBox(at + 1);
            byBox = true;
            return 4;
        }
        throw new CommandException(RespError.SYNTAX);
    }

    private void readPlace(int argument) {
        longitude = GeoCommands.longitudeAt(args, argument);
        latitude = GeoCommands.latitudeAt(args, argument + 1);
    }

    private void readMember(int argument) {
        long bits = memberHash.applyAsLong(argument);
        longitude = Geohash.longitude(bits, Geohash.STEPS);
        latitude = Geohash.latitude(bits, Geohash.STEPS);
    }

    private void readRadius(int argument) {
        double radius = GeoCommands.number(args, argument, NO_RADIUS);
        if (radius < 0) {
            throw new CommandException(NEGATIVE_RADIUS);
        }
        unit = GeoCommands.unitAt(args, argument + 1);
        circle = true;
        width = radius;
        height = radius;
    }

    private void readBox(int argument) {
        double newWidth = GeoCommands.number(args, argument, NO_WIDTH);
        double newHeight = GeoCommands.number(args, argument + 1, NO_HEIGHT);
        if (newHeight < 0 || newWidth < 0) {
            throw new CommandException(NEGATIVE_BOX);
        }
        unit = GeoCommands.unitAt(args, argument + 2);
        circle = false;
        width = newWidth;
        height = newHeight;
    }

    private void check() {
        if (storeKey != NO_KEY && (withDistance || withHash || withPlace)) {
            throw new CommandException(
                    RespError.of(
                            (form == Form.SEARCH_STORE
                                            ? "ERR GEOSEARCHSTORE"
                                            : "ERR STORE option in GEORADIUS")
                                    + " is not compatible with WITHDIST, WITHHASH and WITHCOORD"
                                    + " options"));
        }
        if (form.isSearch() && !fromMember && !fromPlace) {
            throw exactlyOne("FROMMEMBER or FROMLONLAT");
        }
        if (form.isSearch() && !byRadius && !byBox) {
            throw exactlyOne("BYRADIUS and BYBOX");
        }
        if (any && count == 0) {
            throw new CommandException(ANY_WITHOUT_COUNT);
        }
    }

    private CommandException exactlyOne(String choice) {
        return new CommandException(
                RespError.of(
                        "ERR exactly one of " + choice + " can be specified for " + args.text(0)));
    }
}
