package org.gabor.train;

/**
 * One class that an image may show.
 *
 * @param index number of the class
 * @param name name of the class
 * @param probability softmax of its score
 */
public record Prediction(int index, String name, double probability) {}
