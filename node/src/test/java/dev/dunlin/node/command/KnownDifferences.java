// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.dunlin.node.Version;
import dev.dunlin.node.resp.ScoreText;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/// Where our replies may differ from those of redis-server 7.0.15, and why; everything else must be equal byte for byte.
final class KnownDifferences {
    /// Milliseconds by which the two servers may run one command apart.
    private static final long CLOCK_MS = 2000;

    private static final String NUMBER = "-?[0-9]+(\\.[0-9]+)?(e[-+][0-9]+)?";

    private KnownDifferences() {}

    /// {@return whether two replies to one command are as good as equal}
    static boolean acceptable(List<String> command, Reply ours, Reply theirs) {
        if (ours.equals(theirs)) {
            return true;
        }
        if (isLaterBitError(command, ours, theirs)
                || isRefusedRank(command, ours)
                || isOfLaterRedis(command, theirs)
                || (command.getFirst().matches("(?i)b?z.*") && sameScores(ours, theirs))) {
            return true;
        }
        if (ours.type() != theirs.type()) {
            return false;
        }
        return switch (command.getFirst().toLowerCase(Locale.ROOT)) {
            // Hash order is nobody's promise. (The order of a listpack is, and is compared at the
            // end of each run.)
            case "keys", "hkeys", "hvals", "smembers", "sinter", "sunion", "sdiff", "spop" ->
                    ours.sorted(1).equals(theirs.sorted(1));
            case "hgetall" -> ours.sorted(2).equals(theirs.sorted(2));
            case "scan", "hscan", "sscan", "zscan" -> acceptableScan(command, ours, theirs);
            case "hrandfield", "randomkey", "srandmember", "zrandmember" -> sameShape(ours, theirs);
            // The servers read their clocks one after the other.
            case "ttl", "expiretime" -> within(ours, theirs, CLOCK_MS / 1000);
            case "pttl", "pexpiretime" -> within(ours, theirs, CLOCK_MS);
            // We say of which Redis we are the equal.
            case "lolwut" ->
                    ours.text()
                            .replace(Version.REDIS, "")
                            .equals(theirs.text().replaceAll("7\\.0\\.\\d+", ""));
            // Stored distances: one of a thousand sines is rounded another way than glibc does.
            case "zrange" ->
                    command.get(1).matches(GeoGenerator.TARGETS) && sameNumbers(ours, theirs);
            case "time", "lastsave" -> ours.type() == theirs.type();
            case "memory" -> ours.type() == ':' && ours.integer() > 0;
            // What was slow, and how slow, is each server's own.
            case "latency" -> ours.type() != '-';
            case "slowlog" -> !ours.isError();
            case "debug" -> acceptableDebug(command, ours, theirs);
            case "command" -> acceptableCommand(command, ours, theirs);
            case "object" -> acceptableObject(command, ours, theirs);
            case "exec" -> acceptableExec(ours, theirs);
            case "hello" -> ours.type() != '-' && sameGreeting(ours, theirs);
            case "client" -> acceptableClient(command, ours, theirs);
            case "xpending", "xgroup", "xinfo" ->
                    StreamDifferences.acceptable(command, ours, theirs);
            default -> false;
        };
    }

    /// Since 7.2 BITCOUNT and BITPOS look at all their arguments before they look at the key, so that a missing key hides no mistake.
    private static boolean isLaterBitError(List<String> command, Reply ours, Reply theirs) {
        String name = command.getFirst().toLowerCase(Locale.ROOT);
        boolean foundOut = theirs.type() == ':' || theirs.text().startsWith("WRONGTYPE");
        return (name.equals("bitcount") || name.equals("bitpos")) && ours.isError() && foundOut;
    }

    /// LPOS of 7.0 takes a rank that has no opposite, and then counts from a wrong end; that of 7.2 does not.
    private static boolean isRefusedRank(List<String> command, Reply ours) {
        return hasRankWithoutOpposite(command)
                && ours.text().contains("value must between -9223372036854775807 and");
    }

    /// {@return whether it is an LPOS that only a later Redis refuses, before it has looked at the key}
    static boolean hasRankWithoutOpposite(List<String> command) {
        return command.getFirst().equalsIgnoreCase("lpos") && command.contains("" + Long.MIN_VALUE);
    }

