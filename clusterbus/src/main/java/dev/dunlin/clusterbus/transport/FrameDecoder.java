// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.clusterbus.transport;

import dev.dunlin.clusterbus.wire.BusCodec;
import dev.dunlin.clusterbus.wire.DecodeFailure;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.util.List;

/// Cuts the byte stream of a link into frames and hands them over decoded. After the link is closed the rest is thrown away.
final class FrameDecoder extends ByteToMessageDecoder {
    private final BusLink link;

    FrameDecoder(BusLink link) {
        this.link = link;
    }

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
        while (link.isOpen()) {
            switch (BusCodec.nextFrame(in)) {
                case BusCodec.Frame.Incomplete() -> {
                    return;
                }
                case BusCodec.Frame.Broken(DecodeFailure reason) -> link.onGarbage(reason);
                case BusCodec.Frame.Announced(int bytes) -> {
                    if (in.readableBytes() < bytes) {
                        return;
                    }
                    link.onDecoded(BusCodec.decode(in.readSlice(bytes)));
                }
            }
        }
        in.skipBytes(in.readableBytes());
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object input) throws Exception {
        super.channelRead(ctx, input);
        link.onPartialBytes(actualReadableBytes());
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) throws Exception {
        super.channelInactive(ctx);
        link.onInactive();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        link.onException(cause);
    }
}
