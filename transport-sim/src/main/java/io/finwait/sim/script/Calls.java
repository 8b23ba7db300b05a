package io.finwait.sim.script;

import io.finwait.sim.script.Event.SystemCall;

import java.util.Set;

/** Reads the arguments of system calls. */
final class Calls {

    /** Calls whose result is a new file descriptor: any will do. */
    static final Set<String> RETURN_A_DESCRIPTOR =
            Set.of("socket", "accept", "accept4", "epoll_create", "epoll_create1");

    private Calls() {}

    static Expression argument(SystemCall call, int index) {
        if (index >= call.arguments().size()) {
            throw new ScriptFailure(
                    "%s has %d arguments, at least %d are needed"
                            .formatted(call.name(), call.arguments().size(), index + 1));
        }
        return call.arguments().get(index);
    }

    /** The descriptor that a call returns by the script; -1 when the script names none. */
    static int descriptor(SystemCall call) {
        return call.result() instanceof Expression.Int number ? (int) number.value() : -1;
    }

    /** A number, or a name for one. */
    static int number(SystemCall call, int index) {
        return number(call, argument(call, index));
    }

    private static int number(SystemCall call, Expression expression) {
        if (expression instanceof Expression.Int number) {
            return (int) number.value();
        }
        if (expression instanceof Expression.Array array && array.elements().size() == 1) {
            return number(call, array.elements().get(0));
        }
        if (expression instanceof Expression.Symbol symbol && symbol.name().startsWith("E")) {
            return Errno.number(symbol.name());
        }
        throw new UnsupportedScriptException(Printer.expression(expression) + " in " + call.name());
    }

    /** A name, such as that of an option. */
    static String symbol(SystemCall call, int index) {
        return argument(call, index) instanceof Expression.Symbol symbol
                ? symbol.name()
                : Printer.expression(argument(call, index));
    }

    /** True when one of the names that are joined by "|" is the one asked for. */
    static boolean has(Expression expression, String flag) {
        if (expression instanceof Expression.Or or) {
            return has(or.left(), flag) || has(or.right(), flag);
        }
        return expression instanceof Expression.Symbol symbol && symbol.name().equals(flag);
    }

    /** True when one of the arguments is the flag, or has it. */
    static boolean hasFlag(SystemCall call, String flag) {
        return call.arguments().stream().anyMatch(argument -> has(argument, flag));
    }

    /** Collects every name that stands in an expression. */
    static void names(Expression expression, Set<String> into) {
        if (expression instanceof Expression.Symbol symbol) {
            into.add(symbol.name());
        } else if (expression instanceof Expression.Or or) {
            names(or.left(), into);
            names(or.right(), into);
        } else if (expression instanceof Expression.Field field) {
            names(field.value(), into);
        } else if (expression instanceof Expression.Array array) {
            array.elements().forEach(each -> names(each, into));
        } else if (expression instanceof Expression.Structure structure) {
            structure.fields().forEach(each -> names(each, into));
        }
    }

    /** A number in a structure; -1 when it is not there. */
    static int field(Expression structure, String name) {
        return value(structure, name) instanceof Expression.Int number ? (int) number.value() : -1;
    }

    /** What a structure says of a field, {@code name=value} or {@code name(…)=value}; or null. */
    static Expression value(Expression structure, String name) {
        if (structure instanceof Expression.Structure whole) {
            for (Expression each : whole.fields()) {
                if (each instanceof Expression.Field field && name(field.name()).equals(name)) {
                    return field.value();
                }
            }
        }
        return null;
    }

    private static String name(Expression expression) {
        if (expression instanceof Expression.Symbol symbol) {
            return symbol.name();
        }
        return expression instanceof Expression.Call call ? call.name() : "";
    }

    /** The first element of an array, or null. */
    static Expression first(Expression array) {
        return array instanceof Expression.Array whole && !whole.elements().isEmpty()
                ? whole.elements().get(0)
                : null;
    }

    /** The room of {@code {..., n}}, where a message goes; -1 when it is something else. */
    static int room(Expression vector) {
        return vector instanceof Expression.Structure whole
                        && whole.fields().size() == 2
                        && whole.fields().get(1) instanceof Expression.Int octets
                ? (int) octets.value()
                : -1;
    }
}
