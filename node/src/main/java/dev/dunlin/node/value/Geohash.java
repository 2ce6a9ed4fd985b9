// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.value;

/// Places on the earth as 52-bit numbers, and distances between them, with Redis's constants and in its order of operations, so that results
/// are the same to the last digit.
///
/// ```
/// bit  51 50 49 48 ...   1 0        the square is halved again and again: by longitude, by latitude, by longitude ...
///      lon lat lon lat   lon lat    places that are near each other mostly have numbers that are, too
/// ```
///
/// A box is a number of fewer bits: all places that begin with them.
///
/// Thread: stateless.
public final class Geohash {
    /// Halvings of each coordinate in a place's number.
    public static final int STEPS = 26;

    public static final double LONGITUDE_MAX = 180;

    /// Where the square of the Mercator projection ends.
    public static final double LATITUDE_MAX = 85.05112878;

    private static final double EARTH_RADIUS_METERS = 6372797.560856;
    private static final double MERCATOR_MAX = 20037726.37;
    private static final double RADIANS = Math.PI / 180.0;
    private static final double FULL_LATITUDE_MAX = 90;
    private static final long EVEN_BITS = 0x5555_5555_5555_5555L;
    private static final long ODD_BITS = 0xAAAA_AAAA_AAAA_AAAAL;

    private Geohash() {}

    /// {@return the number of the box of `steps` halvings that a place is in}
    public static long encode(double longitude, double latitude, int steps) {
        return encode(longitude, latitude, LATITUDE_MAX, steps);
    }

    /// {@return the number as the public geohash has it, whose latitudes go up to the poles}
    public static long encodeStandard(double longitude, double latitude) {
        return encode(longitude, latitude, FULL_LATITUDE_MAX, STEPS);
    }

    private static long encode(double longitude, double latitude, double latitudeMax, int steps) {
        double ofLatitude = (latitude + latitudeMax) / (latitudeMax - -latitudeMax);
        double ofLongitude = (longitude + LONGITUDE_MAX) / (LONGITUDE_MAX - -LONGITUDE_MAX);
        ofLatitude *= 1L << steps;
        ofLongitude *= 1L << steps;
        return spread((long) ofLatitude & 0xFFFF_FFFFL)
                | spread((long) ofLongitude & 0xFFFF_FFFFL) << 1;
    }

    /// {@return the longitude in the middle of a box}
    public static double longitude(long bits, int steps) {
        double middle = (west(bits, steps) + east(bits, steps)) / 2;
        return Math.clamp(middle, -LONGITUDE_MAX, LONGITUDE_MAX);
    }

    /// {@return the latitude in the middle of a box}
    public static double latitude(long bits, int steps) {
        double middle = (south(bits, steps) + north(bits, steps)) / 2;
        return Math.clamp(middle, -LATITUDE_MAX, LATITUDE_MAX);
    }

    static double west(long bits, int steps) {
        return edge(squeeze(bits >>> 1), steps, LONGITUDE_MAX);
    }

    static double east(long bits, int steps) {
        return edge(squeeze(bits >>> 1) + 1, steps, LONGITUDE_MAX);
    }

    static double south(long bits, int steps) {
        return edge(squeeze(bits), steps, LATITUDE_MAX);
    }

    static double north(long bits, int steps) {
        return edge(squeeze(bits) + 1, steps, LATITUDE_MAX);
    }

    private static double edge(long cell, int steps, double max) {
        return -max + (cell * 1.0 / (1L << steps)) * (max - -max);
    }

    /// {@return the box beside another, to the east for 1, to the west for -1}
    static long moveEast(long bits, int steps, int by) {
        if (by == 0) {
            return bits;
        }
        long others = EVEN_BITS >>> (64 - steps * 2);
        long moved = bits & ODD_BITS;
        moved = by > 0 ? moved + (others + 1) : (moved | others) - (others + 1);
        return (moved & (ODD_BITS >>> (64 - steps * 2))) | (bits & EVEN_BITS);
    }

    /// {@return the box beside another, to the north for 1, to the south for -1}
    static long moveNorth(long bits, int steps, int by) {
        if (by == 0) {
            return bits;
        }
        long others = ODD_BITS >>> (64 - steps * 2);
        long moved = bits & EVEN_BITS;
        moved = by > 0 ? moved + (others + 1) : (moved | others) - (others + 1);
        return (moved & (EVEN_BITS >>> (64 - steps * 2))) | (bits & ODD_BITS);
    }

    /// {@return metres between two places, on a sphere}
    public static double distance(
            double longitude, double latitude, double otherLongitude, double otherLatitude) {
        double v = Trigonometry.sin((radians(otherLongitude) - radians(longitude)) / 2);
        if (v == 0) {
            return latitudeDistance(latitude, otherLatitude);
        }
        double from = radians(latitude);
        double to = radians(otherLatitude);
        double u = Trigonometry.sin((to - from) / 2);
        double a = u * u + Trigonometry.cos(from) * Trigonometry.cos(to) * v * v;
        return 2.0 * EARTH_RADIUS_METERS * Trigonometry.asin(Math.sqrt(a));
    }

    /// {@return metres between two latitudes}
    public static double latitudeDistance(double latitude, double other) {
        return EARTH_RADIUS_METERS * Math.abs(radians(other) - radians(latitude));
    }

    /// {@return how many halvings give boxes of which nine cover what is within a radius}
    static int stepsFor(double radiusMeters, double latitude) {
        if (radiusMeters == 0) {
            return STEPS;
        }
        int steps = 1;
        for (double range = radiusMeters; range < MERCATOR_MAX; range *= 2) {
            steps++;
        }
        steps -= 2;
        // Towards the poles boxes are narrow.
        if (Math.abs(latitude) > 66) {
            steps--;
            if (Math.abs(latitude) > 80) {
                steps--;
            }
        }
        return Math.clamp(steps, 1, STEPS);
    }

    /// {@return degrees that a distance is to the north, or to the east at the equator}
    static double degrees(double meters) {
        return meters / EARTH_RADIUS_METERS / RADIANS;
    }

    /// {@return degrees that a distance is to the east at a latitude}
    static double degreesEast(double meters, double latitude) {
        return meters / EARTH_RADIUS_METERS / Math.cos(radians(latitude)) / RADIANS;
    }

    private static double radians(double degrees) {
        return degrees * RADIANS;
    }

    /// Moves each of the lower 32 bits to twice its position.
    private static long spread(long number) {
        long x = number;
        x = (x | x << 16) & 0x0000_FFFF_0000_FFFFL;
        x = (x | x << 8) & 0x00FF_00FF_00FF_00FFL;
        x = (x | x << 4) & 0x0F0F_0F0F_0F0F_0F0FL;
        x = (x | x << 2) & 0x3333_3333_3333_3333L;
        return (x | x << 1) & EVEN_BITS;
    }

    private static long squeeze(long number) {
        long x = number & EVEN_BITS;
        x = (x | x >>> 1) & 0x3333_3333_3333_3333L;
        x = (x | x >>> 2) & 0x0F0F_0F0F_0F0F_0F0FL;
        x = (x | x >>> 4) & 0x00FF_00FF_00FF_00FFL;
        x = (x | x >>> 8) & 0x0000_FFFF_0000_FFFFL;
        return (x | x >>> 16) & 0xFFFF_FFFFL;
    }
}
