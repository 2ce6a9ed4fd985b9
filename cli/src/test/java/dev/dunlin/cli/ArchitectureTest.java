// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.cli;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.name;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(packages = "dev.dunlin.cli", importOptions = DoNotIncludeTests.class)
class ArchitectureTest {
    @ArchTest
    static final ArchRule ONLY_THE_STUBS_OF_THE_CONTROL_PLANE =
            noClasses()
                    .should()
                    .dependOnClassesThat(
                            resideInAPackage("dev.dunlin..")
                                    .and(not(resideInAPackage("dev.dunlin.cli..")))
                                    .and(not(resideInAPackage("dev.dunlin.controlplane.v1..")))
                                    .and(
                                            not(
                                                    name(
                                                            "dev.dunlin.controlplane.InProcessControlPlane"))))
                    .because(
                            "clusterctl works with any control plane of the same API; --seed has its"
                                    + " own entry");

    @ArchTest
    static final ArchRule NO_SLEEP =
            noClasses()
                    .should()
                    .callMethod(Thread.class, "sleep", long.class)
                    .because("waiting for a condition has a deadline");

    @ArchTest
    static final ArchRule NO_CYCLES =
            slices().matching("dev.dunlin.cli.(*)..")
                    .should()
                    .beFreeOfCycles()
                    .because("each package can be read without the ones above it");
}
