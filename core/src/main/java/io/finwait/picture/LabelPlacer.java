package io.finwait.picture;

import java.util.ArrayList;
import java.util.List;

/**
 * Finds places for labels along arrows where they touch neither each other nor, if it can be had,
 * another arrow. A label is taken as a row of points through the middle of its letters.
 */
final class LabelPlacer {

    /** Width of one character of a label, in a monospaced font of 13 px. */
    static final double CHARACTER = 7.83;

    /** Labels closer than this touch. */
    private static final double CLEARANCE = 14.5;

    private static final double LINE_CLEARANCE = 7;
    private static final double STEP = 6;

    /** The middle of the letters lies this far above the line. */
    private static final double ABOVE_LINE = 9;

    /** Text along steeper lines is hard to read: it is written level beside them. */
    private static final double STEEP = 0.6;

    private static final double[] SHIFTS = {16, 8, 30, 48, 70, 95, 125, 160, 200, 240};

    /** An arrow, or another line that a label should keep away from. */
    record Line(double x1, double y1, double x2, double y2) {
        double length() {
            return Math.hypot(x2 - x1, y2 - y1);
        }

        /** Height over width; the sign does not matter. */
        double slope() {
            return Math.abs((y2 - y1) / (x2 - x1));
        }

        double distance(double x, double y) {
            double dx = x2 - x1;
            double dy = y2 - y1;
            double along = ((x - x1) * dx + (y - y1) * dy) / (dx * dx + dy * dy);
            double at = Math.min(Math.max(along, 0), 1);
            return Math.hypot(x - (x1 + at * dx), y - (y1 + at * dy));
        }
    }

    /**
     * Where a label's middle goes.
     *
     * @param degrees clockwise
     */
    record Place(double x, double y, double degrees, double width) {

        private double cos() {
            return Math.cos(Math.toRadians(degrees));
        }

        private double sin() {
            return Math.sin(Math.toRadians(degrees));
        }

        boolean touches(Place other) {
            double reach = (width + other.width) / 2 + CLEARANCE;
            if (Math.abs(x - other.x) > reach || Math.abs(y - other.y) > reach) {
                return false;
            }
            for (double a = -width / 2; a <= width / 2; a += STEP) {
                for (double b = -other.width / 2; b <= other.width / 2; b += STEP) {
                    double dx = x + a * cos() - other.x - b * other.cos();
                    double dy = y + a * sin() - other.y - b * other.sin();
                    if (Math.hypot(dx, dy) < CLEARANCE) {
                        return true;
                    }
                }
            }
            return false;
        }

        int pointsNear(Line line) {
            double reach = width / 2 + LINE_CLEARANCE;
            if (y + reach < Math.min(line.y1(), line.y2())
                    || y - reach > Math.max(line.y1(), line.y2())) {
                return 0;
            }
            int points = 0;
            for (double a = -width / 2; a <= width / 2; a += STEP) {
                if (line.distance(x + a * cos(), y + a * sin()) < LINE_CLEARANCE) {
                    points++;
                }
            }
            return points;
        }
    }

    /** A label with its place, or something that can't be moved, which has no arrow. */
    private static final class Item {
        private final Line along;
        private final boolean nearHead;
        private final int owner;
        private Place place;

        Item(Line along, boolean nearHead, int owner, Place place) {
            this.along = along;
            this.nearHead = nearHead;
            this.owner = owner;
            this.place = place;
        }
    }

    private final List<Line> lines = new ArrayList<>();
    private final List<Item> items = new ArrayList<>();

    void addLine(Line line) {
        lines.add(line);
    }

    /**
     * Takes a level place for something that can't be moved.
     *
     * @param owner a number to know it by
     */
    void take(double x, double y, double width, int owner) {
        items.add(new Item(null, false, owner, new Place(x, y, 0, width)));
    }

    /** True when no arrow passes through a level place. */
    boolean isFree(double x, double y, double width) {
        Place place = new Place(x, y, 0, width);
        return lines.stream().allMatch(each -> place.pointsNear(each) == 0);
    }

    /**
     * Finds a place for a label on an arrow.
     *
     * @param along the arrow from its sender to its head
     * @param nearHead true: as near to the head as can be, not to the sender
     * @param owner a number to know it by
     * @return a number to ask for its place with, when all labels are there
     */
    int add(Line along, String label, boolean nearHead, int owner) {
        double width = label.length() * CHARACTER;
        Item item = new Item(along, nearHead, owner, candidate(along, width, SHIFTS[0], nearHead));
        items.add(item);
        settle(item);
        return items.size() - 1;
    }

    /** When all labels are there, those that touch another one are placed again. */
    void settle() {
        for (Item item : items) {
            if (item.along != null && items.stream().anyMatch(other -> touch(item, other))) {
                settle(item);
            }
        }
    }

    private void settle(Item item) {
        double bestCost = Double.MAX_VALUE;
        Place best = item.place;
        for (int i = 0; i < SHIFTS.length; i++) {
            item.place = candidate(item.along, best.width(), SHIFTS[i], item.nearHead);
            double cost = i + cost(item);
            if (cost < bestCost) {
                best = item.place;
                bestCost = cost;
            }
        }
        item.place = best;
    }

    private static boolean touch(Item one, Item other) {
        return one != other && one.place.touches(other.place);
    }

    private double cost(Item item) {
        double cost = 0;
        for (Item other : items) {
            cost += touch(item, other) ? 1_000 : 0;
        }
        for (Line line : lines) {
            cost += line.equals(item.along) ? 0 : 4 * item.place.pointsNear(line);
        }
        return cost;
    }

    Place place(int label) {
        return items.get(label).place;
    }

    /** The highest owner among those before a label that it touches; -1 when it touches nothing. */
    int touched(int label) {
        return items.subList(0, label).stream()
                .filter(each -> touch(items.get(label), each))
                .mapToInt(each -> each.owner)
                .max()
                .orElse(-1);
    }

    private static Place candidate(Line along, double width, double shift, boolean nearHead) {
        boolean rightwards = along.x2() > along.x1();
        double length = along.length();
        if (along.slope() > STEEP) {
            double at = (nearHead ? length - shift : shift - SHIFTS[0]) / length;
            double x = along.x1() + at * (along.x2() - along.x1());
            double y = along.y1() + at * (along.y2() - along.y1());
            // There is room ahead of the line's beginning if the label is above it, and behind its
            // head if it is below.
            double side = rightwards == nearHead ? -1 : 1;
            return new Place(x + side * (width / 2 + 10), y + (nearHead ? 6 : -2), 0, width);
        }
        double room = Math.max(0, length - width);
        double middle = Math.min(shift, room) + width / 2;
        double at = (nearHead ? length - middle : middle) / length;
        double degrees =
                Math.toDegrees(Math.atan((along.y2() - along.y1()) / (along.x2() - along.x1())));
        double up = Math.toRadians(degrees);
        double x = along.x1() + at * (along.x2() - along.x1()) + ABOVE_LINE * Math.sin(up);
        double y = along.y1() + at * (along.y2() - along.y1()) - ABOVE_LINE * Math.cos(up);
        return new Place(x, y, degrees, width);
    }
}
