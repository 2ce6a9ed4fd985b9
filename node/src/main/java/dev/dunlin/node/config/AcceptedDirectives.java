// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.config;

import static dev.dunlin.node.config.Directives.fixed;
import static dev.dunlin.node.config.Directives.mutable;
import static dev.dunlin.node.config.SettingTypes.hugeMemory;
import static dev.dunlin.node.config.SettingTypes.integer;
import static dev.dunlin.node.config.SettingTypes.longInteger;
import static dev.dunlin.node.config.SettingTypes.octal;
import static dev.dunlin.node.config.SettingTypes.oneOf;
import static dev.dunlin.node.config.SettingTypes.text;
import static dev.dunlin.node.config.SettingTypes.yesNo;

import java.util.ArrayList;
import java.util.List;

/// Directives of Redis 7.0 that a node checks, keeps, shows and writes back, but that change nothing in it; each with the reason.
///
/// They are accepted so that a redis.conf and the tools that set them work unchanged. One that a node begins to act on moves to
/// [Directives].
public final class AcceptedDirectives {
    private static final int MAX = Integer.MAX_VALUE;
    private static final long LONG_MAX = Long.MAX_VALUE;

    /// @param reason why the setting changes nothing
    public record Accepted(Setting<?> setting, String reason) {}

    private AcceptedDirectives() {}

