package io.finwait.sim.explore;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeTransform;
import java.util.function.Consumer;

/**
 * Loads core and explorer once more, with a bug planted at the start of one method: production code
 * needs no switch for it.
 */
final class MutantLoader extends ClassLoader {

    private final String className;
    private final String methodName;
    private final Consumer<CodeBuilder> bug;
    private boolean planted;

    MutantLoader(String className, String methodName, Consumer<CodeBuilder> bug) {
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
        ClassFile classes =
                ClassFile.of(
                        // What follows an early return is dead, and tables of its variables are
                        // wrong.
                        ClassFile.DebugElementsOption.DROP_DEBUG,
                        ClassFile.ClassHierarchyResolverOption.of(
                                ClassHierarchyResolver.ofResourceParsing(getParent())));
        CodeTransform atStart =
                new CodeTransform() {
                    @Override
                    public void atStart(CodeBuilder builder) {
                        planted = true;
                        bug.accept(builder);
                    }

                    @Override
                    public void accept(CodeBuilder builder, CodeElement element) {
                        builder.with(element);
                    }
                };
        return classes.transformClass(
                classes.parse(octets),
                ClassTransform.transformingMethodBodies(
                        method -> method.methodName().equalsString(methodName), atStart));
    }
}
