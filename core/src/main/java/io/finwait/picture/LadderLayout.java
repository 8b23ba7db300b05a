package io.finwait.picture;

import io.finwait.trace.End;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Gives every step of a ladder its height in the picture. Time runs downwards and never backwards,
 * and a usual transit has a usual height; apart from that the scale gives way: pauses are shortened
 * to bands, and steps of one instant are kept far enough apart to be read.
 */
final class LadderLayout {

    static final double LINE_HEIGHT = 16;
    static final double BLOCK_LINE_HEIGHT = 15;
    static final double BLOCK_PADDING = 10;

    /** Characters of a note beside a lifeline, and of one between them. */
    static final int SIDE_COLUMNS = 24;

    static final int CENTRE_COLUMNS = 66;

    /** What a usual transit takes, and half of what a lost segment takes. */
    static final double TRANSIT = 54;

    private static final double LONGEST_STRETCH = 110;
    private static final double PAUSE = 46;
    private static final double BETWEEN_LEAVES = 26;
    private static final double BETWEEN_ARRIVALS = 16;
    private static final double AFTER_ARRIVAL = 15;
    private static final double LEAST_SLANT = 26;

    /** What is lowest so far at one end. */
    private static final class Side {
        private double bottom;
        private double leaving = -LONGEST_STRETCH;
        private double arriving = -LONGEST_STRETCH;

        Side(double top) {
            bottom = top;
        }
    }

    /** A pause in time, drawn as a band. */
    record Band(double top, double bottom, long lengthNs) {}

    private final long usualTransitNs;
    private final double[] y;
    private final List<Band> bands = new ArrayList<>();
    private final Map<LadderPacket, Double> leaves = new HashMap<>();
    private final Map<End, Side> sides = new EnumMap<>(End.class);
    private double cursor;
    private double bottom;

    /**
     * Lays the steps out below {@code top}.
     *
     * @param extra room to be added above each step
     */
    LadderLayout(List<LadderStep> steps, long usualTransitNs, double top, double[] extra) {
        this.usualTransitNs = usualTransitNs;
        y = new double[steps.size()];
        cursor = top;
        bottom = top;
        for (End end : End.values()) {
            sides.put(end, new Side(top));
        }
        long before = 0;
        for (int i = 0; i < steps.size(); i++) {
            LadderStep step = steps.get(i);
            passTime(step.timeNs() - before, i > 0);
            before = step.timeNs();
            cursor += extra[i];
            place(i, step);
        }
    }

    /** The height of a step: the middle of its first line, or the top of a block. */
    double y(int step) {
        return y[step];
    }

    /** Where a packet leaves. */
    double leaves(LadderPacket packet) {
        return leaves.get(packet);
    }

    List<Band> bands() {
        return bands;
    }

    /** Below everything. */
    double bottom() {
        return Math.max(bottom, cursor);
    }

    static double blockHeight(LadderEvent.Block block) {
        int lines = block.lines().size() + (block.caption().isEmpty() ? 0 : 1);
        return lines * BLOCK_LINE_HEIGHT + 2 * BLOCK_PADDING;
    }

    private void passTime(long ns, boolean drawn) {
        if (ns <= 0 || !drawn) {
            return;
        }
        if (Ladder.isPause(ns, usualTransitNs)) {
            double top = Math.max(cursor, bottom) + 6;
            bands.add(new Band(top, top + PAUSE, ns));
            cursor = top + PAUSE + 10;
            bottom = cursor;
        } else {
            cursor += stretch(ns);
        }
    }

    /** In proportion up to a usual transit, and slower beyond. */
    private double stretch(long ns) {
        if (usualTransitNs == 0) {
            return LEAST_SLANT / 2;
        }
        double transits = (double) ns / usualTransitNs;
        return transits <= 1
                ? TRANSIT * transits
                : Math.min(LONGEST_STRETCH, TRANSIT + 22 * Math.log(transits) / Math.log(2));
    }

    private void place(int i, LadderStep step) {
        switch (step.type()) {
            case LEAVE -> placeLeaving(step);
            case ARRIVE -> placeArriving(step);
            case STATE -> placeBeside(step.end(), 1);
            case NOTE -> placeNote(step.note());
            case BLOCK -> {
                cursor = Math.max(cursor, bottom) + 10;
                y[i] = cursor;
                cursor += blockHeight(step.block()) + 18;
                bottom = cursor;
                return;
            }
        }
        y[i] = cursor;
        bottom = Math.max(bottom, cursor + 8);
        if (step.type() == LadderStep.Type.NOTE && step.end() == null) {
            int lines = TextLadder.wrap(step.note().text(), CENTRE_COLUMNS).size();
            cursor += lines * LINE_HEIGHT + 14;
            bottom = cursor;
        }
    }

    private void placeLeaving(LadderStep step) {
        Side side = sides.get(step.end());
        atLeast(side.leaving + BETWEEN_LEAVES);
        atLeast(side.arriving + AFTER_ARRIVAL);
        side.leaving = cursor;
        leaves.put(step.packet(), cursor);
        if (step.packet().arrivals().isEmpty()) {
            bottom = Math.max(bottom, cursor + TRANSIT);
        }
    }

    private void placeArriving(LadderStep step) {
        Side side = sides.get(step.end());
        atLeast(leaves.get(step.packet()) + LEAST_SLANT);
        atLeast(side.arriving + BETWEEN_ARRIVALS);
        side.arriving = cursor;
    }

    private void placeNote(LadderEvent.Note note) {
        if (note.end() == null) {
            atLeast(bottom + 14);
        } else {
            placeBeside(note.end(), TextLadder.wrap(note.text(), SIDE_COLUMNS).size());
        }
    }

    private void placeBeside(End end, int lines) {
        Side side = sides.get(end);
        atLeast(side.bottom + LINE_HEIGHT / 2);
        side.bottom = cursor + (lines - 0.5) * LINE_HEIGHT;
        bottom = Math.max(bottom, side.bottom);
    }

    private void atLeast(double least) {
        cursor = Math.max(cursor, least);
    }
}
