package org.gabor.cli;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.gabor.io.TextTable;
import org.gabor.train.Evaluation;

/** How well a model does, as text. */
final class EvaluationText {
    private static final int LARGEST_MATRIX = 20, MIX_UPS = 10, LONGEST_NAME = 12;

    private EvaluationText() {}

    /** One line, the same after training and evaluation: {@code test accuracy 98.75% (2,000 images, loss 0.0412)}. */
    static String headline(String part, Evaluation e) {
        return part + " accuracy " + Figures.percent(e.top1()) + " (" + Figures.count(e.images(), "image") + ", loss " + Figures.loss(e.loss()) + ")";
    }

    /** How each class fares, and the confusion matrix, or the most frequent mix-ups where it would be too large. */
    static String details(Evaluation e, List<String> classes) {
        return perClass(e, classes) + "\n" + (classes.size() <= LARGEST_MATRIX ? matrix(e, classes) : mixUps(e, classes));
    }

    private static String perClass(Evaluation e, List<String> classes) {
        var table = new TextTable(List.of("class", ">images", ">right", ">accuracy", "most often taken for"));
        for (int c = 0; c < classes.size(); c++) {
            int truth = c, images = images(e, c), right = e.confusion().get(c).get(c);
            int other = IntStream.range(0, classes.size()).filter(p -> p != truth && e.confusion().get(truth).get(p) > 0).boxed()
                    .max(Comparator.<Integer>comparingInt(p -> e.confusion().get(truth).get(p)).thenComparing(Comparator.reverseOrder()))
                    .orElse(-1);
            table.row(classes.get(c), Figures.count(images), Figures.count(right), images == 0 ? "-" : Figures.percent((double) right / images),
                    other < 0 ? "" : classes.get(other) + " (" + e.confusion().get(c).get(other) + ")");
        }
        return table.text();
    }

    private static String matrix(Evaluation e, List<String> classes) {
        List<String> names = classes.stream().map(n -> n.length() <= LONGEST_NAME ? n : n.substring(0, LONGEST_NAME)).toList();
        var headings = new ArrayList<>(List.of("is \\ taken for"));
        names.forEach(n -> headings.add(">" + n));
        var table = new TextTable(headings);
        for (int c = 0; c < names.size(); c++) {
            var row = new ArrayList<Object>(List.of(names.get(c)));
            e.confusion().get(c).forEach(n -> row.add(n == 0 ? "." : n.toString()));
            table.row(row.toArray());
        }
        return table.text();
    }

    private static String mixUps(Evaluation e, List<String> classes) {
        record MixUp(int is, int takenFor, int images) {}
        var table = new TextTable(List.of("is", "taken for", ">images"));
        IntStream.range(0, classes.size()).boxed()
                .flatMap(c -> IntStream.range(0, classes.size()).filter(p -> p != c).mapToObj(p -> new MixUp(c, p, e.confusion().get(c).get(p))))
                .filter(m -> m.images > 0).sorted(Comparator.comparingInt(m -> -m.images)).limit(MIX_UPS)
                .forEach(m -> table.row(classes.get(m.is), classes.get(m.takenFor), m.images));
        return table.text();
    }

    /** Images of a class. */
    static int images(Evaluation e, int c) { return e.confusion().get(c).stream().mapToInt(n -> n).sum(); }
}
