package org.gabor.tests;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.simpleName;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;

/** What may see what, in the compiled classes of all modules. */
@AnalyzeClasses(packages = "org.gabor", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    private static final String CPU = "org.gabor.cpu..", CUDA = "org.gabor.cuda..", CLI = "org.gabor.cli..";
    private static final String TESTS = "org.gabor.tests..";

    @ArchTest
    static final ArchRule coreSeesNoBackendNoCommandLineNoTests = noClasses()
            .that().resideOutsideOfPackages(CPU, CUDA, CLI, TESTS)
            .should().dependOnClassesThat().resideInAnyPackage(CPU, CUDA, CLI, TESTS, "picocli..", "jcuda..");

    @ArchTest
    static final ArchRule coreNeedsNothingButTheJdk = classes()
            .that().resideOutsideOfPackages(CPU, CUDA, CLI, TESTS)
            .should().onlyDependOnClassesThat()
            .resideInAnyPackage("java..", "javax..", "jdk..", "org.jspecify..", "org.gabor..");

    @ArchTest
    static final ArchRule theCommandLineAndTheConformanceLibrarySeeNoBackend = noClasses()
            .that().resideInAnyPackage(CLI, TESTS).should().dependOnClassesThat().resideInAnyPackage(CPU, CUDA);

    @ArchTest
    static final ArchRule theCpuBackendSeesNeitherCudaNorTheCommandLine = noClasses()
            .that().resideInAPackage(CPU).should().dependOnClassesThat().resideInAnyPackage(CUDA, CLI, TESTS);

    @ArchTest
    static final ArchRule theCudaBackendSeesNeitherTheCpuNorTheCommandLine = noClasses()
            .that().resideInAPackage(CUDA).should().dependOnClassesThat().resideInAnyPackage(CPU, CLI, TESTS);

    @ArchTest
    static final ArchRule theGraphIsTheBottom = classes()
            .that().resideInAPackage("org.gabor.graph..").should().onlyDependOnClassesThat()
            .resideInAnyPackage("java..", "org.jspecify..", "org.gabor", "org.gabor.random..", "org.gabor.graph..");

    @ArchTest
    static final ArchRule packagesAreFreeOfCycles = slices().matching("org.gabor.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule onlyDriverDnnAndBlasSeeJcuda = noClasses()
            .that().resideOutsideOfPackages("org.gabor.cuda.driver..", "org.gabor.cuda.dnn..", "org.gabor.cuda.blas..")
            .should().dependOnClassesThat().resideInAPackage("jcuda..");

    /** Wrappers of libraries know nothing of what is computed with them. */
    @ArchTest
    static final ArchRule driverDnnBlasAndLoadSeeNoLowering = noClasses()
            .that().resideInAnyPackage("org.gabor.cuda.driver..", "org.gabor.cuda.dnn..", "org.gabor.cuda.blas..",
                    "org.gabor.cuda.load..")
            .should().dependOnClassesThat().resideInAnyPackage("org.gabor.cuda", "org.gabor.compile..");

    /** But for the name under which cuDNN and cuBLAS take a stream. */
    @ArchTest
    static final ArchRule nobodyUsesTheCudaRuntimeApi = noClasses().should().dependOnClassesThat(
            resideInAPackage("jcuda.runtime..").and(not(simpleName("cudaStream_t"))));

    @ArchTest
    static final ArchRule nothingIsJavaSerialized =
            noClasses().should().dependOnClassesThat().belongToAnyOf(ObjectInputStream.class, ObjectOutputStream.class);

    @ArchTest
    static final ArchRule nobodyUsesUnsafeOrInternalsOrIncubators = noClasses()
            .should().dependOnClassesThat().resideInAnyPackage("sun..", "jdk.internal..", "jdk.incubator..");

    @ArchTest
    static final ArchRule onlyTheCommandLinePrints =
            noClasses().that().resideOutsideOfPackage(CLI).should(ACCESS_STANDARD_STREAMS);

    /** A module that is missing from the class path would pass every rule above. */
    @ArchTest
    static void everyModuleIsLookedAt(JavaClasses all) {
        assertThat(all).extracting(JavaClass::getPackageName)
                .contains("org.gabor.graph", "org.gabor.spi", "org.gabor.cpu", "org.gabor.cuda", "org.gabor.cli");
    }
}
