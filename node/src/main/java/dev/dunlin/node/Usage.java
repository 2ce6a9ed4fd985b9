// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node;

/// What `dunlin-node --help` prints.
final class Usage {
    static final String TEXT =
            """
            Usage: ./dunlin-node [/path/to/redis.conf] [options] [-]
                   ./dunlin-node - (read config from stdin)
                   ./dunlin-node check-rdb <file.rdb>
                   ./dunlin-node -v or --version
                   ./dunlin-node -h or --help
                   ./dunlin-node check-aof [--fix|--truncate-to-timestamp TIME] <file.manifest|file.aof>

            An option is a directive of redis.conf with two dashes in front; the last word about a directive counts:
            the file first, then stdin, then the options. redis-cli and every other Redis client can connect.

            Options of Dunlin's own:
              --nodes N                  Host N nodes in this process, on consecutive ports from --port on, each on a
                                         thread of its own and with its files in <dir>/node-<port>. One per core is right.
              --io-transport NAME        io_uring, epoll, nio, or auto (default): the best that works here.

            Often needed:
              --port 6379                The port for clients. The cluster bus takes this + 10000.
              --bind 127.0.0.1           Listen on this address only.
              --dir PATH                 Where files are kept; made when it is missing.
              --appendonly yes           Log every write to disk; --appendfsync always|everysec|no says how surely.
              --maxmemory 2gb            Refuse writes that would need more memory.
              --requirepass SECRET       Clients must say AUTH SECRET first.
              --cluster-enabled yes      Be a node of a cluster; then join nodes with redis-cli --cluster create.
              --cluster-node-timeout MS  A node that is silent so long has failed; 15000 when not given.
              --replicaof HOST PORT      Follow a primary (without a cluster).

            Examples:
              ./dunlin-node                                       one node on port 6379
              ./dunlin-node --port 7777 --maxmemory 128mb
              ./dunlin-node /etc/myredis.conf --port 7777
              echo 'maxmemory 128mb' | ./dunlin-node -
              ./dunlin-node --nodes 6 --port 7000 --cluster-enabled yes --dir data
              redis-cli --cluster create 127.0.0.1:700{0..5} --cluster-replicas 1

            CONFIG GET * shows all directives of a running node, CONFIG SET changes them, CONFIG REWRITE keeps them.
            """;

    private Usage() {}
}
