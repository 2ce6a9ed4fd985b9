// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import static dev.dunlin.node.command.Command.command;
import static dev.dunlin.node.command.Flag.DENYOOM;
import static dev.dunlin.node.command.Flag.MOVABLEKEYS;
import static dev.dunlin.node.command.Flag.READONLY;
import static dev.dunlin.node.command.Flag.WRITE;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.dunlin.node.resp.DoubleParser;
import dev.dunlin.node.resp.ReplyWriter;
import dev.dunlin.node.resp.RespError;
import dev.dunlin.node.value.Geohash;
import dev.dunlin.node.value.SortedSetValue;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;

/// GEOADD and the other commands about places, which are members of sorted sets whose scores are their geohashes.
///
/// Thread: handlers run on the node's loop and never block.
public final class GeoCommands {
    private static final byte[] ZADD = "zadd".getBytes(UTF_8);
    private static final String BASE32 = "0123456789bcdefghjkmnpqrstuvwxyz";
    private static final int BASE32_BITS = 5;

    /// Characters of a public geohash; the last one stands for bits that a place does not have.
    private static final int HASH_CHARS = 11;

    private static final int COORDINATE_DIGITS = 17;
    private static final int DISTANCE_DIGITS = 4;
    private static final RespError UNIT =
            RespError.of("ERR unsupported unit provided. please use M, KM, FT, MI");

    /// {@return the family's rows, fresh for each node because a row counts its calls}
    // spotless:off
    static List<Command> table() { return List.of(
        //       name                    arity  keys                              handler                         category  flags
        command("geoadd",                -5,    KeySpec.first("RW", "update"),    GeoCommands::geoadd,            "geo",    WRITE, DENYOOM),
        command("geopos",                -2,    KeySpec.first("RO", "access"),    GeoCommands::geopos,            "geo",    READONLY),
        command("geodist",               -4,    KeySpec.first("RO", "access"),    GeoCommands::geodist,           "geo",    READONLY),
        command("geohash",               -2,    KeySpec.first("RO", "access"),    GeoCommands::geohash,           "geo",    READONLY),
        command("geosearch",             -7,    KeySpec.first("RO", "access"),    GeoSearchCommands::geosearch,   "geo",    READONLY),
        command("geosearchstore",        -8,    List.of(KeySpec.first("OW", "update"), KeySpec.range(2, 0, 1, "RO", "access")),
                                                                                  GeoSearchCommands::geosearchstore, "geo", WRITE, DENYOOM),
        command("georadius",             -6,    radiusKeys(6),                    GeoSearchCommands::georadius,   "geo",    WRITE, DENYOOM, MOVABLEKEYS),
        command("georadius_ro",          -6,    KeySpec.first("RO", "access"),    GeoSearchCommands::georadiusRo, "geo",    READONLY),
        command("georadiusbymember",     -5,    radiusKeys(5),                    GeoSearchCommands::georadiusbymember, "geo", WRITE, DENYOOM, MOVABLEKEYS),
        command("georadiusbymember_ro",  -5,    KeySpec.first("RO", "access"),    GeoSearchCommands::georadiusbymemberRo, "geo", READONLY)); }
    // spotless:on

    private GeoCommands() {}

    private static List<KeySpec> radiusKeys(int options) {
        return List.of(
                KeySpec.first("RO", "access"),
                stored("STORE", options),
                stored("STOREDIST", options));
    }

    private static KeySpec stored(String word, int from) {
        return new KeySpec(
                List.of("OW", "update"),
                new KeySpec.Begin.Keyword(word, from),
                new KeySpec.Find.Range(0, 1, 0));
    }

    // Arguments

    /// {@return the longitude in this argument, when it and the latitude behind it are a place}
    ///
    /// @throws CommandException when they are not
    static double longitudeAt(Args args, int argument) {
        double longitude = number(args, argument, RespError.NOT_A_FLOAT);
        double latitude = latitudeAt(args, argument + 1);
        if (Math.abs(longitude) > Geohash.LONGITUDE_MAX
                || Math.abs(latitude) > Geohash.LATITUDE_MAX) {
            throw new CommandException(
                    RespError.of(
                            "ERR invalid longitude,latitude pair "
                                    + sixDigits(longitude)
                                    + ","
                                    + sixDigits(latitude)));
        }
        return longitude;
    }

    static double latitudeAt(Args args, int argument) {
        return number(args, argument, RespError.NOT_A_FLOAT);
    }

    static double number(Args args, int argument, RespError error) {
        double number = DoubleParser.parse(args.address(argument), args.bytes(argument));
        if (Double.isNaN(number)) {
            throw new CommandException(error);
        }
        return number;
    }

    private static String sixDigits(double number) {
        if (Double.isInfinite(number)) {
            return number > 0 ? "inf" : "-inf";
        }
        String digits = new BigDecimal(number).setScale(6, RoundingMode.HALF_EVEN).toPlainString();
        return number <= 0 && 1 / number < 0 && !digits.startsWith("-") ? "-" + digits : digits;
    }

