// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.chaos.report;

import java.util.List;

/// Every single value of a figure as a dot, one row for each server, with the median as a tick: few runs deserve no histogram.
final class StripPlot {
    private static final double WIDTH = 300;
    private static final double ROW = 17;

    private StripPlot() {}

    /// {@return a picture of the rows on one scale from 0 to the largest value}
    static String draw(List<List<Double>> rows) {
        var svg = new Svg();
        double max =
                rows.stream()
                        .flatMap(List::stream)
                        .mapToDouble(Double::doubleValue)
                        .max()
                        .orElse(0);
        for (int row = 0; row < rows.size(); row++) {
            List<Double> values = rows.get(row);
            double y = ROW * row + ROW / 2;
            svg.line("grid", 4, y, WIDTH - 4, y);
            for (double value : values) {
                svg.circle(
                        row == 0 && rows.size() > 1 ? "redis" : "other",
                        x(value, max),
                        y,
                        3.6,
                        Html.number(value));
            }
            if (values.size() > 1) {
                double x = x(Distribution.of(values).median(), max);
                svg.line("median", x, y - 6, x, y + 6);
            }
        }
        return svg.picture(WIDTH, ROW * rows.size(), "values of all runs");
    }

    private static double x(double value, double max) {
        return 6 + (max == 0 ? 0 : value / max) * (WIDTH - 12);
    }
}
