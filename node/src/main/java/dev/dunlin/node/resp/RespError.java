// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.resp;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.charset.Charset;

/// An error reply: its prefix and text, byte-equal to what Redis says.
///
/// All fixed texts are here, so that a reader can compare them with a real server's in one place; the ones with a variable part are made by
/// the methods below.
public final class RespError {
    public static final RespError WRONG_TYPE =
            of("WRONGTYPE Operation against a key holding the wrong kind of value");
    public static final RespError SYNTAX = of("ERR syntax error");
    public static final RespError NOT_AN_INTEGER =
            of("ERR value is not an integer or out of range");
    public static final RespError NOT_A_FLOAT = of("ERR value is not a valid float");
    public static final RespError HASH_VALUE_NOT_AN_INTEGER =
            of("ERR hash value is not an integer");
    public static final RespError HASH_VALUE_NOT_A_FLOAT = of("ERR hash value is not a float");
    public static final RespError OVERFLOW = of("ERR increment or decrement would overflow");
    public static final RespError DECREMENT_OVERFLOW = of("ERR decrement would overflow");
    public static final RespError NAN_OR_INFINITY =
            of("ERR increment would produce NaN or Infinity");
    public static final RespError VALUE_NAN_OR_INFINITY = of("ERR value is NaN or Infinity");
    public static final RespError VALUE_OUT_OF_RANGE = of("ERR value is out of range");
    public static final RespError NO_SUCH_KEY = of("ERR no such key");
    public static final RespError OUT_OF_RANGE = of("ERR index out of range");
    public static final RespError POSITIVE_RANGE =
            of("ERR value is out of range, must be positive");
    public static final RespError OFFSET_OUT_OF_RANGE = of("ERR offset is out of range");
    public static final RespError STRING_TOO_LONG =
            of("ERR string exceeds maximum allowed size (proto-max-bulk-len)");
    public static final RespError DB_INDEX_OUT_OF_RANGE = of("ERR DB index is out of range");
    public static final RespError INVALID_DB_INDEX = of("ERR invalid DB index");
    public static final RespError SELECT_IN_CLUSTER =
            of("ERR SELECT is not allowed in cluster mode");
    public static final RespError SAME_OBJECT =
            of("ERR source and destination objects are the same");
    public static final RespError INVALID_CURSOR = of("ERR invalid cursor");
    public static final RespError NO_AUTH = of("NOAUTH Authentication required.");
    public static final RespError WRONG_PASS =
            of("WRONGPASS invalid username-password pair or user is disabled.");
    public static final RespError HELLO_NO_AUTH =
            of(
                    "NOAUTH HELLO must be called with the client already authenticated, otherwise"
                            + " the HELLO AUTH <user> <pass> option can be used to authenticate the"
                            + " client and select the RESP protocol version at the same time");
    public static final RespError NO_PASSWORD_SET =
            of(
                    "ERR AUTH <password> called without any password configured for the default"
                            + " user. Are you sure your configuration is correct?");
    public static final RespError CLIENT_NAME =
            of("ERR Client names cannot contain spaces, newlines or special characters.");
    public static final RespError NO_SUCH_CLIENT = of("ERR No such client");
    public static final RespError UNBLOCKED = of("UNBLOCKED client unblocked via CLIENT UNBLOCK");
    public static final RespError NO_PROTO = of("NOPROTO unsupported protocol version");
    public static final RespError PROTO_NOT_AN_INTEGER =
            of("ERR Protocol version is not an integer or out of range");
    public static final RespError NESTED_MULTI = of("ERR MULTI calls can not be nested");
    public static final RespError EXEC_WITHOUT_MULTI = of("ERR EXEC without MULTI");
    public static final RespError DISCARD_WITHOUT_MULTI = of("ERR DISCARD without MULTI");
    public static final RespError WATCH_IN_MULTI = of("ERR WATCH inside MULTI is not allowed");
    public static final RespError NOT_IN_MULTI = of("ERR Command not allowed inside a transaction");
    public static final RespError EXEC_ABORT =
            of("EXECABORT Transaction discarded because of previous errors.");
    public static final RespError MOVE_IN_CLUSTER = of("ERR MOVE is not allowed in cluster mode");
    public static final RespError SWAPDB_IN_CLUSTER =
            of("ERR SWAPDB is not allowed in cluster mode");
    public static final RespError COPY_IN_CLUSTER =
            of("ERR Copying to another database is not allowed in cluster mode");
    public static final RespError INVALID_FIRST_DB_INDEX = of("ERR invalid first DB index");
    public static final RespError INVALID_SECOND_DB_INDEX = of("ERR invalid second DB index");
    public static final RespError EXPIRE_NX_WITH_OTHERS =
            of("ERR NX and XX, GT or LT options at the same time are not compatible");
    public static final RespError EXPIRE_GT_WITH_LT =
            of("ERR GT and LT options at the same time are not compatible");
    public static final RespError NO_LFU =
            of(
                    "ERR An LFU maxmemory policy is not selected, access frequency not tracked."
                            + " Please note that when switching between policies at runtime LRU"
                            + " and LFU data will take some time to adjust.");
    public static final RespError NO_LRU =
            of(
                    "ERR An LFU maxmemory policy is selected, idle time not tracked. Please note"
                            + " that when switching between policies at runtime LRU and LFU data"
                            + " will take some time to adjust.");
    public static final RespError LCS_NO_STRINGS =
            of("ERR The specified keys must contain string values");
    public static final RespError LCS_LENGTH_AND_INDEXES =
            of("ERR If you want both the length and indexes, please just use IDX.");
    public static final RespError LCS_TOO_LARGE =
            of("ERR Insufficient memory, transient memory for LCS exceeds proto-max-bulk-len");

