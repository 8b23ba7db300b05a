package io.finwait.picture;

import java.util.ArrayList;
import java.util.List;

/** A style sheet whose rules have two colours, one for light and one for dark pictures. */
final class SvgStyle {

    static final String SANS = "system-ui, 'Segoe UI', Helvetica, Arial, 'DejaVu Sans', sans-serif";
    static final String MONO =
            "ui-monospace, 'SF Mono', Menlo, Consolas, 'DejaVu Sans Mono', monospace";

    private record Rule(String selector, String property, String light, String dark) {}

    private final StringBuilder fixed = new StringBuilder();
    private final List<Rule> rules = new ArrayList<>();

    /** The colours that every picture has: background, text, lines. */
    SvgStyle() {
        fixed.append("text{font-family:").append(SANS).append(";font-size:13px}\n");
        color(".background", "fill", "#ffffff", "#0d1117");
        color("text", "fill", "#1f2328", "#e6edf3");
        color(".muted", "fill", "#59636e", "#9198a1");
        color(".panel", "fill", "#f6f8fa", "#161b22");
        color(".panel", "stroke", "#d1d9e0", "#3d444d");
    }

    SvgStyle fixed(String rule) {
        fixed.append(rule).append('\n');
        return this;
    }

    SvgStyle color(String selector, String property, String light, String dark) {
        rules.add(new Rule(selector, property, light, dark));
        return this;
    }

    String css(SvgTheme theme) {
        StringBuilder css = new StringBuilder(fixed);
        css.append(rules(theme == SvgTheme.DARK));
        if (theme == SvgTheme.AUTO) {
            css.append("@media (prefers-color-scheme: dark){\n").append(rules(true)).append("}\n");
        }
        return css.toString();
    }

    private String rules(boolean dark) {
        StringBuilder css = new StringBuilder();
        for (Rule rule : rules) {
            css.append(rule.selector()).append('{').append(rule.property()).append(':');
            css.append(dark ? rule.dark() : rule.light()).append("}\n");
        }
        return css.toString();
    }
}
