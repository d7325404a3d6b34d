package org.gabor.cuda;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;
import org.gabor.cuda.driver.Context;
import org.gabor.cuda.driver.Kernel;
import org.gabor.cuda.driver.KernelModule;

/** Our own kernels, loaded a family at a time when first one of it is wanted. They live as long as their context. */
final class Kernels {
    private static final String FOLDER = "/org/gabor/kernels/";

    private final Context context;
    private final Map<String, KernelModule> modules = new HashMap<>();
    private final Map<String, Kernel> kernels = new HashMap<>();

    Kernels(Context context) {
        this.context = context;
    }

    /** A kernel of a family. */
    synchronized Kernel of(String family, String name) {
        return kernels.computeIfAbsent(name, _ -> module(family).kernel(name));
    }

    private KernelModule module(String family) {
        return modules.computeIfAbsent(family, _ -> context.module(family, ptx(family)));
    }

    private static byte[] ptx(String family) {
        String file = FOLDER + family + ".ptx";
        try (InputStream in = Kernels.class.getResourceAsStream(file)) {
            if (in == null) throw new IllegalStateException(file + " is not on the class path");
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
