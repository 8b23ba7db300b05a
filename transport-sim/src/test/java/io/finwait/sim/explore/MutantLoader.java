package io.finwait.sim.explore;

import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.function.Consumer;

/**
 * Loads core and explorer once more, with a bug planted at the start of one method: production code
 * needs no switch for it.
 */
final class MutantLoader extends ClassLoader {

    private final String className;
    private final String methodName;
    private final Consumer<Code> bug;
    private boolean planted;

    MutantLoader(String className, String methodName, Consumer<Code> bug) {
        super(MutantLoader.class.getClassLoader());
        this.className = className;
        this.methodName = methodName;
        this.bug = bug;
    }

    boolean isPlanted() {
        return planted;
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        if (!name.startsWith("io.finwait.tcp") && !name.startsWith("io.finwait.sim.explore")) {
            return super.loadClass(name, resolve);
        }
        synchronized (getClassLoadingLock(name)) {
            Class<?> loaded = findLoadedClass(name);
            return loaded != null ? loaded : define(name);
        }
    }

    private Class<?> define(String name) throws ClassNotFoundException {
        byte[] octets;
        try (InputStream in = getResourceAsStream(name.replace('.', '/') + ".class")) {
            if (in == null) {
                throw new ClassNotFoundException(name);
            }
            octets = in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        byte[] mutated = name.equals(className) ? mutate(octets) : octets;
        return defineClass(name, mutated, 0, mutated.length);
    }

    private byte[] mutate(byte[] octets) {
        ClassWriter mutant = new ClassWriter(ClassWriter.COMPUTE_FRAMES);
        ClassVisitor planter =
                new ClassVisitor(Opcodes.ASM9, mutant) {
                    @Override
                    public MethodVisitor visitMethod(
                            int access,
                            String name,
                            String descriptor,
                            String signature,
                            String[] exceptions) {
                        MethodVisitor method =
                                super.visitMethod(access, name, descriptor, signature, exceptions);
                        return name.equals(methodName) ? plant(method) : method;
                    }
                };
        // What follows an early return is dead, and tables of its variables are wrong.
        new ClassReader(octets).accept(planter, ClassReader.SKIP_DEBUG | ClassReader.SKIP_FRAMES);
        return mutant.toByteArray();
    }

    private MethodVisitor plant(MethodVisitor method) {
        return new MethodVisitor(Opcodes.ASM9, method) {
            @Override
            public void visitCode() {
                super.visitCode();
                planted = true;
                bug.accept(new Code(mv));
            }
        };
    }
}
