package org.gabor;

import java.util.Collection;
import java.util.Locale;
import java.util.Optional;

/** "Did you mean": the known name that lies nearest to a mistyped one. */
public final class Suggest {
    private Suggest() {
    }

    /**
     * The known name with the smallest edit distance to {@code got}, letter case ignored, if it is near enough to be
     * what was meant: at most a third of the letters (and at least one) inserted, deleted, changed or swapped with
     * their neighbour. The first of equally near names wins.
     */
    public static Optional<String> closest(String got, Collection<String> known) {
        String best = null;
        int least = Math.max(1, (got.length() + 1) / 3) + 1;
        for (String name : known) {
            int d = distance(got.toLowerCase(Locale.ROOT), name.toLowerCase(Locale.ROOT));
            if (d < least) {
                least = d;
                best = name;
            }
        }
        return Optional.ofNullable(best);
    }

    /**
     * The text for a name that is not known, for example
     * {@code unknown model 'lenet6'; did you mean 'lenet5'? Known: lenet5, resnet20}.
     *
     * @param what  the kind of thing that was named
     * @param got   the name that is not known
     * @param known all names of that kind
     */
    public static String unknown(String what, String got, Collection<String> known) {
        String hint = closest(got, known).map(name -> "; did you mean '" + name + "'?").orElse(".");
        return "unknown " + what + " '" + got + "'" + hint + " Known: " + String.join(", ", known);
    }

    /**
     * The optimal string alignment distance: the least number of insertions, deletions, substitutions and swaps of
     * neighbours that turn {@code a} into {@code b}, no part being edited twice (Damerau 1964).
     */
    private static int distance(String a, String b) {
        int[][] d = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                if (i == 0 || j == 0) {
                    d[i][j] = i + j;
                    continue;
                }
                int change = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
                d[i][j] = Math.min(d[i - 1][j - 1] + change, 1 + Math.min(d[i - 1][j], d[i][j - 1]));
                if (i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1)) {
                    d[i][j] = Math.min(d[i][j], d[i - 2][j - 2] + 1);
                }
            }
        }
        return d[a.length()][b.length()];
    }
}