    /// {@return metres of the unit in this argument}
    static double unitAt(Args args, int argument) {
        if (args.is(argument, "m")) {
            return 1;
        }
        if (args.is(argument, "km")) {
            return 1000;
        }
        if (args.is(argument, "ft")) {
            return 0.3048;
        }
        if (args.is(argument, "mi")) {
            return 1609.34;
        }
        throw new CommandException(UNIT);
    }

    // Replies

    static void replyPlace(ReplyWriter reply, double longitude, double latitude) {
        reply.array(2);
        replyCoordinate(reply, longitude);
        replyCoordinate(reply, latitude);
    }

    private static void replyCoordinate(ReplyWriter reply, double degrees) {
        BigDecimal digits =
                new BigDecimal(degrees)
                        .setScale(COORDINATE_DIGITS, RoundingMode.HALF_EVEN)
                        .stripTrailingZeros();
        byte[] text = digits.toPlainString().getBytes(UTF_8);
        if (reply.resp3()) {
            reply.raw(("," + new String(text, UTF_8) + "\r\n").getBytes(UTF_8));
        } else {
            reply.bulk(text);
        }
    }

    static void replyDistance(ReplyWriter reply, double distance) {
        reply.bulk(
                new BigDecimal(distance)
                        .setScale(DISTANCE_DIGITS, RoundingMode.HALF_EVEN)
                        .toPlainString());
    }

    // Handlers

    private static void geoadd(CommandContext ctx, Args args, ReplyWriter reply) {
        int first = 2;
        boolean nx = false;
        boolean xx = false;
        for (; first < args.count(); first++) {
            if (args.is(first, "nx")) {
                nx = true;
            } else if (args.is(first, "xx")) {
                xx = true;
            } else if (!args.is(first, "ch")) {
                break;
            }
        }
        int words = args.count() - first;
        if (words % 3 != 0 || (nx && xx) || words == 0) {
            throw new CommandException(RespError.SYNTAX);
        }
        var scores = new double[words / 3];
        for (int i = 0; i < scores.length; i++) {
            double longitude = longitudeAt(args, first + 3 * i);
            double latitude = latitudeAt(args, first + 3 * i + 1);
            scores[i] = Geohash.encode(longitude, latitude, Geohash.STEPS);
        }
        long before = ctx.dirty();
        ZaddCommand.addPlaces(ctx, args, first, scores, reply);
        if (ctx.dirty() != before && ctx.effects().listening()) {
            ctx.effects().instead(asZadd(args, first, scores));
        }
    }

    private static byte[][] asZadd(Args args, int first, double[] scores) {
        List<byte[]> words = new ArrayList<>();
        words.add(ZADD);
        for (int i = 1; i < first; i++) {
            words.add(args.copy(i));
        }
        for (int i = 0; i < scores.length; i++) {
            words.add(Long.toString((long) scores[i]).getBytes(UTF_8));
            words.add(args.copy(first + 3 * i + 2));
        }
        return words.toArray(new byte[0][]);
    }

    private static void geopos(CommandContext ctx, Args args, ReplyWriter reply) {
        SortedSetValue set = SortedSets.read(ctx, args, 1);
        reply.array(args.count() - 2);
        for (int i = 2; i < args.count(); i++) {
            if (set != null && set.find(args.address(i), args.bytes(i))) {
                long bits = (long) set.score();
                replyPlace(
                        reply,
                        Geohash.longitude(bits, Geohash.STEPS),
                        Geohash.latitude(bits, Geohash.STEPS));
            } else {
                reply.nilArray();
            }
        }
    }

    private static void geodist(CommandContext ctx, Args args, ReplyWriter reply) {
        if (args.count() > 5) {
            throw new CommandException(RespError.SYNTAX);
        }
        double unit = args.count() == 5 ? unitAt(args, 4) : 1;
        SortedSetValue set = SortedSets.read(ctx, args, 1);
        if (set == null || !set.find(args.address(2), args.bytes(2))) {
            reply.nil();
            return;
        }
        long from = (long) set.score();
        if (!set.find(args.address(3), args.bytes(3))) {
            reply.nil();
            return;
        }
        long to = (long) set.score();
        double meters =
                Geohash.distance(
                        Geohash.longitude(from, Geohash.STEPS),
                        Geohash.latitude(from, Geohash.STEPS),
                        Geohash.longitude(to, Geohash.STEPS),
                        Geohash.latitude(to, Geohash.STEPS));
        replyDistance(reply, meters / unit);
    }

    private static void geohash(CommandContext ctx, Args args, ReplyWriter reply) {
        SortedSetValue set = SortedSets.read(ctx, args, 1);
        reply.array(args.count() - 2);
        for (int i = 2; i < args.count(); i++) {
            if (set != null && set.find(args.address(i), args.bytes(i))) {
                long bits = (long) set.score();
                reply.bulk(
                        text(
                                Geohash.encodeStandard(
                                        Geohash.longitude(bits, Geohash.STEPS),
                                        Geohash.latitude(bits, Geohash.STEPS))));
            } else {
                reply.nil();
            }
        }
    }

    private static String text(long bits) {
        var text = new StringBuilder();
        int total = 2 * Geohash.STEPS;
        for (int i = 1; i < HASH_CHARS; i++) {
            text.append(BASE32.charAt((int) (bits >>> (total - BASE32_BITS * i)) & 31));
        }
        return text.append('0').toString();
    }
}
