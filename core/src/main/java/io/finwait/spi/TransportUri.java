package io.finwait.spi;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * The URI of a transport, {@code scheme:target?key=value&key=value}, such as {@code
 * tun:fw0?mtu=1500}, {@code sim://net/host}, {@code udp://127.0.0.1:7000?peer=127.0.0.1:7001} or
 * {@code unix:/tmp/s}.
 *
 * <p>Target and values are taken literally; nothing is percent-decoded.
 *
 * @param scheme lower case letters, digits, {@code +}, {@code -} and {@code .}
 * @param target what follows the colon up to the question mark, without leading {@code //}
 * @param parameters the keys and values behind the question mark, in order
 */
public record TransportUri(String scheme, String target, Map<String, String> parameters) {

    public TransportUri {
        parameters = Collections.unmodifiableMap(new LinkedHashMap<>(parameters));
    }

    /**
     * Reads a URI.
     *
     * @throws IllegalArgumentException when it has no scheme, a key twice, or a parameter without
     *     {@code =}
     */
    public static TransportUri parse(String text) {
        int colon = text.indexOf(':');
        String scheme = colon < 0 ? text : text.substring(0, colon);
        if (scheme.isEmpty() || !scheme.matches("[a-z][a-z0-9+.-]*")) {
            throw new IllegalArgumentException(
                    "'"
                            + text
                            + "' is not a transport URI; write SCHEME:TARGET?KEY=VALUE, such as"
                            + " tun:fw0");
        }
        String rest = colon < 0 ? "" : text.substring(colon + 1);
        int question = rest.indexOf('?');
        String target = question < 0 ? rest : rest.substring(0, question);
        if (target.startsWith("//")) {
            target = target.substring(2);
        }
        Map<String, String> parameters = new LinkedHashMap<>();
        if (question >= 0 && question + 1 < rest.length()) {
            for (String pair : rest.substring(question + 1).split("&", -1)) {
                int equals = pair.indexOf('=');
                if (equals <= 0) {
                    throw new IllegalArgumentException(
                            "'" + pair + "' in '" + text + "' is not a parameter; write KEY=VALUE");
                }
                String key = pair.substring(0, equals);
                if (parameters.put(key, pair.substring(equals + 1)) != null) {
                    throw new IllegalArgumentException(
                            "'" + key + "' stands twice in '" + text + "'");
                }
            }
        }
        return new TransportUri(scheme, target, parameters);
    }

    /** The value of a parameter, or {@code otherwise} when it is missing. */
    public String parameter(String key, String otherwise) {
        return parameters.getOrDefault(key, otherwise);
    }

    /**
     * The value of a parameter as an integer, or {@code otherwise} when it is missing.
     *
     * @throws IllegalArgumentException when it is not an integer from {@code least} to {@code most}
     */
    public int parameter(String key, int otherwise, int least, int most) {
        String value = parameters.get(key);
        if (value == null) {
            return otherwise;
        }
        int number;
        try {
            number = Integer.parseInt(value);
        } catch (NumberFormatException e) {
            throw outOfRange(key, value, least, most);
        }
        if (number < least || number > most) {
            throw outOfRange(key, value, least, most);
        }
        return number;
    }

    /**
     * Checks that the URI has no other parameters than these.
     *
     * @throws IllegalArgumentException naming the first unknown key and the known ones
     */
    public void requireOnly(String... known) {
        for (String key : parameters.keySet()) {
            boolean found = false;
            for (String each : known) {
                found |= each.equals(key);
            }
            if (!found) {
                throw new IllegalArgumentException(
                        "'"
                                + key
                                + "' is unknown in "
                                + this
                                + "; known are "
                                + String.join(", ", known));
            }
        }
    }

    /**
     * The URI that a decorator wraps: the target, which is itself a URI, with all parameters that
     * are not the decorator's own. For {@code trace:udp://h:1?peer=h:2} it is {@code
     * udp://h:1?peer=h:2}.
     *
     * @param own the decorator's parameters
     * @throws IllegalArgumentException when the target is no URI
     */
    public String decorated(String... own) {
        Set<String> mine = Set.of(own);
        Map<String, String> others = new LinkedHashMap<>(parameters);
        others.keySet().removeAll(mine);
        if (!target.matches("[a-z][a-z0-9+.-]*:.*")) {
            throw new IllegalArgumentException(
                    "'"
                            + this
                            + "' wraps no transport; write the URI of one behind the colon, such as"
                            + " "
                            + scheme
                            + ":udp://127.0.0.1:7000?peer=127.0.0.1:7001");
        }
        return target + query(others);
    }

    private IllegalArgumentException outOfRange(String key, String value, int least, int most) {
        return new IllegalArgumentException(
                "'"
                        + key
                        + "="
                        + value
                        + "' in "
                        + this
                        + " is not a number from "
                        + least
                        + " to "
                        + most);
    }

    @Override
    public String toString() {
        return scheme + ":" + target + query(parameters);
    }

    private static String query(Map<String, String> of) {
        StringBuilder text = new StringBuilder();
        char separator = '?';
        for (Map.Entry<String, String> each : of.entrySet()) {
            text.append(separator).append(each.getKey()).append('=').append(each.getValue());
            separator = '&';
        }
        return text.toString();
    }
}
