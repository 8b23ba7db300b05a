package io.finwait.picture;

import io.finwait.trace.SegmentLabel;

/** Colours and fonts of a ladder. */
final class LadderStyle {

    private LadderStyle() {}

    /** The class of a state's bar; a state of another name is neutral. */
    static String bar(String state) {
        return "bar " + state.replaceAll("[^A-Za-z0-9_-]", "_");
    }

    static String kind(SegmentLabel.Kind kind) {
        return switch (kind) {
            case SYN -> "syn";
            case FIN -> "fin";
            case RST -> "rst";
            case TEXT -> "data";
            case ACK -> "ack";
            case OTHER -> "other";
        };
    }

    static String css(SvgTheme theme) {
        SvgStyle style = new SvgStyle();
        fonts(style);
        kinds(style);
        states(style);
        style.color(".lifeline", "stroke", "#8c959f", "#6e7681");
        style.color(".band", "fill", "#f0f2f5", "#1a2029");
        style.color(".gap", "fill", "#f0f2f5", "#1a2029");
        style.color(".tear", "stroke", "#59636e", "#9198a1");
        style.color(".cross", "stroke", "#cf222e", "#ff7b72");
        style.color(".label", "stroke", "#ffffff", "#0d1117");
        style.color(".pause", "stroke", "#f0f2f5", "#1a2029");
        style.color(".time,.pause,.note,.legend", "fill", "#59636e", "#9198a1");
        style.color(".dot", "fill", "#1f2328", "#e6edf3");
        style.color(".dot", "stroke", "#ffffff", "#0d1117");
        return style.css(theme);
    }

    private static void fonts(SvgStyle style) {
        String mono = "font-family:" + SvgStyle.MONO;
        style.fixed(".title{font-size:19px;font-weight:600;text-anchor:middle}");
        style.fixed(".name{font-size:16px;font-weight:600;text-anchor:middle}");
        style.fixed(".time{font-size:12px;text-anchor:end}");
        style.fixed(".state{" + mono + ";font-size:12.5px;font-weight:700}");
        style.fixed(".note{font-style:italic}");
        style.fixed(".left{text-anchor:end}");
        style.fixed(".pill{text-anchor:middle}");
        style.fixed(
                ".pause{text-anchor:middle;font-style:italic;paint-order:stroke;stroke-width:5px}");
        style.fixed(".mono{" + mono + ";font-size:11px}");
        style.fixed(".caption{font-weight:700}");
        style.fixed(".legend{font-size:12px}");
        style.fixed(
                ".label{"
                        + mono
                        + ";font-size:13px;text-anchor:middle;paint-order:stroke;stroke-width:4px;"
                        + "stroke-linejoin:round}");
        style.fixed(".arrow{stroke-width:1.7px}");
        style.fixed(".dashed{stroke-dasharray:7 5}");
        style.fixed(".lifeline{stroke-width:1px}");
        style.fixed(".tear{fill:none;stroke-width:1.3px}");
        style.fixed(".cross{fill:none;stroke-width:3px;stroke-linecap:round}");
        style.fixed(".dot{stroke-width:1.5px}");
        style.fixed(".panel{stroke-width:1px}");
    }

    private static void kinds(SvgStyle style) {
        kind(style, "syn", "#1a7f37", "#3fb950");
        kind(style, "fin", "#0969da", "#58a6ff");
        kind(style, "rst", "#cf222e", "#ff7b72");
        kind(style, "data", "#7d4e00", "#d9a441");
        kind(style, "ack", "#57606a", "#a3abb3");
        kind(style, "other", "#8250df", "#bc8cff");
    }

    private static void kind(SvgStyle style, String kind, String light, String dark) {
        style.color(".arrow." + kind, "stroke", light, dark);
        style.color(".head." + kind + ",.label." + kind, "fill", light, dark);
    }

    /**
     * Opening is green and grows into ESTABLISHED; the end that closes first goes through warm
     * colours to TIME-WAIT's violet, the other one through blue.
     */
    private static void states(SvgStyle style) {
        style.color(".bar", "fill", "#d0d7de", "#484f58");
        state(style, "CLOSED", "#d0d7de", "#30363d");
        state(style, "LISTEN", "#afb8c1", "#57606a");
        state(style, "SYN_SENT", "#aceebb", "#1c6b33");
        state(style, "SYN_RECEIVED", "#6fdd8b", "#238636");
        state(style, "ESTABLISHED", "#2da44e", "#3fb950");
        state(style, "FIN_WAIT_1", "#f2cc60", "#e3b341");
        state(style, "FIN_WAIT_2", "#fb8f44", "#db6d28");
        state(style, "CLOSING", "#e5534b", "#f47067");
        state(style, "TIME_WAIT", "#a475f9", "#986ee2");
        state(style, "CLOSE_WAIT", "#80ccff", "#388bfd");
        state(style, "LAST_ACK", "#0969da", "#1158c7");
    }

    private static void state(SvgStyle style, String state, String light, String dark) {
        style.color(".bar." + state, "fill", light, dark);
    }
}
