package org.gabor.train;

import java.util.List;

/**
 * How well a model does on a data set.
 *
 * @param images number of images
 * @param loss mean loss
 * @param top1 share of images whose class has the highest score
 * @param top5 share of images whose class is among the five highest scores
 * @param confusion images by true class (row) and predicted class (column)
 */
public record Evaluation(int images, double loss, double top1, double top5, List<List<Integer>> confusion) {}