    // spotless:off
    /// {@return the directives that are accepted only}
    public static List<Accepted> all() {
        List<Accepted> all = new ArrayList<>();

        add(all, "a node forks no child, and its tables never rehash: they grow by one bucket at a time",
                mutable("activerehashing", yesNo(), true),
                mutable("jemalloc-bg-thread", yesNo(), true),
                fixed("disable-thp", yesNo(), true),
                mutable("oom-score-adj", oneOf("no", "yes", "relative", "absolute"), "no"),
                mutable("oom-score-adj-values", SpecialTypes.oomScores(), List.of(0, 200, 800)),
                fixed("aof_rewrite_cpulist", text(), ""),
                fixed("bgsave_cpulist", text(), ""),
                fixed("bio_cpulist", text(), ""),
                fixed("server_cpulist", text(), ""));

        add(all, "a node is one thread, and hosts of many cores run many nodes (--nodes)",
                fixed("io-threads", integer(1, 128), 1),
                fixed("io-threads-do-reads", yesNo(), false),
                mutable("hz", SpecialTypes.hertz(), 10),
                mutable("dynamic-hz", yesNo(), true));

        add(all, "freeing is always done in slices on the side, which is what the lazy variants ask for",
                mutable("lazyfree-lazy-server-del", yesNo(), false),
                mutable("lazyfree-lazy-user-del", yesNo(), false),
                mutable("lazyfree-lazy-user-flush", yesNo(), false),
                mutable("replica-lazy-flush", "slave-lazy-flush", yesNo(), false));

        add(all, "a service manager or container starts, names and watches the process, and keeps its log",
                fixed("daemonize", yesNo(), false),
                fixed("supervised", oneOf("upstart", "systemd", "auto", "no"), "no"),
                fixed("pidfile", text(), ""),
                fixed("logfile", text(), ""),
                mutable("loglevel", oneOf("debug", "verbose", "notice", "warning"), "notice"),
                fixed("syslog-enabled", yesNo(), false),
                fixed("syslog-ident", text(), "redis"),
                fixed("syslog-facility", oneOf("user", "local0", "local1", "local2", "local3", "local4", "local5", "local6", "local7"), "local0"),
                fixed("always-show-logo", yesNo(), false),
                fixed("set-proc-title", yesNo(), true),
                mutable("proc-title-template", text(SpecialTypes::titleTemplate), "{title} {listen-addr} {server-mode}"),
                mutable("crash-log-enabled", yesNo(), true),
                mutable("crash-memcheck-enabled", yesNo(), true),
                mutable("ignore-warnings", text(), ""),
                mutable("shutdown-on-sigint", oneOf("default", "save", "nosave", "now", "force"), "default"),
                mutable("shutdown-on-sigterm", oneOf("default", "save", "nosave", "now", "force"), "default"));

        add(all, "every payload and file is checked to the last byte, always",
                mutable("sanitize-dump-payload", oneOf("no", "yes", "clients"), "no"));

        add(all, "a replica whose disk fails reads no more of its primary's stream until it is well again",
                mutable("replica-ignore-disk-write-errors", yesNo(), false));

        add(all, "the middle of a list is not compressed: native memory is cheaper than the time for it",
                mutable("list-compress-depth", integer(0, MAX), 0));

        add(all, "there is no pub/sub, no client-side caching and no scripting yet",
                mutable("notify-keyspace-events", text(SpecialTypes::events), ""),
                mutable("tracking-table-max-keys", longInteger(0, LONG_MAX), 1_000_000L),
                mutable("busy-reply-threshold", "lua-time-limit", longInteger(0, LONG_MAX), 5000L),
                mutable("cluster-allow-pubsubshard-when-down", yesNo(), true));

        add(all, "there is only the user `default`, and modules cannot be loaded",
                fixed("aclfile", text(), ""),
                mutable("acllog-max-len", longInteger(0, LONG_MAX), 128L),
                mutable("acl-pubsub-default", oneOf("allchannels", "resetchannels"), "resetchannels"),
                fixed("enable-module-command", oneOf("no", "yes", "local"), "no"));

        add(all, "connections are plain TCP over the addresses of `bind`",
                mutable("protected-mode", yesNo(), true),
                mutable("bind-source-addr", text(), ""),
                mutable("timeout", integer(0, MAX), 0),
                mutable("tcp-keepalive", integer(0, MAX), 300),
                fixed("unixsocket", text(), ""),
                fixed("unixsocketperm", octal(0777), 0),
                fixed("socket-mark-id", longInteger(0, 0xFFFF_FFFFL), 0L),
                mutable("cluster-announce-tls-port", integer(0, 65535), 0),
                mutable("tls-port", integer(0, 65535), 0),
                mutable("tls-auth-clients", oneOf("no", "yes", "optional"), "yes"),
                mutable("tls-ca-cert-dir", text(), ""),
                mutable("tls-ca-cert-file", text(), ""),
                mutable("tls-cert-file", text(), ""),
                mutable("tls-ciphers", text(), ""),
                mutable("tls-ciphersuites", text(), ""),
                mutable("tls-client-cert-file", text(), ""),
                mutable("tls-client-key-file", text(), ""),
                mutable("tls-client-key-file-pass", text(), ""),
                mutable("tls-cluster", yesNo(), false),
                mutable("tls-dh-params-file", text(), ""),
                mutable("tls-key-file", text(), ""),
                mutable("tls-key-file-pass", text(), ""),
                mutable("tls-prefer-server-ciphers", yesNo(), false),
                mutable("tls-protocols", text(), ""),
                mutable("tls-replication", yesNo(), false),
                mutable("tls-session-cache-size", integer(0, MAX), 20480),
                mutable("tls-session-cache-timeout", integer(0, MAX), 300),
                mutable("tls-session-caching", yesNo(), true));

        add(all, "replication sets this itself: a replica loads from a spool file, and its own errors end the link",
                mutable("repl-diskless-load", oneOf("disabled", "on-empty-db", "swapdb"), "disabled"),
                mutable("repl-disable-tcp-nodelay", yesNo(), false),
                mutable("propagation-error-behavior", oneOf("ignore", "panic", "panic-on-replicas"), "ignore"));

        add(all, "every link of the cluster bus has a limit of its own",
                mutable("cluster-link-sendbuf-limit", hugeMemory(), 0L));
        return all;
    }
    // spotless:on

    private static void add(List<Accepted> all, String reason, Setting<?>... settings) {
        for (Setting<?> setting : settings) {
            all.add(new Accepted(setting, reason));
        }
    }
}
