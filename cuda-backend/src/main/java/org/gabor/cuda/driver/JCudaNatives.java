package org.gabor.cuda.driver;

import java.lang.classfile.ClassFile;
import java.lang.classfile.attribute.ConstantValueAttribute;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.lang.invoke.MethodHandles;
import jcuda.JCudaVersion;
import jcuda.driver.JCudaDriver;
import jcuda.jcublas.JCublas2;
import jcuda.jcudnn.JCudnn;
import org.gabor.DeviceException;
import org.gabor.cuda.load.CudaLibraries;
import org.gabor.cuda.load.NativeFiles;

/**
 * Makes JCuda load the native libraries that we prepared. JCuda's own loader would take a file of a fixed name in the
 * temporary folder, whoever put it there, and asks {@code java.io.tmpdir}, which belongs to the whole process. All of its
 * classes go through one, {@code jcuda.LibUtilsCuda}; so a class of that name is defined before JCuda's is, in the same
 * class loader, whose only method loads from our folder. Nothing else of the process is touched.
 */
final class JCudaNatives {
    private static final String LOADER = "jcuda.LibUtilsCuda", FOLDER = "FOLDER";

    private JCudaNatives() {}

    /** Can be called again with the same libraries. */
    static void load(CudaLibraries libraries) {
        String folder = NativeFiles.prepare(NativeFiles.cache(), libraries.blasMajor()).toString();
        replaceLoader(folder);
        try {
            JCudaDriver.setExceptionsEnabled(false);
            JCublas2.setExceptionsEnabled(false);
            JCudnn.setExceptionsEnabled(false);
        } catch (LinkageError e) {
            throw new DeviceException("JCuda's native libraries in " + folder + " cannot be loaded: " + e.getMessage()
                    + "; if programs must not be run from there, set XDG_CACHE_HOME to a folder where they may", e);
        }
    }

    private static void replaceLoader(String folder) {
        try {
            MethodHandles.privateLookupIn(JCudaVersion.class, MethodHandles.lookup()).defineClass(loader(folder));
        } catch (IllegalAccessException e) {
            throw new IllegalStateException("JCuda is in a module that does not open its package", e);
        } catch (LinkageError defined) {
            requireOurs(folder, defined);
        }
    }

    /** There is a class of that name already: ours, if this is not the first time. */
    private static void requireOurs(String folder, LinkageError defined) {
        try {
            Object there = Class.forName(LOADER, false, JCudaVersion.class.getClassLoader()).getField(FOLDER).get(null);
            if (folder.equals(there)) return;
            throw new DeviceException("this process computes with JCuda's native libraries in " + there
                    + " and cannot change to those in " + folder + "; start a new process");
        } catch (ReflectiveOperationException e) {
            defined.addSuppressed(e);
            throw new DeviceException("another part of this program has used JCuda before, with native libraries of its"
                    + " own choice; open Gabor's device first", defined);
        }
    }

    /**
     * The class
     * <pre>
     * public class LibUtilsCuda {
     *     public static final String FOLDER = folder;
     *     public static void loadLibrary(String name, String... dependents) {
     *         System.load(FOLDER.concat("/lib").concat(name).concat(".so"));
     *     }
     * }
     * </pre>
     */
    private static byte[] loader(String folder) {
        ClassDesc string = ConstantDescs.CD_String;
        MethodTypeDesc concat = MethodTypeDesc.of(string, string);
        MethodTypeDesc load = MethodTypeDesc.of(ConstantDescs.CD_void, string);
        return ClassFile.of().build(ClassDesc.of(LOADER), type -> type
                .withFlags(ClassFile.ACC_PUBLIC | ClassFile.ACC_SUPER)
                .withField(FOLDER, string, field -> field
                        .withFlags(ClassFile.ACC_PUBLIC | ClassFile.ACC_STATIC | ClassFile.ACC_FINAL)
                        .with(ConstantValueAttribute.of(folder)))
                .withMethodBody("loadLibrary", MethodTypeDesc.of(ConstantDescs.CD_void, string, string.arrayType()),
                        ClassFile.ACC_PUBLIC | ClassFile.ACC_STATIC | ClassFile.ACC_VARARGS, code -> code
                                .loadConstant(folder + "/lib").aload(0).invokevirtual(string, "concat", concat)
                                .loadConstant(".so").invokevirtual(string, "concat", concat)
                                .invokestatic(ClassDesc.of("java.lang.System"), "load", load)
                                .return_()));
    }
}
