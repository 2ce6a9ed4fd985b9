// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.benchmarks.load;

import static dev.dunlin.benchmarks.load.Word.Value.VALUE;
import static dev.dunlin.benchmarks.load.Word.number;
import static dev.dunlin.benchmarks.load.Word.text;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// A load that the generator can send, and what a right answer looks like. The names are redis-benchmark's where it has such a test.
///
/// A key that changes is 16 bytes: a prefix of four and the key's number in twelve digits. Loads that would trip over each other's types
/// have keys of their own. A load that takes something away puts it back: every other request does, so that nothing runs dry.
// spotless:off
public enum Command {
    // name            replies  keys loaded by     requests
    PING              ("+",     null,              request("PING")),
    PING_INLINE       ("+",     null,              request("PING")),
    SET               ("+",     "SET",             request("SET", number("key:"), VALUE)),
    /// A missing key is a failure, because the keys are loaded first.
    GET               ("$",     "SET",             request("GET", number("key:"))),
    INCR              (":",     "INCR",            request("INCR", number("ctr:"))),
    /// Ten keys.
    MSET              ("+",     "SET",             tenKeys()),
    /// Ten fields to a hash.
    HSET              (":",     "HSET",            request("HSET", new Word.TenthOfNumber("hsh:"), new Word.LastDigit("field"), VALUE)),
    LPUSH             (":",     null,              request("LPUSH", "lpush", VALUE)),
    RPUSH             (":",     null,              request("RPUSH", "rpush", VALUE)),
    LPOP              (":$",    "FILL_LPOP",       request("RPUSH", "lpop", VALUE), request("LPOP", "lpop")),
    RPOP              (":$",    "FILL_RPOP",       request("LPUSH", "rpop", VALUE), request("RPOP", "rpop")),
    SADD              (":",     null,              request("SADD", "sadd", number("elm:"))),
    SPOP              (":$",    "FILL_SPOP",       request("SADD", "spop", number("elm:")), request("SPOP", "spop")),
    ZADD              (":",     "ZADD",            request("ZADD", "zset", number(""), number("elm:"))),
    ZPOPMIN           (":*",    "FILL_ZPOPMIN",    request("ZADD", "zpopmin", number(""), number("elm:")), request("ZPOPMIN", "zpopmin")),
    LRANGE_100        ("*",     "FILL_LRANGE",     request("LRANGE", "lrange", "0", "99")),
    LRANGE_300        ("*",     "FILL_LRANGE",     request("LRANGE", "lrange", "0", "299")),
    LRANGE_500        ("*",     "FILL_LRANGE",     request("LRANGE", "lrange", "0", "499")),
    LRANGE_600        ("*",     "FILL_LRANGE",     request("LRANGE", "lrange", "0", "599")),
    /// A hundred members with scores around a random one.
    ZRANGE            ("*",     "ZADD",            request("ZRANGE", "zset", number(""), "+inf", "BYSCORE", "LIMIT", "0", "100")),
    ZRANK             (":$",    "ZADD",            request("ZRANK", "zset", number("elm:"))),
    XADD              ("$",     null,              request("XADD", "xadd", "MAXLEN", "~", "1000000", "*", "field", VALUE)),
    XREADGROUP        ("$*",    null,              request("XADD", "xgroup", "MAXLEN", "~", "1000000", "*", "field", VALUE),
                                                   request("XREADGROUP", "GROUP", "group", "reader", "COUNT", "1", "NOACK", "STREAMS", "xgroup", ">")),
    SMEMBERS_100      ("*",     "FILL_SMEMBERS",   request("SMEMBERS", "smembers")),
    HGETALL_100       ("*",     "FILL_HGETALL",    request("HGETALL", "hgetall")),
    PFADD             (":",     null,              request("PFADD", "pfadd", number("elm:"))),
    SETBIT            (":",     null,              request("SETBIT", "setbit", Word.offset(), "1")),

    FILL_LPOP         (":",     null,              request("RPUSH", "lpop", VALUE)),
    FILL_RPOP         (":",     null,              request("RPUSH", "rpop", VALUE)),
    FILL_SPOP         (":",     null,              request("SADD", "spop", number("elm:"))),
    FILL_ZPOPMIN      (":",     null,              request("ZADD", "zpopmin", number(""), number("elm:"))),
    FILL_SETS         (":",     null,              request("SADD", new Word.TenthOfNumber("set:"), new Word.LastDigit("member"))),
    FILL_BIG_SET      (":",     null,              request("SADD", "big set", number("elm:"))),
    FILL_OTHER_SET    (":",     null,              request("SADD", "other set", number("elm:"))),
    FILL_BIG_HASH     (":",     null,              request("HSET", "big hash", number("fld:"), VALUE)),
    FILL_BIG_LIST     (":",     null,              request("RPUSH", "big list", number("elm:"))),
    FILL_STREAM       ("$",     null,              request("XADD", "stream", "*", "field", VALUE)),
    FILL_LRANGE       (":",     null,              request("LPUSH", "lrange", VALUE)),
    FILL_SMEMBERS     (":",     null,              request("SADD", "smembers", number("elm:", 100))),
    FILL_HGETALL      (":",     null,              request("HSET", "hgetall", number("fld:", 100), VALUE));
    // spotless:on

    private final String replyTypes;
    private final @Nullable String loader;

    @SuppressWarnings("ImmutableEnumChecker") // Made by List.of from records.
    private final List<Request> requests;

    Command(String replyTypes, @Nullable String loader, Request... requests) {
        this.replyTypes = replyTypes;
        this.loader = loader;
        this.requests = List.of(requests);
    }

    /// One request of a load.
    record Request(List<Word> words) {
        Request {
            words = List.copyOf(words);
        }
    }

    private static Request request(Object... words) {
        List<Word> request = new ArrayList<>();
        for (Object word : words) {
            request.add(word instanceof Word each ? each : text((String) word));
        }
        return new Request(request);
    }

    private static Request tenKeys() {
        List<Word> request = new ArrayList<>();
        request.add(text("MSET"));
        for (int i = 0; i < 10; i++) {
            request.add(number("key:"));
            request.add(VALUE);
        }
        return new Request(request);
    }

    /// {@return the requests that take turns}
    List<Request> requests() {
        return requests;
    }

    /// {@return the first bytes that right replies have}
    String replyTypes() {
        return replyTypes;
    }

    /// {@return whether a reply is one value, as long as the workload's}
    boolean answersValue() {
        return this == GET;
    }

    /// {@return whether requests are lines and no arrays}
    boolean isInline() {
        return this == PING_INLINE;
    }

    /// {@return whether it only fills keys for others}
    public boolean isFilling() {
        return name().startsWith("FILL_");
    }

    /// {@return whether the length of values makes no difference to it}
    public boolean isValueless() {
        return requests.stream().noneMatch(request -> request.words().contains(VALUE))
                && this != GET;
    }

    /// {@return the command that fills the keyspace which this one works on, or null when it needs none}
    public @Nullable Command loader() {
        return loader == null ? null : valueOf(loader);
    }

    /// {@return what is to be asked for once before it, in words divided by spaces; may be empty}
    public String preparation() {
        return this == XREADGROUP ? "XGROUP CREATE xgroup group $ MKSTREAM" : "";
    }

    /// {@return the name on the command line}
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
