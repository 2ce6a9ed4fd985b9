// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.controlplane.nodeclient;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dunlin.controlplane.nodeclient.NodeException.Reason;
import dev.dunlin.controlplane.topology.HostPort;
import java.util.Map;
import org.junit.jupiter.api.Test;

class NodeExceptionTest {
    private static final HostPort NODE = new HostPort("127.0.0.1", 7001);

    /// Error replies of Redis 7.0.15 and what they mean for a move.
    private static final Map<String, Reason> REPLIES =
            Map.ofEntries(
                    Map.entry(
                            "TRYAGAIN Multiple keys request during rehashing of slot",
                            Reason.TRY_AGAIN),
                    Map.entry("CLUSTERDOWN The cluster is down", Reason.CLUSTER_DOWN),
                    Map.entry("LOADING Redis is loading the dataset in memory", Reason.LOADING),
                    Map.entry("MOVED 3999 127.0.0.1:7002", Reason.MOVED),
                    Map.entry("IOERR error or timeout reading to target instance", Reason.IO_ERROR),
                    Map.entry(
                            "ERR Target instance replied with error: BUSYKEY Target key name already exists.",
                            Reason.BUSY_KEY),
                    Map.entry(
                            "ERR Target instance replied with error: CLUSTERDOWN The cluster is down",
                            Reason.CLUSTER_DOWN),
                    Map.entry(
                            "ERR Target instance replied with error: READONLY You can't write against a read only replica.",
                            Reason.NOT_PRIMARY),
                    Map.entry("ERR Please use SETSLOT only with masters.", Reason.NOT_PRIMARY),
                    Map.entry("ERR Target node is not a master", Reason.NOT_PRIMARY),
                    Map.entry("ERR I'm not the owner of hash slot 5", Reason.OWNER_CHANGED),
                    Map.entry("ERR I'm already the owner of hash slot 5", Reason.OWNER_CHANGED),
                    Map.entry("ERR I don't know about node abc", Reason.UNKNOWN_NODE),
                    Map.entry(
                            "ERR Can't assign hashslot 5 to a different node while I still hold keys for this hash slot.",
                            Reason.HOLDS_KEYS),
                    Map.entry("NOAUTH Authentication required.", Reason.DENIED),
                    Map.entry("ERR unknown command 'CLUSTER'", Reason.OTHER));

    @Test
    void givenAnErrorReply_whenRead_thenItsReasonIsKnown() {
        REPLIES.forEach((text, reason) ->
                assertThat(NodeException.replied(NODE, text).reason()).as(text).isEqualTo(reason));
    }

    @Test
    void givenReasonsThatPass_whenAsked_thenOnlyThoseAreTransient() {
        assertThat(Reason.TRY_AGAIN.isTransient()).isTrue();
        assertThat(Reason.UNREACHABLE.isTransient()).isTrue();
        assertThat(Reason.DENIED.isTransient()).isFalse();
        assertThat(Reason.OTHER.isTransient()).isFalse();
        assertThat(Reason.BUSY_KEY.isTransient()).isFalse();
    }
}
