package io.finwait.sim.script;

import java.util.List;

/** An argument or a result of a system call. */
sealed interface Expression {

    /**
     * A number.
     *
     * @param hex written in hexadecimal
     */
    record Int(long value, boolean hex) implements Expression {}

    /** A name such as {@code SOL_SOCKET}. */
    record Symbol(String name) implements Expression {}

    /**
     * A string; {@code "abc"...} matches any string that begins so.
     *
     * @param value as written between the quotes
     */
    record Text(String value, boolean open) implements Expression {}

    /** {@code ...}: anything. */
    record Anything() implements Expression {}

    /** {@code a | b}. */
    record Or(Expression left, Expression right) implements Expression {}

    /** {@code name = value}, a field of a structure; the name may carry an argument. */
    record Field(Expression name, Expression value) implements Expression {}

    /** {@code name(arguments)}: htons(8080), msg_iov(1). */
    record Call(String name, List<Expression> arguments) implements Expression {}

    /** {@code [a, b]}: an array, or a value that is passed by reference. */
    record Array(List<Expression> elements) implements Expression {}

    /** {@code {a, b}}: a structure of fields. */
    record Structure(List<Expression> fields) implements Expression {}
}