    /// The append-only file cannot be written.
    ///
    /// @param reason what the system says
    public static RespError aofDiskError(String reason) {
        return of("MISCONF Errors writing to the AOF file: " + reason);
    }

    public static final RespError OOM =
            of("OOM command not allowed when used memory > 'maxmemory'.");
    public static final RespError SAVE_FAILED_NO_WRITES =
            of(
                    "MISCONF Redis is configured to save RDB snapshots, but it's currently unable to"
                            + " persist to disk. Commands that may modify the data set are"
                            + " disabled, because this instance is configured to report errors"
                            + " during writes if RDB snapshotting fails"
                            + " (stop-writes-on-bgsave-error option). Please check the Redis logs"
                            + " for details about the RDB error.");
    public static final RespError LOADING = of("LOADING Redis is loading the dataset in memory");
    public static final RespError READ_ONLY =
            of("READONLY You can't write against a read only replica.");
    public static final RespError MASTER_DOWN =
            of(
                    "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to"
                            + " 'no'.");
    public static final RespError REPLICA_HAS_NO_KEYSPACE =
            of("ERR Replica can't interact with the keyspace");
    public static final RespError NO_REPLICAS = of("NOREPLICAS Not enough good replicas to write.");
    public static final RespError CROSS_SLOT =
            of("CROSSSLOT Keys in request don't hash to the same slot");
    public static final RespError TRY_AGAIN =
            of("TRYAGAIN Multiple keys request during rehashing of slot");
    public static final RespError CLUSTER_DOWN = of("CLUSTERDOWN The cluster is down");
    public static final RespError CLUSTER_DOWN_READS_ONLY =
            of("CLUSTERDOWN The cluster is down and only accepts read commands");
    public static final RespError SLOT_NOT_SERVED = of("CLUSTERDOWN Hash slot not served");
    public static final RespError CLUSTER_DISABLED =
            of("ERR This instance has cluster support disabled");
    public static final RespError BUSY_KEY = of("BUSYKEY Target key name already exists.");
    public static final RespError DUMP_VERSION_OR_CHECKSUM =
            of("ERR DUMP payload version or checksum are wrong");
    public static final RespError BAD_DATA_FORMAT = of("ERR Bad data format");
    public static final RespError UNBLOCKED_BY_ROLE_CHANGE =
            of(
                    "UNBLOCKED force unblock from blocking operation, instance state changed (master"
                            + " -> replica?)");
    public static final RespError INVALID_STREAM_ID =
            of("ERR Invalid stream ID specified as stream command argument");
    public static final RespError INVALID_INTERVAL_START =
            of("ERR invalid start ID for the interval");
    public static final RespError INVALID_INTERVAL_END = of("ERR invalid end ID for the interval");
    public static final RespError STREAM_ID_ZERO =
            of("ERR The ID specified in XADD must be greater than 0-0");
    public static final RespError STREAM_ID_TOO_SMALL =
            of(
                    "ERR The ID specified in XADD is equal or smaller than the target "
                            + "stream top item");
    public static final RespError STREAM_EXHAUSTED =
            of("ERR The stream has exhausted the last possible ID, unable to add more " + "items");
    public static final RespError TWO_TRIM_STRATEGIES =
            of(
                    "ERR syntax error, MAXLEN and MINID options at the same time are not "
                            + "compatible");
    public static final RespError NEGATIVE_MAXLEN = of("ERR The MAXLEN argument must be >= 0.");
    public static final RespError NEGATIVE_LIMIT = of("ERR The LIMIT argument must be >= 0.");
    public static final RespError LIMIT_WITHOUT_STRATEGY =
            of(
                    "ERR syntax error, LIMIT cannot be used without specifying a trimming "
                            + "strategy");
    public static final RespError TRIM_WITHOUT_STRATEGY =
            of("ERR syntax error, XTRIM must be called with a trimming strategy");
    public static final RespError LIMIT_WITHOUT_TILDE =
            of("ERR syntax error, LIMIT cannot be used without the special ~ option");
    public static final RespError NEGATIVE_ENTRIES_ADDED = of("ERR entries_added must be positive");
    public static final RespError SETID_BELOW_GIVEN_MAX_DELETED =
            of(
                    "ERR The ID specified in XSETID is smaller than the provided "
                            + "max_deleted_entry_id");
    public static final RespError SETID_BELOW_MAX_DELETED =
            of("ERR The ID specified in XSETID is smaller than current " + "max_deleted_entry_id");
    public static final RespError SETID_BELOW_TOP =
            of("ERR The ID specified in XSETID is smaller than the target stream top " + "item");
    public static final RespError ENTRIES_ADDED_BELOW_LENGTH =
            of(
                    "ERR The entries_added specified in XSETID is smaller than the target "
                            + "stream length");
    public static final RespError UNBALANCED_STREAMS =
            of(
                    "ERR Unbalanced XREAD list of streams: for each stream key an ID or '$' must be"
                            + " specified.");
    public static final RespError XREAD_WITH_GROUP =
            of(
                    "ERR The GROUP option is only supported by XREADGROUP. You called XREAD"
                            + " instead.");
    public static final RespError XREAD_WITH_NOACK =
            of(
                    "ERR The NOACK option is only supported by XREADGROUP. You called XREAD"
                            + " instead.");
    public static final RespError XREADGROUP_WITHOUT_GROUP =
            of("ERR Missing GROUP option for XREADGROUP");
    public static final RespError XREADGROUP_WITH_LAST_ID =
            of(
                    "ERR The $ ID is meaningless in the context of XREADGROUP: you want to "
                            + "read the history of this consumer by specifying a proper ID, or use "
                            + "the > ID to get new messages. The $ ID would just return an empty "
                            + "result set.");
    public static final RespError XREAD_WITH_NEW_ID =
            of(
                    "ERR The > ID can be specified only when calling XREADGROUP using the "
                            + "GROUP <group> <consumer> option.");
    public static final RespError ENTRIES_READ_NEGATIVE =
            of("ERR value for ENTRIESREAD must be positive or -1");
    public static final RespError XGROUP_WITHOUT_KEY =
            of(
                    "ERR The XGROUP subcommand requires the key to exist. Note that for "
                            + "CREATE you may want to use the MKSTREAM option to create an empty "
                            + "stream automatically.");
    public static final RespError BUSY_GROUP = of("BUSYGROUP Consumer Group name already exists");
    public static final RespError XCLAIM_MIN_IDLE =
            of("ERR Invalid min-idle-time argument for XCLAIM");
    public static final RespError XCLAIM_IDLE = of("ERR Invalid IDLE option argument for XCLAIM");
    public static final RespError XCLAIM_TIME = of("ERR Invalid TIME option argument for XCLAIM");
    public static final RespError XCLAIM_RETRY_COUNT =
            of("ERR Invalid RETRYCOUNT option argument for XCLAIM");
    public static final RespError XAUTOCLAIM_MIN_IDLE =
            of("ERR Invalid min-idle-time argument for XAUTOCLAIM");
    public static final RespError COUNT_NOT_POSITIVE = of("ERR COUNT must be > 0");

