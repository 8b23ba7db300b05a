package io.finwait.picture;

/** Colours of a picture. */
public enum SvgTheme {
    /** As the reader's system asks for, light where it does not. */
    AUTO,
    /** Always dark on light, for print. */
    LIGHT,
    /** Always light on dark. */
    DARK
}
