package io.finwait.examples.compare;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Several sequences of moments, one below the other where they are the same: each next sequence is
 * laid beside the rows that are there by their longest common subsequence.
 */
final class Alignment {

    /** One moment, and when it came in each place; null where it did not. */
    record Row(String what, List<Long> timesNs) {
        boolean isMissingSomewhere() {
            return timesNs.contains(null);
        }
    }

    private List<Row> rows = new ArrayList<>();
    private int places;

    void add(List<Moment> moments) {
        int[][] common = commonLengths(moments);
        List<Row> merged = new ArrayList<>();
        int row = 0;
        int moment = 0;
        while (row < rows.size() || moment < moments.size()) {
            boolean noRow = row == rows.size();
            boolean noMoment = moment == moments.size();
            if (!noRow && !noMoment && isSame(row, moments.get(moment))) {
                merged.add(with(rows.get(row++), moments.get(moment++).timeNs()));
            } else if (noMoment || (!noRow && common[row + 1][moment] >= common[row][moment + 1])) {
                merged.add(with(rows.get(row++), null));
            } else {
                Row none = new Row(moments.get(moment).what(), Collections.nCopies(places, null));
                merged.add(with(none, moments.get(moment++).timeNs()));
            }
        }
        rows = merged;
        places++;
    }

    private boolean isSame(int row, Moment moment) {
        return rows.get(row).what.equals(moment.what());
    }

    /** How long the longest common subsequence is from each pair of beginnings on. */
    private int[][] commonLengths(List<Moment> moments) {
        int[][] lengths = new int[rows.size() + 1][moments.size() + 1];
        for (int row = rows.size() - 1; row >= 0; row--) {
            for (int moment = moments.size() - 1; moment >= 0; moment--) {
                lengths[row][moment] =
                        isSame(row, moments.get(moment))
                                ? lengths[row + 1][moment + 1] + 1
                                : Math.max(lengths[row + 1][moment], lengths[row][moment + 1]);
            }
        }
        return lengths;
    }

    private static Row with(Row row, Long timeNs) {
        List<Long> times = new ArrayList<>(row.timesNs);
        times.add(timeNs);
        return new Row(row.what, times);
    }

    List<Row> rows() {
        return Collections.unmodifiableList(rows);
    }
}
