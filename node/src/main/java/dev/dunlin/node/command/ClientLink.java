// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import dev.dunlin.node.replication.ReplicaSession;
import dev.dunlin.node.resp.ReplyWriter;
import java.util.function.Consumer;

/// The connection of a [Client], as commands see it.
///
/// Thread: called on the node's loop.
public interface ClientLink {
    /// Of a client that stands for the node itself: there is no socket.
    ClientLink NONE =
            new ClientLink() {
                @Override
                public String peerAddress() {
                    return "";
                }

                @Override
                public String localAddress() {
                    return "";
                }

                @Override
                public int descriptor() {
                    return -1;
                }

                @Override
                public void send(Consumer<ReplyWriter> reply) {}

                @Override
                public void endWait(Consumer<ReplyWriter> reply) {}

                @Override
                public void flushReplies() {}

                @Override
                public void resume() {}

                @Override
                public void close() {}

                @Override
                public void limitOutput() {}

                @Override
                public ReplicaSession replicaSession() {
                    throw new IllegalStateException("the node itself is nobody's replica");
                }

                @Override
                public long queryBufferBytes() {
                    return 0;
                }

                @Override
                public long outputBufferBytes() {
                    return 0;
                }
            };

    /// {@return the peer's address as `ip:port`}
    String peerAddress();

    /// {@return our own address as `ip:port`}
    String localAddress();

    /// {@return the socket's file descriptor, or a number that stands for it}
    int descriptor();

    /// Sends a reply outside of a command of this client, at once.
    void send(Consumer<ReplyWriter> reply);

    /// Ends the client's wait inside of a command with a reply, and goes on with what came in meanwhile. When another client's batch is
    /// running, that happens right after it.
    void endWait(Consumer<ReplyWriter> reply);

    /// Sends the replies of this client's batch so far, before something that does not go through the reply writer.
    void flushReplies();

    /// Runs the commands that came in while the client was blocked.
    void resume();

    /// Closes the connection, dropping what was not sent yet.
    void close();

    /// Closes the connection if more waits to be sent than its class of clients may have waiting.
    void limitOutput();

    /// {@return the connection in its role as a replica; made at the first call}
    ReplicaSession replicaSession();

    /// {@return bytes received that no command has consumed yet}
    long queryBufferBytes();

    /// {@return bytes of replies that wait to be sent}
    long outputBufferBytes();
}
