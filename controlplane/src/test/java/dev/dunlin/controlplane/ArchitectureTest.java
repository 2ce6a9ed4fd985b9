// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.controlplane;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(packages = "dev.dunlin.controlplane", importOptions = DoNotIncludeTests.class)
class ArchitectureTest {
    @ArchTest
    static final ArchRule ONLY_THE_MODEL_OF_THE_BUS =
            noClasses()
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(
                            "dev.dunlin.clusterbus.engine..",
                            "dev.dunlin.clusterbus.wire..",
                            "dev.dunlin.clusterbus.transport..",
                            "dev.dunlin.node..")
                    .because("the control plane talks to nodes from outside, in Redis's protocol");

    @ArchTest
    static final ArchRule THE_PLANNER_IS_PURE =
            classes()
                    .that()
                    .resideInAnyPackage("..planner..", "..topology..")
                    .should()
                    .onlyDependOnClassesThat()
                    .resideInAnyPackage(
                            "dev.dunlin.clusterbus.model..",
                            "dev.dunlin.controlplane.planner..",
                            "dev.dunlin.controlplane.topology..",
                            "java.lang..",
                            "java.util",
                            "java.util.function..",
                            "java.util.stream..",
                            "java.nio.charset..",
                            "java.security..",
                            "org.jspecify..")
                    .because("the same cluster and request must always give the same plan");

    @ArchTest
    static final ArchRule LETTUCE_STAYS_IN_THE_ADAPTER =
            noClasses()
                    .that()
                    .resideOutsideOfPackage("..nodeclient..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage("io.lettuce..", "io.netty..")
                    .because("workflows run against fake nodes in tests");

    @ArchTest
    static final ArchRule GRPC_STAYS_AT_THE_EDGE =
            noClasses()
                    .that()
                    .resideInAnyPackage(
                            "..workflow..", "..planner..", "..nodeclient..", "..health..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage("io.grpc..", "dev.dunlin.controlplane.v1..")
                    .because("services translate and decide nothing");

    @ArchTest
    static final ArchRule NO_SLEEP =
            noClasses()
                    .should()
                    .callMethod(Thread.class, "sleep", long.class)
                    .because("a workflow waits through its pacer, which tests replace");

    @ArchTest
    static final ArchRule NO_CYCLES =
            slices().matching("dev.dunlin.controlplane.(*)..")
                    .should()
                    .beFreeOfCycles()
                    .because("each package can be read without the ones above it");
}
