// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.benchmarks;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/// Who may know whom. Think hard before changing a rule here.
class ArchitectureTest {
    private final JavaClasses classes =
            new ClassFileImporter()
                    .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                    .importPackages("dev.dunlin.benchmarks");

    @Test
    void givenTheRunner_whenItMeasures_thenItKnowsServersFromOutsideOnly() {
        noClasses()
                .that()
                .resideOutsideOfPackage("..micro..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("dev.dunlin.node..", "dev.dunlin.clusterbus..")
                .because("every server is measured the same way, ours too")
                .check(classes);
    }

    @Test
    void givenTheLayers_whenTheyDepend_thenOnlyDownwards() {
        noClasses()
                .that()
                .resideInAnyPackage("..os..", "..load..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("..run..", "..server..")
                .because("the generator sends what it is told and does not know why")
                .check(classes);
    }

    @Test
    void givenTheGenerator_whenItTalksToTheKernel_thenThroughOnePackage() {
        noClasses()
                .that()
                .resideOutsideOfPackage("..os..")
                .should()
                .dependOnClassesThat()
                .haveFullyQualifiedName("java.lang.foreign.Linker")
                .because("a wrong signature crashes the process, so there is one place to look")
                .check(classes);
    }
}