    private final byte[] line;

    private RespError(String text, Charset charset) {
        // A reply line cannot hold line breaks; Redis turns them into spaces as well.
        line = text.replace('\r', ' ').replace('\n', ' ').getBytes(charset);
    }

    /// {@return an error with this prefix and text}
    public static RespError of(String text) {
        return new RespError(text, UTF_8);
    }

    /// {@return an error that quotes bytes of a client, one per char as [#quoted] makes them}
    public static RespError ofBytes(String text) {
        return new RespError(text, ISO_8859_1);
    }

    /// {@return up to `bytesMax` bytes that a client sent, one per char, up to a zero byte as C prints them}
    public static String quoted(byte[] bytes, int bytesMax) {
        int length = 0;
        while (length < Math.min(bytes.length, bytesMax) && bytes[length] != 0) {
            length++;
        }
        return new String(bytes, 0, length, ISO_8859_1);
    }

    public static RespError wrongArity(String command) {
        return of("ERR wrong number of arguments for '" + command + "' command");
    }

    public static RespError invalidExpire(String command) {
        return of("ERR invalid expire time in '" + command + "' command");
    }

    /// A command that was to end a transaction could not run: the transaction is over, and this is why.
    public static RespError execAborted(RespError cause) {
        String text = cause.toString();
        return of(
                "EXECABORT Transaction discarded because of: "
                        + (text.startsWith("ERR ") ? text.substring(4) : text));
    }