    /// {@return whether 7.0 refuses an option that 7.2 has added}
    private static boolean isOfLaterRedis(List<String> command, Reply theirs) {
        return switch (command.getFirst().toLowerCase(Locale.ROOT)) {
            // WITHSCORE is new, and one more argument no longer the wrong number.
            case "zrank", "zrevrank" ->
                    command.size() == 4 && theirs.text().contains("wrong number");
            default -> false;
        };
    }

    /// Elements are judged by what they look like, because nobody remembers which commands were queued.
    private static boolean acceptableExec(Reply ours, Reply theirs) {
        if (ours.elements().size() != theirs.elements().size() || ours.elements().isEmpty()) {
            return false;
        }
        for (int i = 0; i < ours.elements().size(); i++) {
            Reply our = ours.elements().get(i);
            Reply their = theirs.elements().get(i);
            if (!our.equals(their)
                    && !(our.type() == ':' && their.type() == ':')
                    && !sameScores(our, their)
                    && !sameGreeting(our, their)
                    && !sameClients(our, their)
                    && !isHelp(our, their)) {
                return false;
            }
        }
        return true;
    }

    /// The version is the one that each server stands for, and clients are numbered by each server.
    private static boolean sameGreeting(Reply ours, Reply theirs) {
        if (ours.elements().size() != 14 || theirs.elements().size() != 14) {
            return false;
        }
        for (int i = 0; i < 14; i++) {
            boolean free = i == 3 || i == 7;
            if (free
                    ? ours.elements().get(i).type() != theirs.elements().get(i).type()
                    : !ours.elements().get(i).equals(theirs.elements().get(i))) {
                return false;
            }
        }
        return true;
    }

    private static boolean acceptableClient(List<String> command, Reply ours, Reply theirs) {
        return switch (command.size() < 2 ? "" : command.get(1).toLowerCase(Locale.ROOT)) {
            case "id" -> ours.type() == ':';
            case "info", "list" -> sameClients(ours, theirs);
            case "help" -> isHelp(ours, theirs);
            default -> false;
        };
    }

    /// Ours has the lines of newer subcommands as well; ConnectionDifferentialTest looks at them closely.
    private static boolean isHelp(Reply ours, Reply theirs) {
        return !theirs.elements().isEmpty() && ours.elements().containsAll(theirs.elements());
    }

    /// Fields that say how a server keeps a client differ, and 7.2 has added some.
    private static boolean sameClients(Reply ours, Reply theirs) {
        return ours.string().contains("id=")
                && clientFields(ours.string()).equals(clientFields(theirs.string()));
    }

    private static String clientFields(String lines) {
        return lines.replaceAll(" lib-name=\\S* lib-ver=\\S*", "")
                .replaceAll(
                        "\\b(id|addr|laddr|fd|age|idle|qbuf|qbuf-free|argv-mem|multi-mem|rbs|rbp|obl|oll|omem"
                                + "|tot-mem)=\\S+",
                        "$1=?")
                // RESET of 7.0 leaves NO-EVICT as it is; that of 7.2 does not.
                .replace("flags=e ", "flags=N ")
                .replace("flags=xe ", "flags=x ")
                // Inside of EXEC the replies so far are counted as the client's.
                .replace("events=rw", "events=r");
    }

    private static boolean acceptableScan(List<String> command, Reply ours, Reply theirs) {
        if (ours.elements().size() != 2) {
            return false;
        }
        // Cursors count hash bits of different hashes, so steps on the way hold different elements.
        int group = command.getFirst().matches("(?i)[hz]scan") ? 2 : 1;
        boolean ofKeys = command.getFirst().equalsIgnoreCase("scan");
        boolean fromStart = command.get(ofKeys ? 1 : 2).matches("(?s)[-+]?0*(\0.*)?");
        Reply cursor = ours.elements().getFirst();
        boolean complete =
                cursor.equals(theirs.elements().getFirst()) && cursor.string().equals("0");
        return !fromStart
                || !complete
                || ours.elements()
                        .get(1)
                        .sorted(group)
                        .equals(theirs.elements().get(1).sorted(group));
    }

