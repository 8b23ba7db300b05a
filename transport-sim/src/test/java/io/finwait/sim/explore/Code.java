package io.finwait.sim.explore;

import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/** The few instructions that planted bugs are made of, in the words of the JVM specification. */
final class Code {

    private final MethodVisitor method;

    Code(MethodVisitor method) {
        this.method = method;
    }

    Code aload(int variable) {
        method.visitVarInsn(Opcodes.ALOAD, variable);
        return this;
    }

    /** {@code getfield}: the classes by their internal names. */
    Code getfield(String owner, String name, String type) {
        method.visitFieldInsn(Opcodes.GETFIELD, owner, name, descriptor(type));
        return this;
    }

    /** {@code getstatic} of a constant of an enum. */
    Code constant(String owner, String name) {
        method.visitFieldInsn(Opcodes.GETSTATIC, owner, name, descriptor(owner));
        return this;
    }

    Code invokevirtual(String owner, String name, String descriptor) {
        method.visitMethodInsn(Opcodes.INVOKEVIRTUAL, owner, name, descriptor, false);
        return this;
    }

    Code instruction(int opcode) {
        method.visitInsn(opcode);
        return this;
    }

    Code jump(int opcode, Label to) {
        method.visitJumpInsn(opcode, to);
        return this;
    }

    Code label(Label here) {
        method.visitLabel(here);
        return this;
    }

    Code returnBoolean(boolean value) {
        return instruction(value ? Opcodes.ICONST_1 : Opcodes.ICONST_0)
                .instruction(Opcodes.IRETURN);
    }

    Code returnVoid() {
        return instruction(Opcodes.RETURN);
    }

    private static String descriptor(String type) {
        return type.length() == 1 ? type : "L" + type + ";";
    }
}
