package io.finwait.sim.script;

import io.finwait.sim.script.Event.SystemCall;

import java.util.List;
import java.util.Set;

/** Reads the arguments of system calls. */
final class Calls {

    /** Calls whose result is a new file descriptor: any will do. */
    static final Set<String> RETURN_A_DESCRIPTOR = Set.of("socket", "accept", "accept4");

    private Calls() {}

    static Expression argument(SystemCall call, int index) {
        if (index >= call.arguments().size()) {
            throw new ScriptFailure(
                    "%s has %d arguments, at least %d are needed"
                            .formatted(call.name(), call.arguments().size(), index + 1));
        }
        return call.arguments().get(index);
    }

    /** A number, or a name for one. */
    static int number(SystemCall call, int index) {
        return number(call, argument(call, index));
    }

    private static int number(SystemCall call, Expression expression) {
        return switch (expression) {
            case Expression.Int(long value, boolean _) -> (int) value;
            case Expression.Array(List<Expression> elements) when elements.size() == 1 ->
                    number(call, elements.getFirst());
            case Expression.Symbol(String name) when name.startsWith("E") -> Errno.number(name);
            default ->
                    throw new UnsupportedScriptException(
                            Printer.expression(expression) + " in " + call.name());
        };
    }

    /** A name, such as that of an option. */
    static String symbol(SystemCall call, int index) {
        return argument(call, index) instanceof Expression.Symbol(String name)
                ? name
                : Printer.expression(argument(call, index));
    }

    /** True when one of the names that are joined by "|" is the one asked for. */
    static boolean has(Expression expression, String flag) {
        return switch (expression) {
            case Expression.Symbol(String name) -> name.equals(flag);
            case Expression.Or(Expression left, Expression right) ->
                    has(left, flag) || has(right, flag);
            default -> false;
        };
    }

    /** A number in a structure; -1 when it is not there. */
    static int field(Expression structure, String name) {
        return value(structure, name) instanceof Expression.Int(long value, boolean _)
                ? (int) value
                : -1;
    }

    /** What a structure says of a field, {@code name=value} or {@code name(…)=value}; or null. */
    static Expression value(Expression structure, String name) {
        if (structure instanceof Expression.Structure(List<Expression> fields)) {
            for (Expression each : fields) {
                if (each instanceof Expression.Field(Expression key, Expression value)
                        && name(key).equals(name)) {
                    return value;
                }
            }
        }
        return null;
    }

    private static String name(Expression expression) {
        return switch (expression) {
            case Expression.Symbol(String name) -> name;
            case Expression.Call(String name, List<Expression> _) -> name;
            default -> "";
        };
    }

    /** The first element of an array, or null. */
    static Expression first(Expression array) {
        return array instanceof Expression.Array(List<Expression> elements) && !elements.isEmpty()
                ? elements.getFirst()
                : null;
    }

    /** The room of {@code {..., n}}, where a message goes; -1 when it is something else. */
    static int room(Expression vector) {
        return vector instanceof Expression.Structure(List<Expression> fields)
                        && fields.size() == 2
                        && fields.getLast() instanceof Expression.Int(long octets, boolean _)
                ? (int) octets
                : -1;
    }
}