    /// {@return whether replies are the same but for scores: the shortest text since 7.2, all seventeen digits in 7.0}
    private static boolean sameScores(Reply ours, Reply theirs) {
        if (ours.type() != theirs.type() || ours.elements().size() != theirs.elements().size()) {
            return false;
        }
        for (int i = 0; i < ours.elements().size(); i++) {
            if (!sameScores(ours.elements().get(i), theirs.elements().get(i))) {
                return false;
            }
        }
        String their = theirs.string();
        return ours.text().equals(theirs.text())
                || (their.matches(NUMBER)
                        && ours.string().equals(shortest(Double.parseDouble(their))));
    }

    private static String shortest(double score) {
        return new String(ScoreText.of(score), ISO_8859_1);
    }

    /// {@return whether replies are the same but for the last places of numbers}
    private static boolean sameNumbers(Reply ours, Reply theirs) {
        if (ours.type() != theirs.type() || ours.elements().size() != theirs.elements().size()) {
            return false;
        }
        for (int i = 0; i < ours.elements().size(); i++) {
            if (!sameNumbers(ours.elements().get(i), theirs.elements().get(i))) {
                return false;
            }
        }
        if (ours.text().equals(theirs.text())) {
            return true;
        }
        if (!ours.string().matches(NUMBER) || !theirs.string().matches(NUMBER)) {
            return false;
        }
        double our = Double.parseDouble(ours.string());
        double their = Double.parseDouble(theirs.string());
        return Math.abs(our - their) <= 4 * Math.ulp(their);
    }

    private static boolean sameShape(Reply ours, Reply theirs) {
        if (ours.type() != '*') {
            return ours.type() == '$' && !ours.text().equals("nil") && !theirs.text().equals("nil");
        }
        return ours.elements().size() == theirs.elements().size()
                && ours.elements().stream()
                        .map(Reply::type)
                        .toList()
                        .equals(theirs.elements().stream().map(Reply::type).toList());
    }

    private static boolean within(Reply ours, Reply theirs, long tolerance) {
        return ours.integer() >= 0
                && theirs.integer() >= 0
                && Math.abs(ours.integer() - theirs.integer()) <= tolerance;
    }

    /// Addresses, reference counts and bytes on disk are each server's own.
    private static boolean acceptableDebug(List<String> command, Reply ours, Reply theirs) {
        return command.get(1).equalsIgnoreCase("object")
                && ours.text()
                        .replaceAll("^Value at:0x[0-9a-f]+ .*", "Value")
                        .equals(theirs.text().replaceAll("^Value at:0x[0-9a-f]+ .*", "Value"));
    }

    /// Names come in the order of each server's table. The rows of a later Redis let GETKEYS do without arguments of the command that it
    /// asks about.
    private static boolean acceptableCommand(List<String> command, Reply ours, Reply theirs) {
        if (command.size() == 1) {
            // Each lists the commands that it has.
            return ours.type() == '*';
        }
        if (command.get(1).toLowerCase(Locale.ROOT).startsWith("getkeys")) {
            return command.size() == 3 && ours.isError() && theirs.isError();
        }
        return ours.sorted(1).equals(theirs.sorted(1));
    }

    /// Redis 7.2 keeps small sets that are no integers as listpacks; SADD of 7.2 counts its arguments, the same member twice included, to tell
    /// how a set begins.
    private static boolean newerSetEncoding(String ours, String theirs) {
        return (ours.equals("listpack") && Set.of("hashtable", "intset").contains(theirs))
                || (ours.equals("hashtable") && theirs.equals("intset"));
    }

    private static boolean acceptableObject(List<String> command, Reply ours, Reply theirs) {
        return switch (command.get(1).toLowerCase(Locale.ROOT)) {
            // Redis's objects for small integers are shared by all keys, and so is their last
            // access.
            case "idletime" -> within(ours, theirs, Integer.MAX_VALUE);
            // Redis keeps the result of INCRBYFLOAT as text even if it is an integer, until it is
            // saved or replicated; so 'embstr' where we
            // say 'int', and no shared object. COPY of a shared integer makes one that is not
            // shared.
            case "encoding" ->
                    Set.of("int", "embstr").containsAll(List.of(ours.string(), theirs.string()))
                            || newerSetEncoding(ours.string(), theirs.string())
                            // Since 7.2 small lists are listpacks; 7.0 has quicklists only.
                            || (ours.string().equals("listpack")
                                    && theirs.string().equals("quicklist"));
            case "refcount" ->
                    Set.of("1", "" + Integer.MAX_VALUE)
                            .containsAll(List.of(ours.text(), theirs.text()));
            default -> false;
        };
    }
}
