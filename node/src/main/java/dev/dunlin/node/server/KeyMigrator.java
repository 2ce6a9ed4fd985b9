// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.dunlin.node.command.Args;
import dev.dunlin.node.command.Command;
import dev.dunlin.node.command.MigrateRequest;
import dev.dunlin.node.command.Migrator;
import dev.dunlin.node.resp.RespError;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.util.concurrent.Future;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Sends keys to other nodes over connections of its own, one for each transfer.
///
/// Redis holds up the whole server for the length of a transfer. Here only commands that touch the keys under way wait, so a
/// slow target costs the others nothing.
///
/// Thread: owned by the node's loop.
final class KeyMigrator implements Migrator {
    /// Bytes of one reply line of the target.
    private static final int LINE_BYTES_MAX = 64 * 1024;

    /// Deletes keys that have arrived, and logs that.
    interface Arrivals {
        void delete(int database, List<byte[]> keys);

        /// Clients that waited for keys under way may be tried again.
        void settled();
    }

    private record KeyName(int database, ByteBuffer name) {}

    private final NodeLoop loop;
    private final Transport transport;
    private final Arrivals arrivals;
    private final Set<KeyName> underWay = new HashSet<>();

    KeyMigrator(NodeLoop loop, Transport transport, Arrivals arrivals) {
        this.loop = loop;
        this.transport = transport;
        this.arrivals = arrivals;
    }

    @Override
    public boolean touchesKeysUnderWay(Command command, Args args, int database) {
        if (underWay.isEmpty()) {
            return false;
        }
        if (!command.hasKeys()) {
            // What concerns whole databases waits as well.
            return command.has(dev.dunlin.node.command.Flag.WRITE);
        }
        boolean[] touches = {false};
        command.forEachKey(
                args,
                key ->
                        touches[0] |=
                                underWay.contains(
                                        new KeyName(database, ByteBuffer.wrap(args.copy(key)))));
        return touches[0];
    }

    @Override
    public void send(MigrateRequest request, Consumer<Answer> onDone) {
        request.keys().forEach(key -> underWay.add(name(request, key)));
        var transfer = new Transfer(request, onDone);
        new Bootstrap()
                .group(loop.eventLoop())
                .channel(transport.socketChannel())
                .option(ChannelOption.TCP_NODELAY, true)
                .option(
                        ChannelOption.CONNECT_TIMEOUT_MILLIS,
                        (int) Math.min(request.timeoutMs(), Integer.MAX_VALUE))
                .handler(
                        new ChannelInitializer<>() {
                            @Override
                            protected void initChannel(Channel channel) {
                                channel.pipeline().addLast(transfer);
                            }
                        })
                .connect(request.host(), request.port())
                .addListener(connected -> {
                    if (!connected.isSuccess()) {
                        transfer.connectFailed();
                    }
                });
    }

    private static KeyName name(MigrateRequest request, byte[] key) {
        return new KeyName(request.database(), ByteBuffer.wrap(key));
    }

    private static Answer failed(String text) {
        return new Answer.Failed(RespError.of(text));
    }

    /// One MIGRATE: its connection, and the replies that are still to come.
    private final class Transfer extends SimpleChannelInboundHandler<ByteBuf> {
        private final MigrateRequest request;
        private final Consumer<Answer> onDone;
        private final StringBuilder line = new StringBuilder();
        private final List<byte[]> arrived = new ArrayList<>();
        private @Nullable String refusal;
        private int replies;
        private boolean done;
        private boolean sent;
        private @Nullable Future<?> timeout;

        Transfer(MigrateRequest request, Consumer<Answer> onDone) {
            this.request = request;
            this.onDone = onDone;
        }

        void connectFailed() {
            request.payload().release();
            finish(failed("IOERR error or timeout connecting to the client"));
        }

        @Override
        public void channelActive(ChannelHandlerContext context) {
            timeout =
                    context.executor()
                            .schedule(
                                    () -> {
                                        context.close();
                                        finish(
                                                failed(
                                                        "IOERR error or timeout "
                                                                + (sent ? "reading" : "writing")
                                                                + " to target instance"));
                                    },
                                    request.timeoutMs(),
                                    TimeUnit.MILLISECONDS);
            context.writeAndFlush(request.payload())
                    .addListener(written -> sent = written.isSuccess());
        }

        @Override
        protected void channelRead0(ChannelHandlerContext context, ByteBuf received) {
            while (received.isReadable() && !done) {
                char c = (char) (received.readByte() & 0xFF);
                if (c != '\n') {
                    line.append(c);
                    if (line.length() > LINE_BYTES_MAX) {
                        context.close();
                    }
                    continue;
                }
                String text = line.toString().stripTrailing();
                line.setLength(0);
                onReply(text);
            }
            if (done) {
                context.close();
            }
        }

        private void onReply(String text) {
            int key = replies - (request.replies() - request.keys().size());
            replies++;
            if (text.startsWith("-")) {
                if (refusal == null) {
                    refusal = text.substring(1);
                }
            } else if (key >= 0) {
                arrived.add(request.keys().get(key));
            }
            if (replies == request.replies()) {
                String refused = refusal;
                finish(
                        refused == null
                                ? new Answer.Done()
                                : failed("ERR Target instance replied with error: " + refused));
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            finish(
                    failed(
                            "IOERR error or timeout "
                                    + (sent ? "reading" : "writing")
                                    + " to target instance"));
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            context.close();
        }

        private void finish(Answer answer) {
            if (done) {
                return;
            }
            done = true;
            Future<?> running = timeout;
            if (running != null) {
                running.cancel(false);
            }
            loop.turn();
            request.keys().forEach(key -> underWay.remove(name(request, key)));
            if (!request.copy() && !arrived.isEmpty()) {
                arrivals.delete(request.database(), arrived);
            }
            onDone.accept(answer);
            arrivals.settled();
        }
    }

    /// {@return bytes of the DEL that tells replicas which keys have left}
    static byte[][] deletion(List<byte[]> keys) {
        byte[][] command = new byte[keys.size() + 1][];
        command[0] = "DEL".getBytes(UTF_8);
        for (int i = 0; i < keys.size(); i++) {
            command[i + 1] = keys.get(i);
        }
        return command;
    }
}
