// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.clusterbus;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.util.UUID;

/// What may know what. Think hard before you change a rule here: each one keeps something testable.
@AnalyzeClasses(
        packages = "dev.dunlin.clusterbus",
        importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    private static final String ROOT = "dev.dunlin.clusterbus";
    private static final String MODEL = ROOT + ".model..";
    private static final String WIRE = ROOT + ".wire..";
    private static final String ENGINE = ROOT + ".engine..";
    private static final String STORE = ROOT + ".store..";
    private static final String TRANSPORT = ROOT + ".transport..";

    @ArchTest
    static final ArchRule MODULE =
            noClasses()
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(
                            "dev.dunlin.node..",
                            "dev.dunlin.controlplane..",
                            "dev.dunlin.cli..",
                            "dev.dunlin.chaos..")
                    .because("the bus is used by the other modules and knows none of them");

    @ArchTest
    static final ArchRule MODEL_IS_THE_GROUND =
            classes()
                    .that()
                    .resideInAPackage(MODEL)
                    .should()
                    .onlyDependOnClassesThat()
                    .resideInAnyPackage(
                            MODEL, "java.lang..", "java.util..", "java.nio..", "org.jspecify..")
                    .because("words that every module shares must not drag anything along");

    @ArchTest
    static final ArchRule MESSAGES_ARE_PLAIN =
            noClasses()
                    .that()
                    .resideInAPackage(WIRE)
                    .and()
                    .haveSimpleNameNotEndingWith("Codec")
                    .and()
                    .doNotHaveSimpleName("Fields")
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage("io.netty..")
                    .because("the engine and the simulator use messages without any bytes");

    @ArchTest
    static final ArchRule ENGINE_KNOWS_ONLY_WORDS_AND_MESSAGES =
            classes()
                    .that()
                    .resideInAPackage(ENGINE)
                    .should()
                    .onlyDependOnClassesThat()
                    .resideInAnyPackage(
                            ENGINE, MODEL, WIRE, "java.lang..", "java.util..", "org.jspecify..")
                    .because(
                            "the rules run in production and in the simulator, so they must not reach for anything");

    @ArchTest
    static final ArchRule ENGINE_IS_PURE =
            noClasses()
                    .that()
                    .resideInAPackage(ENGINE)
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(
                            "java.util.concurrent..",
                            "java.io..",
                            "java.nio..",
                            "java.net..",
                            "java.time..",
                            "io.netty..",
                            "org.slf4j..")
                    .because("a run is repeated exactly from its events and its seed");

    @ArchTest
    static final ArchRule ENGINE_HAS_NO_CLOCK_THREAD_OR_DICE =
            noClasses()
                    .that()
                    .resideInAPackage(ENGINE)
                    .should()
                    .callMethod(System.class, "currentTimeMillis")
                    .orShould()
                    .callMethod(System.class, "nanoTime")
                    .orShould()
                    .callMethod(Math.class, "random")
                    .orShould()
                    .callMethod(UUID.class, "randomUUID")
                    .orShould()
                    .dependOnClassesThat()
                    .areAssignableTo(Thread.class)
                    .orShould()
                    .dependOnClassesThat()
                    .haveFullyQualifiedName("java.util.Random")
                    .because("time and randomness come in with events and the seeded generator");

    @ArchTest
    static final ArchRule STORE_KNOWS_ONLY_WORDS =
            noClasses()
                    .that()
                    .resideInAPackage(STORE)
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(ENGINE, WIRE, TRANSPORT, "io.netty..")
                    .because("a file format must not change with a rule or a frame");

    @ArchTest
    static final ArchRule TRANSPORT_KNOWS_NO_RULE =
            noClasses()
                    .that()
                    .resideInAPackage(TRANSPORT)
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(ENGINE, STORE)
                    .because("links move messages; what they mean is the engine's business");

    @ArchTest
    static final ArchRule NOBODY_SLEEPS =
            noClasses()
                    .should()
                    .callMethod(Thread.class, "sleep", long.class)
                    .because("a loop that sleeps answers no ping");

    @ArchTest
    static final ArchRule NO_CYCLES =
            slices().matching(ROOT + ".(*)..")
                    .should()
                    .beFreeOfCycles()
                    .because("a reader must be able to start somewhere");
}
