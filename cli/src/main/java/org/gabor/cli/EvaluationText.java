package org.gabor.cli;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.gabor.io.TextTable;
import org.gabor.train.Evaluation;

/** How well a model does, as text. */
final class EvaluationText {
    private static final int LARGEST_MATRIX = 20, MIX_UPS = 10, LONGEST_NAME = 12;

    private EvaluationText() {}

    /** One line, the same after training and evaluation: {@code test accuracy 98.75% (2,000 images, loss 0.0412)}. */
    static String headline(String part, Evaluation e) {
        return part + " accuracy " + Figures.percent(e.top1()) + " (" + Figures.count(e.images(), "image") + ", loss "
                + Figures.loss(e.loss()) + ")";
    }

    /** How each class fares, and the confusion matrix, or the most frequent mix-ups where it would be too large. */
    static String details(Evaluation e, List<String> classes) {
        return perClass(e, classes) + "\n"
                + (classes.size() <= LARGEST_MATRIX ? matrix(e, classes) : mixUps(e, classes));
    }

    /** The same as data: figures, those of each class, and the confusion matrix (rows: true class). */
    static Map<String, Object> figures(Evaluation e, List<String> classes) {
        var result = new LinkedHashMap<String, Object>();
        result.put("images", e.images());
        result.put("acc1", e.top1());
        result.put("acc5", e.top5());
        result.put("loss", e.loss());
        result.put("classes", IntStream.range(0, classes.size()).mapToObj(c -> {
            var one = new LinkedHashMap<String, Object>();
            one.put("class", classes.get(c));
            one.put("images", images(e, c));
            one.put("right", e.confusion().get(c).get(c));
            return one;
        }).toList());
        result.put("confusion", e.confusion());
        return result;
    }

    private static String perClass(Evaluation e, List<String> classes) {
        var table = new TextTable(List.of("class", ">images", ">right", ">accuracy", "most often taken for"));
        for (int c = 0; c < classes.size(); c++) {
            List<Integer> row = e.confusion().get(c);
            int images = images(e, c), right = row.get(c), other = mostFrequentBut(c, row);
            table.row(classes.get(c), Figures.count(images), Figures.count(right),
                    images == 0 ? "-" : Figures.percent((double) right / images),
                    row.get(other) == 0 ? "" : classes.get(other) + " (" + row.get(other) + ")");
        }
        return table.text();
    }

    /** The class that images of {@code truth} are most often taken for; the first of equals. */
    private static int mostFrequentBut(int truth, List<Integer> row) {
        int most = truth == 0 ? 1 : 0;
        for (int c = 0; c < row.size(); c++) if (c != truth && row.get(c) > row.get(most)) most = c;
        return most;
    }

    private static String matrix(Evaluation e, List<String> classes) {
        List<String> names = classes.stream().map(n -> n.length() <= LONGEST_NAME ? n : n.substring(0, LONGEST_NAME))
                .toList();
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
        var all = new ArrayList<MixUp>();
        for (int c = 0; c < classes.size(); c++)
            for (int p = 0; p < classes.size(); p++) if (p != c) all.add(new MixUp(c, p, e.confusion().get(c).get(p)));
        all.stream().filter(m -> m.images > 0).sorted(Comparator.comparingInt(m -> -m.images)).limit(MIX_UPS)
                .forEach(m -> table.row(classes.get(m.is), classes.get(m.takenFor), m.images));
        return table.text();
    }

    /** Images of a class. */
    static int images(Evaluation e, int c) { return e.confusion().get(c).stream().mapToInt(n -> n).sum(); }
}
