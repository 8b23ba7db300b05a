package io.finwait.examples.command;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What somebody may have meant who typed a word that is not known. */
final class Suggestion {

    /** A letter too few, one too many, or two that changed places: the usual slips. */
    private static final int SLIP = 2;

    /** Another letter. */
    private static final int WRONG = 3;

    private Suggestion() {}

    /** {@code ; did you mean close?} or nothing, when no word comes close. */
    static String of(String typed, Collection<String> known) {
        return nearest(typed, known).map(word -> "; did you mean " + word + "?").orElse("");
    }

    private static Optional<String> nearest(String typed, Collection<String> known) {
        String bare = bare(typed);
        List<String> beginSo =
                known.stream().filter(word -> bare(word).startsWith(bare)).sorted().toList();
        if (bare.length() > 2 && !beginSo.isEmpty()) {
            return Optional.of(beginSo.getFirst());
        }
        // One wrong letter in three is as much as can be guessed.
        int most = WRONG * Math.max(1, bare.length() / 3);
        return known.stream()
                .sorted()
                .filter(word -> mistakes(bare, bare(word)) <= most)
                .min(Comparator.comparingInt(word -> mistakes(bare, bare(word))));
    }

    private static String bare(String word) {
        return word.replaceFirst("^-+", "").replace('_', '-').toLowerCase(Locale.ROOT);
    }

    /** The weighted Damerau-Levenshtein distance of two words. */
    private static int mistakes(String a, String b) {
        int[][] of = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                if (i == 0 || j == 0) {
                    of[i][j] = SLIP * (i + j);
                    continue;
                }
                int other = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : WRONG;
                int slip = Math.min(of[i - 1][j], of[i][j - 1]) + SLIP;
                of[i][j] = Math.min(of[i - 1][j - 1] + other, slip);
                boolean swapped =
                        i > 1
                                && j > 1
                                && a.charAt(i - 1) == b.charAt(j - 2)
                                && a.charAt(i - 2) == b.charAt(j - 1);
                if (swapped) {
                    of[i][j] = Math.min(of[i][j], of[i - 2][j - 2] + SLIP);
                }
            }
        }
        return of[a.length()][b.length()];
    }
}
