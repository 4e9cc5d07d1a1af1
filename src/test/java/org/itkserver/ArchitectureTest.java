package org.itkserver;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The layers as docs/adr/0002 draws them: arrows run downwards only. */
@AnalyzeClasses(packages = "org.itkserver", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    private static final String ROOT = "org.itkserver.";

    @ArchTest
    static final ArchRule LAYERS = layeredArchitecture()
            .consideringOnlyDependenciesInLayers()
            .layer("boot")
            .definedBy(ROOT + "boot..")
            .layer("http")
            .definedBy(ROOT + "http..")
            .layer("adapters")
            .definedBy(ROOT + "soap..", ROOT + "admin..", ROOT + "api..", ROOT + "connector..", ROOT + "store..")
            .layer("use cases")
            .definedBy(ROOT + "exchange..")
            .layer("concepts")
            .definedBy(
                    ROOT + "directory..",
                    ROOT + "handler..",
                    ROOT + "audit..",
                    ROOT + "delivery..",
                    ROOT + "retention..",
                    ROOT + "tls..",
                    ROOT + "watch..",
                    ROOT + "clock..")
            .layer("vocabulary")
            .definedBy(ROOT + "envelope..", ROOT + "io..")
            .whereLayer("boot")
            .mayNotBeAccessedByAnyLayer()
            .whereLayer("http")
            .mayOnlyBeAccessedByLayers("boot")
            .whereLayer("adapters")
            .mayOnlyBeAccessedByLayers("boot")
            .whereLayer("use cases")
            .mayOnlyBeAccessedByLayers("boot", "adapters")
            .whereLayer("concepts")
            .mayOnlyBeAccessedByLayers("boot", "http", "adapters", "use cases");

    @ArchTest
    static final ArchRule UNDERTOW_ONLY_IN_HTTP = noClasses()
            .that()
            .resideOutsideOfPackage(ROOT + "http..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.undertow..", "org.xnio..");

    @ArchTest
    static final ArchRule NO_CYCLES = slices().matching(ROOT + "(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule ADAPTERS_NEVER_SEE_EACH_OTHER = slices().matching(ROOT + "(soap|admin|api|connector|store)..")
            .should()
            .notDependOnEachOther();

    @ArchTest
    static final ArchRule SOAP_STACK_ONLY_IN_SOAP = noClasses()
            .that()
            .resideOutsideOfPackage(ROOT + "soap..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.apache.cxf..", "org.apache.wss4j..", "jakarta.xml.ws..");

    @ArchTest
    static final ArchRule SQL_ONLY_IN_STORE = noClasses()
            .that()
            .resideOutsideOfPackages(ROOT + "store..", ROOT + "boot..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("java.sql..", "javax.sql..");

    /** The listeners use it before the application is there, out of a module of their own. */
    @ArchTest
    static final ArchRule TLS_KNOWS_THE_JDK_ALONE = classes()
            .that()
            .resideInAPackage(ROOT + "tls..")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(ROOT + "tls..", "java..", "javax.net.ssl..", "org.jspecify..");

    /** The launcher's module has neither CXF nor a database driver nor a logger. */
    @ArchTest
    static final ArchRule THE_LAUNCHER_NEEDS_NO_LIBRARY = noClasses()
            .that()
            .resideInAPackage(ROOT + "boot.launch..")
            .or()
            .haveNameMatching(
                    ".*boot\\.(ConfigurationCheck|Environment|Settings|Listeners|DirectoryFile|PartnerEntry|SigningEntry"
                            + "|RetentionEntry|YamlMap|YamlText|Mistakes|Durations|Nearest|ContentKeyFiles)(\\$.*)?")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.slf4j..", "java.sql..", "org.apache..", "jakarta..", "io.undertow..");

    @ArchTest
    static final ArchRule THE_CORE_IS_PLAIN_JAVA = classes()
            .that()
            .resideInAnyPackage(
                    ROOT + "envelope..",
                    ROOT + "io..",
                    ROOT + "directory..",
                    ROOT + "handler..",
                    ROOT + "audit..",
                    ROOT + "delivery..",
                    ROOT + "retention..",
                    ROOT + "watch..",
                    ROOT + "clock..",
                    ROOT + "exchange..")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                    "org.itkserver..",
                    "java..",
                    "javax.xml..",
                    "javax.crypto..",
                    "javax.security.auth.x500..",
                    "org.slf4j..",
                    "org.jspecify..");

    /** Switching auto-commit on commits what is open, so one helper that rolls back on anything has it to itself. */
    @ArchTest
    static final ArchRule TRANSACTIONS_BEGIN_AND_END_IN_ONE_PLACE = noClasses()
            .that()
            .doNotHaveFullyQualifiedName(ROOT + "store.JdbcTransaction")
            .should()
            .callMethod(java.sql.Connection.class, "setAutoCommit", boolean.class)
            .orShould()
            .callMethod(java.sql.Connection.class, "commit");
}
