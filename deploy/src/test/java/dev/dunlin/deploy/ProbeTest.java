// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.deploy;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProbeTest {
    private static final int TIMEOUT_MS = 5_000;

    private static final Map<String, String> PRIMARY =
            Map.of(
                    "PING", "+PONG\r\n",
                    "CLUSTER INFO", bulk("cluster_state:fail\r\ncluster_known_nodes:6\r\n"),
                    "INFO replication", bulk("# Replication\r\nrole:master\r\n"));

    @Test
    void givenAPrimaryThatMetOthers_whenAsked_thenItIsReadyEvenIfTheClusterIsDown()
            throws IOException {
        assertThat(check("live", PRIMARY)).isEmpty();
        assertThat(check("ready", PRIMARY)).isEmpty();
    }

    @Test
    void givenANodeThatLoadsItsData_whenAsked_thenItIsAliveAndNotReady() throws IOException {
        var loading = Map.of("PING", "-LOADING Redis is loading the dataset in memory\r\n");

        assertThat(check("live", loading)).isEmpty();
        assertThat(check("ready", loading)).contains("LOADING");
    }

    @Test
    void givenANodeThatKnowsOnlyItself_whenAsked_thenItIsNotReady() throws IOException {
        assertThat(check("ready", with("CLUSTER INFO", "cluster_known_nodes:1\r\n")))
                .isEqualTo("has not met any other node");
    }

    @Test
    void givenAReplica_whenItsLinkIsDown_thenItIsNotReady() throws IOException {
        assertThat(
                        check(
                                "ready",
                                with(
                                        "INFO replication",
                                        "role:slave\r\nmaster_link_status:down\r\n")))
                .isEqualTo("replica not in sync with its primary");
        assertThat(
                        check(
                                "ready",
                                with(
                                        "INFO replication",
                                        "role:slave\r\nmaster_link_status:up\r\n")))
                .isEmpty();
    }

    @Test
    void givenANodeThatDoesNotAnswer_whenAsked_thenTheProbeEndsInTime() throws IOException {
        // The backlog takes the connection; nobody reads it.
        try (var listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThat(Probe.check("live", listener.getLocalPort(), 100))
                    .isEqualTo("no answer within 100 ms");
        }
    }

    @Test
    void givenNobodyListens_whenAsked_thenItIsNotAlive() throws IOException {
        int port;
        try (var listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = listener.getLocalPort();
        }

        assertThat(Probe.check("live", port, TIMEOUT_MS)).contains("refused");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "$x\r\n",
                "$-1\r\n",
                "$999999999999\r\n",
                "$5\r\nrole",
                "-ERR This instance has cluster support disabled\r\n",
                "\r\n"
            })
    void givenGarbage_whenAsked_thenItIsNotReadyAndTheProbeEnds(String reply) throws IOException {
        assertThat(check("ready", Map.of("PING", "+PONG\r\n", "CLUSTER INFO", reply))).isNotEmpty();
    }

    @Test
    void givenTheProbe_whenItRunsInTheImageAlone_thenItNeedsNothingButJava() {
        classes()
                .that()
                .haveSimpleName("Probe")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage("java..", "dev.dunlin.deploy", "org.jspecify..")
                .because("it starts every few seconds and must not load the product")
                .check(
                        new ClassFileImporter()
                                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                                .importPackages("dev.dunlin.deploy"));
    }

    private static Map<String, String> with(String command, String info) {
        var replies = new HashMap<>(PRIMARY);
        replies.put(command, bulk(info));
        return replies;
    }

    private static String bulk(String text) {
        return "$" + text.length() + "\r\n" + text + "\r\n";
    }

    /// Asks a node that answers as told and closes the connection after a command it was told nothing about.
    private static String check(String what, Map<String, String> replies) throws IOException {
        try (var listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Thread.ofVirtual().start(() -> serve(listener, replies));
            return Probe.check(what, listener.getLocalPort(), TIMEOUT_MS);
        }
    }

    private static void serve(ServerSocket listener, Map<String, String> replies) {
        try (Socket socket = listener.accept();
                var in =
                        new BufferedReader(
                                new InputStreamReader(socket.getInputStream(), ISO_8859_1))) {
            for (String line = in.readLine();
                    line != null && replies.containsKey(line);
                    line = in.readLine()) {
                String reply = replies.get(line);
                socket.getOutputStream().write(reply.getBytes(ISO_8859_1));
                if (reply.equals("$5\r\nrole")) {
                    return; // half a reply, then nothing
                }
            }
        } catch (IOException _) {
            // The probe closed the connection: it knows enough.
        }
    }
}
