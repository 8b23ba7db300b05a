package io.finwait.socket;

import java.util.AbstractSet;
import java.util.Iterator;
import java.util.Set;

/** A view of a set that allows removing members but not adding any. */
final class ShrinkableSet<E> extends AbstractSet<E> {

    private final Set<E> set;

    ShrinkableSet(Set<E> set) {
        this.set = set;
    }

    @Override
    public Iterator<E> iterator() {
        return set.iterator();
    }

    @Override
    public int size() {
        return set.size();
    }

    @Override
    public boolean contains(Object member) {
        return set.contains(member);
    }

    @Override
    public boolean remove(Object member) {
        return set.remove(member);
    }

    @Override
    public void clear() {
        set.clear();
    }
}
