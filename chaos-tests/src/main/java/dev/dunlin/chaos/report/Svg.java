// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.chaos.report;

/// Builds an SVG element by element. Styling is by class only, so that one style sheet serves light and dark pages.
final class Svg {
    private final StringBuilder out = new StringBuilder();

    void rect(String style, double x, double y, double width, double height, double radius) {
        out.append("<rect class=\"").append(style).append("\" x=\"").append(Html.at(x));
        out.append("\" y=\"").append(Html.at(y));
        out.append("\" width=\"").append(Html.at(Math.max(0, width)));
        out.append("\" height=\"").append(Html.at(height));
        out.append("\" rx=\"").append(Html.at(radius)).append("\"/>\n");
    }

    void circle(String style, double x, double y, double radius, String title) {
        out.append("<circle class=\"").append(style).append("\" cx=\"").append(Html.at(x));
        out.append("\" cy=\"").append(Html.at(y));
        out.append("\" r=\"").append(Html.at(radius)).append("\"");
        if (title.isEmpty()) {
            out.append("/>\n");
        } else {
            out.append("><title>").append(Html.escape(title)).append("</title></circle>\n");
        }
    }

    void line(String style, double x1, double y1, double x2, double y2) {
        out.append("<line class=\"").append(style).append("\" x1=\"").append(Html.at(x1));
        out.append("\" y1=\"").append(Html.at(y1));
        out.append("\" x2=\"").append(Html.at(x2));
        out.append("\" y2=\"").append(Html.at(y2)).append("\"/>\n");
    }

    void text(String style, double x, double y, String anchor, String text) {
        out.append("<text class=\"").append(style).append("\" x=\"").append(Html.at(x));
        out.append("\" y=\"").append(Html.at(y));
        out.append("\" text-anchor=\"").append(anchor).append("\">");
        out.append(Html.escape(text)).append("</text>\n");
    }

    /// {@return the picture}
    String picture(double width, double height, String label) {
        return "<svg viewBox=\"0 0 "
                + Html.at(width)
                + " "
                + Html.at(height)
                + "\" width=\"100%\" role=\"img\" aria-label=\""
                + Html.escape(label)
                + "\">\n"
                + out
                + "</svg>\n";
    }
}
