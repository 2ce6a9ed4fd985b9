// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.controlplane.grpc;

import dev.dunlin.controlplane.v1.ErrorDetail;
import dev.dunlin.controlplane.workflow.Refused;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// How calls are answered and refused: a canonical gRPC status, with an [ErrorDetail] in a trailer.
final class Replies {
    private static final Logger LOG = LoggerFactory.getLogger(Replies.class);

    private static final Metadata.Key<ErrorDetail> DETAIL =
            Metadata.Key.of(
                    "dunlin-error-bin",
                    ProtoUtils.metadataMarshaller(ErrorDetail.getDefaultInstance()));

    private Replies() {}

    /// What a call does.
    @FunctionalInterface
    interface Call<T> {
        T run() throws Refused, IOException, InterruptedException;
    }

    static <T> void unary(StreamObserver<T> observer, Call<T> call) {
        T reply;
        try {
            reply = call.run();
        } catch (Refused e) {
            observer.onError(refusal(e));
            return;
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            observer.onError(Status.CANCELLED.asRuntimeException());
            return;
        } catch (IOException | RuntimeException e) {
            observer.onError(internal(e));
            return;
        }
        observer.onNext(reply);
        observer.onCompleted();
    }

    static StatusRuntimeException internal(Exception e) {
        LOG.error("call failed", e);
        return refusal(
                Status.INTERNAL,
                new ErrorText(
                        "INTERNAL",
                        e.toString(),
                        "see the control plane's log",
                        "clusterctl check"));
    }

    static StatusRuntimeException refusal(Refused refused) {
        Status status =
                switch (refused.code()) {
                    case INVALID -> Status.INVALID_ARGUMENT;
                    case NOT_FOUND -> Status.NOT_FOUND;
                    case PRECONDITION, STALE_PLAN, BUSY -> Status.FAILED_PRECONDITION;
                    case UNREACHABLE -> Status.UNAVAILABLE;
                };
        return refusal(
                status,
                new ErrorText(
                        refused.code().name(),
                        refused.text(),
                        "nothing was changed",
                        refused.nextCommand()));
    }

    private record ErrorText(String code, String text, String stateNow, String nextCommand) {}

    private static StatusRuntimeException refusal(Status status, ErrorText error) {
        var trailers = new Metadata();
        trailers.put(
                DETAIL,
                ErrorDetail.newBuilder()
                        .setCode(error.code)
                        .setText(error.text)
                        .setStateNow(error.stateNow)
                        .setNextCommand(error.nextCommand)
                        .build());
        return status.withDescription(error.text).asRuntimeException(trailers);
    }
}
