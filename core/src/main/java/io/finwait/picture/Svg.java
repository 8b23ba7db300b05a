package io.finwait.picture;

/** Writes SVG, one element per line; knows nothing about what is drawn. */
final class Svg {

    private final StringBuilder out = new StringBuilder();

    /** Begins a picture with its own background. */
    Svg(double width, double height, String title, String description, String css) {
        String box = "0 0 " + number(width) + " " + number(height);
        out.append("<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\"");
        attribute("viewBox", box);
        attribute("width", number(width));
        attribute("height", number(height));
        out.append(">\n");
        content("title", title);
        content("desc", description);
        content("style", css);
        element("rect", "class", "background", "width", "100%", "height", "100%");
    }

    /** An element without content; names and values of attributes alternate. */
    Svg element(String name, String... attributes) {
        out.append('<').append(name);
        attributes(attributes);
        out.append("/>\n");
        return this;
    }

    /** Text at a point; names and values of further attributes alternate. */
    Svg text(double x, double y, String cssClass, String text, String... attributes) {
        out.append("<text");
        attribute("x", number(x));
        attribute("y", number(y));
        attribute("class", cssClass);
        // Runs of blanks keep columns apart: in tables, and between the parts of a label.
        attribute("xml:space", "preserve");
        attributes(attributes);
        out.append('>').append(escape(text)).append("</text>\n");
        return this;
    }

    Svg rect(double x, double y, double width, double height, String cssClass, double radius) {
        return element(
                "rect",
                "x",
                number(x),
                "y",
                number(y),
                "width",
                number(width),
                "height",
                number(height),
                "rx",
                number(radius),
                "class",
                cssClass);
    }

    Svg line(double x1, double y1, double x2, double y2, String cssClass) {
        return element(
                "line",
                "x1",
                number(x1),
                "y1",
                number(y1),
                "x2",
                number(x2),
                "y2",
                number(y2),
                "class",
                cssClass);
    }

    Svg path(String data, String cssClass) {
        return element("path", "d", data, "class", cssClass);
    }

    /** Ends the picture. */
    String finish() {
        return out.append("</svg>\n").toString();
    }

    private void content(String name, String text) {
        out.append('<').append(name).append('>');
        out.append(escape(text)).append("</").append(name).append(">\n");
    }

    private void attributes(String... namesAndValues) {
        for (int i = 0; i < namesAndValues.length; i += 2) {
            attribute(namesAndValues[i], namesAndValues[i + 1]);
        }
    }

    private void attribute(String name, String value) {
        out.append(' ').append(name).append("=\"").append(escape(value)).append('"');
    }

    /** One decimal at most, with a point in every country. */
    static String number(double value) {
        long tenths = Math.round(value * 10);
        String sign = tenths < 0 ? "-" : "";
        long size = Math.abs(tenths);
        return sign + size / 10 + (size % 10 == 0 ? "" : "." + size % 10);
    }

    /** Text that is safe in content and attributes; what XML can't hold becomes a question mark. */
    static String escape(String text) {
        StringBuilder safe = new StringBuilder(text.length());
        text.codePoints()
                .forEach(
                        c -> {
                            switch (c) {
                                case '<' -> safe.append("&lt;");
                                case '>' -> safe.append("&gt;");
                                case '&' -> safe.append("&amp;");
                                case '"' -> safe.append("&quot;");
                                default -> safe.appendCodePoint(isXml(c) ? c : '?');
                            }
                        });
        return safe.toString();
    }

    private static boolean isXml(int c) {
        boolean control = c < 0x20 && c != '\t' && c != '\n';
        boolean surrogate = c >= 0xD800 && c <= 0xDFFF;
        return !control && !surrogate && c != 0xFFFE && c != 0xFFFF;
    }
}
