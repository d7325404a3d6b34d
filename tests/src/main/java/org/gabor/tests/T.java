package org.gabor.tests;

public final class T {
    private T() {}
}
