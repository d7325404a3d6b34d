package org.gabor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class GaborExceptionTest {
    @Test
    void everyKindOfErrorHasAnExitCodeOfItsOwnFrom2To9() {
        assertThat(Arrays.stream(GaborException.class.getPermittedSubclasses()).map(GaborExceptionTest::exitCode))
                .containsExactlyInAnyOrder(2, 3, 4, 5, 6, 7, 8, 9);
    }

    private static int exitCode(Class<?> kind) {
        try {
            return ((GaborException) kind.getConstructor(String.class).newInstance("text")).exitCode();
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
    }
}
