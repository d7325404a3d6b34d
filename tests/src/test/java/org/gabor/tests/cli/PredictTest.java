package org.gabor.tests.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An image that a person made is named by a model that learned from the built-in digits. */
class PredictTest {
    @TempDir
    Path dir = Path.of("");

    /** A seven, drawn with a thick pen, in another size and shape than the digits have. */
    private Path seven(String name, Color paper, Color ink) throws IOException {
        var image = new BufferedImage(300, 400, BufferedImage.TYPE_INT_RGB);
        Graphics2D g = image.createGraphics();
        g.setColor(paper);
        g.fillRect(0, 0, 300, 400);
        g.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        g.setColor(ink);
        g.setStroke(new BasicStroke(22, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
        g.drawLine(70, 90, 220, 95);
        g.drawLine(220, 95, 120, 320);
        g.dispose();
        Path file = dir.resolve(name);
        ImageIO.write(image, "png", file.toFile());
        return file;
    }

    @Test
    void inkOnPaperIsNamedOnceItIsInverted() throws IOException {
        Path out = dir.resolve("runs");
        Cli train = Cli.run("train", "--out", out.toString(), "--progress", "none");
        assertThat(train.exitCode()).as(train.err()).isZero();
        String model = out.resolve("latest").toString();
        String paper = seven("paper.png", new Color(240, 238, 230), new Color(30, 30, 60)).toString();
        String chalk = seven("chalk.png", Color.BLACK, Color.WHITE).toString();

        Cli asItIs = Cli.run("predict", model, paper, chalk, "--top", "1", "--format", "csv");
        assertThat(asItIs.out().lines().toList().getLast()).startsWith(chalk + ",1,7,");
        assertThat(asItIs.err()).contains("hint      " + paper + ": light where").contains("--invert turns that round")
                .doesNotContain(chalk);

        Cli inverted = Cli.run("predict", model, paper, "--top", "1", "--format", "csv", "--invert");
        assertThat(inverted.out().lines().toList().getLast()).startsWith(paper + ",1,7,");
        assertThat(inverted.err()).doesNotContain("hint");
        assertThat(Cli.run("predict", model, chalk, "--invert").err()).contains("leave --invert out");
    }
}
