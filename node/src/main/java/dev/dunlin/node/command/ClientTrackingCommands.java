// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import dev.dunlin.node.resp.ReplyWriter;
import dev.dunlin.node.resp.RespError;

/// CLIENT TRACKING and its companions. This node sends no invalidation messages, so tracking cannot be turned on: the options are
/// checked as in Redis, and then refused; all the rest answers as for a client that does not track.
///
/// Thread: handlers run on the node's loop and never block.
final class ClientTrackingCommands {
    private static final RespError UNSUPPORTED =
            RespError.of("ERR CLIENT TRACKING ON is not supported");
    private static final RespError NOT_TRACKING =
            RespError.of(
                    "ERR CLIENT CACHING can be called only when the client is in tracking mode with"
                            + " OPTIN or OPTOUT mode enabled");
    private static final RespError NO_REDIRECT_TARGET =
            RespError.of("ERR The client ID you want redirect to does not exist");
    private static final RespError TWO_REDIRECTS =
            RespError.of("ERR A client can only redirect to a single other client");
    private static final RespError PREFIX_WITHOUT_BCAST =
            RespError.of("ERR PREFIX option requires BCAST mode to be enabled");
    private static final RespError OPT_WITH_BCAST =
            RespError.of("ERR OPTIN and OPTOUT are not compatible with BCAST");
    private static final RespError OPTIN_WITH_OPTOUT =
            RespError.of("ERR You can't specify both OPTIN mode and OPTOUT mode");

    private boolean redirect;
    private boolean bcast;
    private boolean optIn;
    private boolean optOut;
    private boolean prefix;

    private ClientTrackingCommands() {}

    // A handler like the others: that a client never tracks is not its caller's business.
    @SuppressWarnings("DoNotCallSuggester")
    static void caching(CommandContext ctx, Args args, ReplyWriter reply) {
        throw new CommandException(NOT_TRACKING);
    }

    /// -1: the client does not track.
    static void getRedir(CommandContext ctx, Args args, ReplyWriter reply) {
        reply.integer(-1);
    }

    static void trackingInfo(CommandContext ctx, Args args, ReplyWriter reply) {
        reply.map(3);
        reply.bulk("flags");
        reply.set(1);
        reply.bulk("off");
        reply.bulk("redirect");
        reply.integer(-1);
        reply.bulk("prefixes");
        reply.array(0);
    }

    static void tracking(CommandContext ctx, Args args, ReplyWriter reply) {
        var options = new ClientTrackingCommands();
        options.parse(ctx, args);
        if (args.is(2, "on")) {
            options.check();
            throw new CommandException(UNSUPPORTED);
        }
        if (!args.is(2, "off")) {
            throw new CommandException(RespError.SYNTAX);
        }
        reply.ok();
    }

    private void parse(CommandContext ctx, Args args) {
        for (int i = 3; i < args.count(); i++) {
            boolean more = i + 1 < args.count();
            if (more && args.is(i, "redirect")) {
                if (redirect) {
                    throw new CommandException(TWO_REDIRECTS);
                }
                if (ClientCommands.find(ctx, args.longAt(++i)) == null) {
                    throw new CommandException(NO_REDIRECT_TARGET);
                }
                redirect = true;
            } else if (more && args.is(i, "prefix")) {
                i++;
                prefix = true;
            } else if (args.is(i, "bcast")) {
                bcast = true;
            } else if (args.is(i, "optin")) {
                optIn = true;
            } else if (args.is(i, "optout")) {
                optOut = true;
            } else if (!args.is(i, "noloop")) {
                throw new CommandException(RespError.SYNTAX);
            }
        }
    }

    private void check() {
        if (prefix && !bcast) {
            throw new CommandException(PREFIX_WITHOUT_BCAST);
        }
        if (bcast && (optIn || optOut)) {
            throw new CommandException(OPT_WITH_BCAST);
        }
        if (optIn && optOut) {
            throw new CommandException(OPTIN_WITH_OPTOUT);
        }
    }
}
