// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.controlplane.nodeclient;

import dev.dunlin.controlplane.topology.HostPort;
import java.util.Locale;

/// A node did not do what it was asked. Either it was not reached, or it answered with an error.
///
/// After [Reason#UNREACHABLE] and [Reason#TIMEOUT] the command may have been carried out all the same.
public final class NodeException extends Exception {
    /// What went wrong, as far as it matters for what to do next.
    public enum Reason {
        /// No connection, or it broke.
        UNREACHABLE(true),
        /// Connected, but no answer in time.
        TIMEOUT(true),
        /// The reply makes no sense.
        MALFORMED(false),
        /// MIGRATE: a key exists at the target already.
        BUSY_KEY(false),
        /// MIGRATE: the source could not talk to the target, or lost it half-way.
        IO_ERROR(true),
        TRY_AGAIN(true),
        CLUSTER_DOWN(true),
        LOADING(true),
        /// The slot or key lives elsewhere by now.
        MOVED(true),
        /// It is a replica, or has become one.
        NOT_PRIMARY(true),
        /// It no longer owns the slot, or already does.
        OWNER_CHANGED(true),
        /// It has not heard of the node named in the command yet.
        UNKNOWN_NODE(true),
        /// It still holds keys of the slot it should give away.
        HOLDS_KEYS(true),
        /// It wants a password, or does not allow the command.
        DENIED(false),
        /// Any other error; asking again would not help.
        OTHER(false);

        private final boolean transientFailure;

        Reason(boolean transientFailure) {
            this.transientFailure = transientFailure;
        }

        /// {@return whether looking again and retrying can help}
        public boolean isTransient() {
            return transientFailure;
        }
    }

    private final HostPort node;
    private final Reason reason;

    public NodeException(HostPort node, Reason reason, String text) {
        super(node + ": " + text);
        this.node = node;
        this.reason = reason;
    }

    /// {@return the exception for an error reply, its reason read off the text}
    public static NodeException replied(HostPort node, String text) {
        return new NodeException(node, reasonOf(text), text);
    }

    private static Reason reasonOf(String text) {
        // MIGRATE wraps what the target said; that is the cause.
        String cause = text;
        int wrapped = text.indexOf("Target instance replied with error: ");
        if (wrapped >= 0) {
            cause = text.substring(wrapped + "Target instance replied with error: ".length());
        }
        int space = cause.indexOf(' ');
        String code = (space < 0 ? cause : cause.substring(0, space)).toUpperCase(Locale.ROOT);
        return switch (code) {
            case "BUSYKEY" -> Reason.BUSY_KEY;
            case "IOERR" -> Reason.IO_ERROR;
            case "TRYAGAIN" -> Reason.TRY_AGAIN;
            case "CLUSTERDOWN", "NOREPLICAS" -> Reason.CLUSTER_DOWN;
            case "LOADING", "BUSY", "MASTERDOWN" -> Reason.LOADING;
            case "MOVED", "ASK" -> Reason.MOVED;
            case "READONLY", "UNBLOCKED" -> Reason.NOT_PRIMARY;
            case "NOAUTH", "NOPERM", "WRONGPASS" -> Reason.DENIED;
            default -> reasonOfSentence(cause);
        };
    }

    private static Reason reasonOfSentence(String text) {
        if (text.contains("Please use SETSLOT only with masters")
                || text.contains("Target node is not a master")
                || text.contains("I can only replicate a master")) {
            return Reason.NOT_PRIMARY;
        }
        if (text.contains("I'm not the owner of hash slot")
                || text.contains("I'm already the owner of hash slot")) {
            return Reason.OWNER_CHANGED;
        }
        if (text.contains("I don't know about node")
                || text.contains("Unknown node")
                || text.contains("Unknown master")) {
            return Reason.UNKNOWN_NODE;
        }
        if (text.contains("while I still hold keys")) {
            return Reason.HOLDS_KEYS;
        }
        return Reason.OTHER;
    }

    /// {@return the node that was asked}
    public HostPort node() {
        return node;
    }

    public Reason reason() {
        return reason;
    }

    /// {@return the message; never null}
    public String text() {
        return String.valueOf(getMessage());
    }
}
