// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.chaos;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(packages = "dev.dunlin.chaos", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    @ArchTest
    static final ArchRule CHECKERS_SEE_HISTORIES_ONLY =
            noClasses()
                    .that()
                    .resideInAPackage("..chaos.checker..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(
                            "..chaos.client..",
                            "..chaos.cluster..",
                            "..chaos.workload..",
                            "..chaos.nemesis..",
                            "..chaos.scenario..",
                            "..chaos.report..",
                            "java.net..",
                            "java.nio..")
                    .because(
                            "a verdict must follow from what clients saw, also years later from the file");

    @ArchTest
    static final ArchRule THE_JUDGE_SHARES_NO_CODE_WITH_THE_JUDGED =
            noClasses()
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(
                            "dev.dunlin.node..",
                            "dev.dunlin.clusterbus..",
                            "dev.dunlin.controlplane..",
                            "redis.clients..",
                            "io.lettuce..")
                    .because(
                            "a mistake shared with the server hides itself, and real clients resend behind our back");

    @ArchTest
    static final ArchRule NO_CYCLES =
            slices().matching("dev.dunlin.chaos.(*)..")
                    .should()
                    .beFreeOfCycles()
                    .because("cluster, client and history can be used without scenarios");
}
