// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.value;

/// A circle or a box around a place, and the ranges of numbers of places that it may hold.
///
/// @param widthMeters of the box; of a circle its radius
/// @param heightMeters likewise
public record GeoShape(
        double longitude,
        double latitude,
        boolean circle,
        double widthMeters,
        double heightMeters) {
    /// What [#distance] answers for a place that is outside.
    public static final double OUTSIDE = -1;

    /// Steps to the nine boxes, in the order in which Redis searches them: east, north.
    private static final int[][] MOVES = {
        {0, 0}, {0, 1}, {0, -1}, {1, 0}, {-1, 0}, {1, 1}, {-1, 1}, {1, -1}, {-1, -1}
    };

    /// Gets ranges of numbers.
    @FunctionalInterface
    public interface RangeVisitor {
        /// @param from the first number
        /// @param to the first number behind
        /// @return whether to go on
        boolean visit(long from, long to);
    }

    /// {@return metres from the middle to a place, or [#OUTSIDE]}
    public double distance(double otherLongitude, double otherLatitude) {
        if (circle) {
            double distance = Geohash.distance(longitude, latitude, otherLongitude, otherLatitude);
            return distance > widthMeters ? OUTSIDE : distance;
        }
        if (Geohash.latitudeDistance(otherLatitude, latitude) > heightMeters / 2
                || Geohash.distance(otherLongitude, otherLatitude, longitude, otherLatitude)
                        > widthMeters / 2) {
            return OUTSIDE;
        }
        return Geohash.distance(longitude, latitude, otherLongitude, otherLatitude);
    }

    /// Visits the ranges of all boxes that may hold places of this shape.
    public void forEachRange(RangeVisitor visitor) {
        double halfHeight = circle ? heightMeters : heightMeters / 2;
        double halfWidth = circle ? widthMeters : widthMeters / 2;
        double north = latitude + Geohash.degrees(halfHeight);
        double south = latitude - Geohash.degrees(halfHeight);
        // The edge that is nearer to a pole is the longer one in degrees.
        double reach = Geohash.degreesEast(halfWidth, latitude < 0 ? south : north);
        double east = longitude + reach;
        double west = longitude - reach;
        double radius =
                circle ? widthMeters : Math.sqrt(halfWidth * halfWidth + halfHeight * halfHeight);

        int steps = Geohash.stepsFor(radius, latitude);
        long middle = Geohash.encode(longitude, latitude, steps);
        if (steps > 1 && !covers(middle, steps, north, south, east, west)) {
            steps--;
            middle = Geohash.encode(longitude, latitude, steps);
        }
        boolean prunes = steps >= 2;
        boolean noSouth = prunes && Geohash.south(middle, steps) < south;
        boolean noNorth = prunes && Geohash.north(middle, steps) > north;
        boolean noWest = prunes && Geohash.west(middle, steps) < west;
        boolean noEast = prunes && Geohash.east(middle, steps) > east;
        // Number of the box that was visited last.
        int visited = 0;
        long last = middle;
        for (int i = 0; i < MOVES.length; i++) {
            int[] move = MOVES[i];
            if ((noSouth && move[1] < 0)
                    || (noNorth && move[1] > 0)
                    || (noWest && move[0] < 0)
                    || (noEast && move[0] > 0)) {
                continue;
            }
            long box = Geohash.moveNorth(Geohash.moveEast(middle, steps, move[0]), steps, move[1]);
            // A few large boxes go around the earth and meet.
            if (visited > 0 && box == last) {
                continue;
            }
            int shift = 2 * (Geohash.STEPS - steps);
            if (!visitor.visit(box << shift, (box + 1) << shift)) {
                return;
            }
            last = box;
            visited = i;
        }
    }

    private static boolean covers(
            long box, int steps, double north, double south, double east, double west) {
        return Geohash.north(Geohash.moveNorth(box, steps, 1), steps) >= north
                && Geohash.south(Geohash.moveNorth(box, steps, -1), steps) <= south
                && Geohash.east(Geohash.moveEast(box, steps, 1), steps) >= east
                && Geohash.west(Geohash.moveEast(box, steps, -1), steps) <= west;
    }
}
