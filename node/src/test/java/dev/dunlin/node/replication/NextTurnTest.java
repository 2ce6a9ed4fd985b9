// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.EventLoop;
import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoRegistration;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

class NextTurnTest {
    private static final int SLICES = 200;

    @Test
    void givenWorkInSlices_whenItGoesOn_thenTheSocketsAreLookedAtBetweenSlices() throws Exception {
        var sockets = new CountingSockets();
        var group = new MultiThreadIoEventLoopGroup(1, _ -> sockets);
        try {
            EventLoop loop = group.next();
            var done = new CompletableFuture<List<Long>>();
            loop.execute(() -> slice(loop, sockets, new ArrayList<>(), done));

            assertThat(done.get(10, TimeUnit.SECONDS))
                    .as("looks at the sockets before each slice")
                    .doesNotHaveDuplicates()
                    .hasSize(SLICES);
        } finally {
            group.shutdownGracefully(0, 1, TimeUnit.SECONDS).sync();
        }
    }

    private static void slice(
            EventLoop loop,
            CountingSockets sockets,
            List<Long> looks,
            CompletableFuture<List<Long>> done) {
        looks.add(sockets.looks);
        if (looks.size() == SLICES) {
            done.complete(looks);
        } else {
            NextTurn.run(loop, () -> slice(loop, sockets, looks, done));
        }
    }

    /// No sockets at all; counts how often the loop looks.
    private static final class CountingSockets implements IoHandler {
        private long looks;

        @Override
        public int run(IoHandlerContext context) {
            looks++;
            if (context.canBlock()) {
                LockSupport.parkNanos(this, 100_000);
            }
            return 0;
        }

        @Override
        public void prepareToDestroy() {}

        @Override
        public void destroy() {}

        @Override
        public IoRegistration register(IoHandle handle) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void wakeup() {}

        @Override
        public boolean isCompatible(Class<? extends IoHandle> handleType) {
            return false;
        }
    }
}
