package io.finwait.picture;

/** Writes JSON that may stand inside a script element: it contains no {@code <}. */
final class JsonText {

    private final StringBuilder out = new StringBuilder();
    private boolean needsComma;

    JsonText beginObject() {
        return open('{');
    }

    JsonText endObject() {
        return close('}');
    }

    JsonText beginArray() {
        return open('[');
    }

    JsonText endArray() {
        return close(']');
    }

    JsonText name(String name) {
        text(name);
        out.append(':');
        needsComma = false;
        return this;
    }

    JsonText number(long value) {
        comma();
        out.append(value);
        return this;
    }

    JsonText nothing() {
        comma();
        out.append("null");
        return this;
    }

    JsonText text(String value) {
        comma();
        out.append('"');
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else if (c < ' ' || c == '<' || c == '>' || c == '&' || c > '~') {
                escaped(c);
            } else {
                out.append(c);
            }
        }
        out.append('"');
        return this;
    }

    private void escaped(char c) {
        out.append("\\u");
        for (int shift = 12; shift >= 0; shift -= 4) {
            out.append(Character.forDigit(c >>> shift & 0xF, 16));
        }
    }

    private JsonText open(char bracket) {
        comma();
        out.append(bracket);
        needsComma = false;
        return this;
    }

    private JsonText close(char bracket) {
        out.append(bracket);
        needsComma = true;
        return this;
    }

    private void comma() {
        if (needsComma) {
            out.append(',');
        }
        needsComma = true;
    }

    @Override
    public String toString() {
        return out.toString();
    }
}