    /// @param option as the client sent it, whatever bytes that are
    public static RespError unsupportedOption(byte[] option) {
        return ofBytes("ERR Unsupported option " + quoted(option, option.length));
    }

    /// A number that is one, but not between these bounds.
    public static RespError outOfRange(long min, long max) {
        return of("ERR value is out of range, value must between " + min + " and " + max);
    }

    /// A container that looks at the number of arguments itself.
    public static RespError wrongSubcommand(String subcommand, String command) {
        return of(
                "ERR unknown subcommand or wrong number of arguments for '"
                        + subcommand
                        + "'. Try "
                        + command
                        + " HELP.");
    }

    public static RespError unknownSubcommand(String subcommand, String command) {
        return ofBytes("ERR unknown subcommand '" + subcommand + "'. Try " + command + " HELP.");
    }

    /// A subcommand that exists, with arguments that it cannot have.
    ///
    /// @param subcommand as the client sent it, quoted
    public static RespError subcommandSyntax(String subcommand, String command) {
        return ofBytes(
                "ERR unknown subcommand or wrong number of arguments for '"
                        + subcommand
                        + "'. Try "
                        + command
                        + " HELP.");
    }

    /// @param key as the client sent it, quoted
    /// @param group the same
    public static RespError noSuchGroup(String key, String group) {
        return ofBytes("NOGROUP No such key '" + key + "' or consumer group '" + group + "'");
    }

    /// The same, as XREADGROUP says it.
    public static RespError noSuchGroupToRead(String key, String group) {
        return ofBytes(
                "NOGROUP No such key '"
                        + key
                        + "' or consumer group '"
                        + group
                        + "' in XREADGROUP with GROUP option");
    }

    /// The same, when the key is known to be there.
    public static RespError noSuchGroupOfKey(String key, String group) {
        return ofBytes("NOGROUP No such consumer group '" + group + "' for key name '" + key + "'");
    }

    public static RespError unrecognizedClaimOption(String option) {
        return ofBytes("ERR Unrecognized XCLAIM option '" + option + "'");
    }

    /// {@return the line without its leading `-` and its line end; shared, not to be changed}
    public byte[] line() {
        return line;
    }

    /// {@return the first word, such as `ERR`}
    public String prefix() {
        String text = toString();
        int space = text.indexOf(' ');
        return space < 0 ? text : text.substring(0, space);
    }

    @Override
    public String toString() {
        return new String(line, UTF_8);
    }
}
