package org.gabor.models;

import org.gabor.data.Augment;
import org.gabor.optim.Optimizer;
import org.gabor.optim.Schedule;

/**
 * How to train a network, if nothing else is asked for.
 *
 * @param optimizer with its learning rate
 * @param schedule of the learning rate
 * @param epochs passes over the training part
 * @param batch images a step
 * @param augment how images are changed at random
 */
public record Recipe(Optimizer optimizer, Schedule schedule, int epochs, int batch, Augment augment) {}
