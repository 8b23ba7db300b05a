package io.finwait.sim;

import io.finwait.sim.contract.TransportContract;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;

/** The methods of the transport contract, which is written in several classes. */
final class Contract {

    private Contract() {}

    static List<Method> methods() {
        List<Method> methods = new ArrayList<>();
        for (Class<?> each = TransportContract.class;
                each != Object.class;
                each = each.getSuperclass()) {
            methods.addAll(List.of(each.getDeclaredMethods()));
        }
        return methods;
    }

    static Method method(String name) {
        return methods().stream()
                .filter(each -> each.getName().equals(name))
                .findFirst()
                .orElseThrow();
    }
}
