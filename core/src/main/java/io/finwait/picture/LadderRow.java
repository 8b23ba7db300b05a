package io.finwait.picture;

import io.finwait.trace.End;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * One row of a ladder in text.
 *
 * @param kind what the row shows
 * @param timeNs nanoseconds since the ladder began; of a pause how long it is
 * @param step what it is about; null for a pause
 * @param stateOfA the state that A comes into here, or empty
 * @param stateOfB the state that B comes into here, or empty
 * @param mark ties the rows of one packet together, {@code (a)}, or empty
 */
record LadderRow(
        Kind kind, long timeNs, LadderStep step, String stateOfA, String stateOfB, String mark) {

    enum Kind {
        /** A packet from one end to the other. */
        CROSSES,
        /** A packet that gets lost. */
        LOST,
        /** A packet leaves; it arrives in another row, or never. */
        LEAVES,
        /** A packet arrives that left in another row. */
        ARRIVES,
        STATE,
        NOTE,
        BLOCK,
        PAUSE
    }

    /**
     * All rows of a ladder.
     *
     * <p>A packet takes one row when that stays true to the order of events: steps of different
     * ends may change places as long as no step comes before its cause, so an arrival may be moved
     * up to its departure when nothing has happened at the receiver's end in between. Otherwise, or
     * when the packet was delayed, leaving and arriving get a row each. The row has the time of
     * leaving: a state that the arrival brings about stands below, at its own time, beside what is
     * sent at once or alone.
     */
    static List<LadderRow> of(Ladder ladder) {
        return new Builder(ladder).build();
    }

    private static final class Builder {

        private final List<LadderRow> rows = new ArrayList<>();
        private final List<LadderStep> steps;
        private final long usualTransitNs;
        private final boolean[] shown;

        /** For a step that brought about a state, or sent a segment because of it: that state. */
        private final String[] states;

        /** For a state that stands in another step's row: that step; otherwise -1. */
        private final int[] shownWith;

        private final Map<LadderPacket, String> marks = new HashMap<>();
        private long nowNs;

        Builder(Ladder ladder) {
            steps = ladder.steps();
            usualTransitNs = ladder.usualTransitNs();
            shown = new boolean[steps.size()];
            states = new String[steps.size()];
            shownWith = new int[steps.size()];
            Arrays.fill(shownWith, -1);
        }

        List<LadderRow> build() {
            attachStates();
            for (int i = 0; i < steps.size(); i++) {
                if (shownWith[i] < 0 && !shown[i]) {
                    shown[i] = true;
                    addPause(steps.get(i).timeNs());
                    addRow(i, steps.get(i));
                }
            }
            return rows;
        }

        /** Lets a state stand beside the segment that caused it, or that it caused. */
        private void attachStates() {
            for (int i = 0; i < steps.size(); i++) {
                LadderStep step = steps.get(i);
                if (step.type() != LadderStep.Type.STATE) {
                    continue;
                }
                int host = neighbour(i, -1, LadderStep.Type.ARRIVE);
                if (host < 0 && !isFirstOfItsEnd(i)) {
                    host = neighbour(i, 1, LadderStep.Type.LEAVE);
                }
                if (host >= 0) {
                    states[host] = step.stateChange().state();
                    shownWith[i] = host;
                }
            }
        }

        /** The state in which an end begins was not brought about by what it sends. */
        private boolean isFirstOfItsEnd(int state) {
            return steps.subList(0, state).stream()
                    .noneMatch(each -> each.end() == steps.get(state).end());
        }

        /** The next step of the same end in a direction, when it is of that type and that time. */
        private int neighbour(int of, int direction, LadderStep.Type type) {
            LadderStep step = steps.get(of);
            for (int i = of + direction; i >= 0 && i < steps.size(); i += direction) {
                LadderStep other = steps.get(i);
                if (other.concerns(step.end())) {
                    boolean free = states[i] == null && other.type() == type;
                    return free && other.timeNs() == step.timeNs() ? i : -1;
                }
            }
            return -1;
        }

        private void addPause(long untilNs) {
            if (Ladder.isPause(untilNs - nowNs, usualTransitNs) && !rows.isEmpty()) {
                rows.add(new LadderRow(Kind.PAUSE, untilNs - nowNs, null, "", "", ""));
            }
            nowNs = Math.max(nowNs, untilNs);
        }

        private void addRow(int i, LadderStep step) {
            switch (step.type()) {
                case LEAVE -> addLeaving(i, step);
                case ARRIVE -> addRow(Kind.ARRIVES, i, -1, mark(step.packet()));
                case STATE -> addState(step);
                case NOTE -> addRow(Kind.NOTE, i, -1, "");
                case BLOCK -> addRow(Kind.BLOCK, i, -1, "");
            }
        }

        /** A row of its own, which both ends share when they change at the same time. */
        private void addState(LadderStep step) {
            String state = step.stateChange().state();
            LadderRow last = rows.isEmpty() ? null : rows.get(rows.size() - 1);
            boolean atA = step.end() == End.A;
            String a = atA ? state : "";
            String b = atA ? "" : state;
            if (last != null && last.kind() == Kind.STATE && last.timeNs() == step.timeNs()) {
                if (atA ? last.stateOfA().isEmpty() : last.stateOfB().isEmpty()) {
                    rows.remove(rows.size() - 1);
                    a = atA ? state : last.stateOfA();
                    b = atA ? last.stateOfB() : state;
                }
            }
            rows.add(new LadderRow(Kind.STATE, step.timeNs(), step, a, b, ""));
        }

        private void addLeaving(int i, LadderStep step) {
            LadderPacket packet = step.packet();
            if (packet.isLost()) {
                addRow(Kind.LOST, i, -1, "");
                return;
            }
            int arrival = arrivalInSameRow(i, step);
            if (arrival >= 0) {
                shown[arrival] = true;
                if (steps.get(arrival).timeNs() != step.timeNs()) {
                    moveStateBelow(arrival);
                }
                nowNs = Math.max(nowNs, steps.get(arrival).timeNs());
                String mark = packet.arrivals().size() > 1 ? mark(packet) : "";
                addRow(Kind.CROSSES, i, arrival, mark);
            } else {
                String mark = packet.arrivals().isEmpty() ? "" : mark(packet);
                addRow(Kind.LEAVES, i, -1, mark);
            }
        }

        /** The state that an arrival brings about does not stand at the time of leaving. */
        private void moveStateBelow(int arrival) {
            for (int i = arrival + 1; i < steps.size(); i++) {
                if (shownWith[i] == arrival) {
                    int host = neighbour(i, 1, LadderStep.Type.LEAVE);
                    shownWith[i] = host;
                    if (host >= 0) {
                        states[host] = states[arrival];
                    }
                    states[arrival] = null;
                    return;
                }
            }
        }

        private int arrivalInSameRow(int leaving, LadderStep step) {
            End to = step.end().other();
            if (crossesAnother(leaving, to)) {
                return -1;
            }
            for (int i = leaving + 1; i < steps.size(); i++) {
                LadderStep other = steps.get(i);
                if (other.event().equals(step.event())) {
                    long transitNs = other.timeNs() - step.timeNs();
                    return Ladder.isDelayed(transitNs, usualTransitNs) ? -1 : i;
                }
                int host = shownWith[i] < 0 ? i : shownWith[i];
                if (other.concerns(to) && !shown[host]) {
                    return -1;
                }
            }
            return -1;
        }

        /**
         * True when a segment of the other end is under way: the two meet, and both are drawn so.
         */
        private boolean crossesAnother(int leaving, End other) {
            for (int i = 0; i < leaving; i++) {
                LadderStep step = steps.get(i);
                if (step.type() == LadderStep.Type.LEAVE
                        && step.end() == other
                        && arrivesUndelayedAfter(step, leaving)) {
                    return true;
                }
            }
            return false;
        }

        private boolean arrivesUndelayedAfter(LadderStep sent, int after) {
            for (int i = after + 1; i < steps.size(); i++) {
                LadderStep step = steps.get(i);
                if (step.event().equals(sent.event()) && !shown[i]) {
                    long transitNs = step.timeNs() - sent.timeNs();
                    return !Ladder.isDelayed(transitNs, usualTransitNs);
                }
            }
            return false;
        }

        private String mark(LadderPacket packet) {
            return marks.computeIfAbsent(
                    packet,
                    each -> {
                        int number = marks.size();
                        String name =
                                number < 26
                                        ? String.valueOf((char) ('a' + number))
                                        : Integer.toString(number);
                        return "(" + name + ")";
                    });
        }

        private void addRow(Kind kind, int i, int arrival, String mark) {
            LadderStep step = steps.get(i);
            String here = states[i] == null ? "" : states[i];
            String there = arrival < 0 || states[arrival] == null ? "" : states[arrival];
            boolean atA = step.end() == End.A;
            rows.add(
                    new LadderRow(
                            kind,
                            step.timeNs(),
                            step,
                            atA ? here : there,
                            atA ? there : here,
                            mark));
        }
    }
}
