package io.finwait.link;

/** Neighbours in the order of use, linked through themselves. */
final class NeighbourList {

    private Neighbour oldest;
    private Neighbour newest;
    private int size;

    int size() {
        return size;
    }

    Neighbour oldest() {
        return oldest;
    }

    void add(Neighbour neighbour) {
        neighbour.older = newest;
        neighbour.newer = null;
        if (newest == null) {
            oldest = neighbour;
        } else {
            newest.newer = neighbour;
        }
        newest = neighbour;
        size++;
    }

    void remove(Neighbour neighbour) {
        if (neighbour.older == null) {
            oldest = neighbour.newer;
        } else {
            neighbour.older.newer = neighbour.newer;
        }
        if (neighbour.newer == null) {
            newest = neighbour.older;
        } else {
            neighbour.newer.older = neighbour.older;
        }
        size--;
    }

    /** It was used: the others are older. */
    void touch(Neighbour neighbour) {
        if (newest != neighbour) {
            remove(neighbour);
            add(neighbour);
        }
    }
}
