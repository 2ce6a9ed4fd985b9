// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.replication;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// What a peer told about itself with REPLCONF before it asks for data.
///
/// Thread: the node's loop.
public final class ReplicaOptions {
    /// What a node of this kind says of itself: it reads hashes whose fields expire. No Redis says so, not even one that does.
    static final String FIELD_TIMES = "dunlin-field-times";

    private static final int IP_CHARACTERS_MAX = 255;

    private int listeningPort;
    private Optional<String> ipAddress = Optional.empty();
    private boolean eof;
    private boolean psync2;
    private boolean rdbOnly;
    private boolean fieldTimes;

    /// Takes `option value` pairs.
    ///
    /// @return the error to answer, or nothing for `+OK`
    public Optional<String> accept(List<String> pairs) {
        if (pairs.size() % 2 != 0) {
            return Optional.of("ERR syntax error");
        }
        for (int i = 0; i < pairs.size(); i += 2) {
            Optional<String> error = accept(pairs.get(i), pairs.get(i + 1));
            if (error.isPresent()) {
                return error;
            }
        }
        return Optional.empty();
    }

    private Optional<String> accept(String option, String value) {
        switch (option.toLowerCase(Locale.ROOT)) {
            case "listening-port" -> {
                return acceptPort(value);
            }
            case "ip-address" -> {
                if (value.length() > IP_CHARACTERS_MAX) {
                    return Optional.of(
                            "ERR REPLCONF ip-address provided by replica instance is too long: "
                                    + value.length()
                                    + " bytes");
                }
                ipAddress = value.isEmpty() ? Optional.empty() : Optional.of(value);
            }
            case "capa" -> {
                // An unknown capability is one we never use.
                eof |= value.equalsIgnoreCase("eof");
                psync2 |= value.equalsIgnoreCase("psync2");
                fieldTimes |= value.equalsIgnoreCase(FIELD_TIMES);
            }
            case "rdb-only" -> {
                return acceptRdbOnly(value);
            }
            case "rdb-filter-only" -> {
                // No filter is the only one we have; Redis knows "functions" as well.
                return value.isEmpty()
                        ? Optional.empty()
                        : Optional.of("ERR Unsupported rdb-filter-only option: " + value);
            }
            default -> {
                return Optional.of("ERR Unrecognized REPLCONF option: " + option);
            }
        }
        return Optional.empty();
    }

    private Optional<String> acceptPort(String value) {
        try {
            listeningPort = Integer.parseInt(value);
            return Optional.empty();
        } catch (NumberFormatException notAPort) {
            return Optional.of("ERR value is not an integer or out of range");
        }
    }

    private Optional<String> acceptRdbOnly(String value) {
        long number;
        try {
            number = Long.parseLong(value);
        } catch (NumberFormatException notANumber) {
            return Optional.of("ERR value is not an integer or out of range");
        }
        if (number != 0 && number != 1) {
            return Optional.of("ERR value is out of range, value must between 0 and 1");
        }
        rdbOnly = number == 1;
        return Optional.empty();
    }

    /// {@return port for clients, 0 when it said none}
    public int listeningPort() {
        return listeningPort;
    }

    /// {@return the address it wants to be known under}
    public Optional<String> ipAddress() {
        return ipAddress;
    }

    /// {@return whether it understands a data set whose end is marked}
    public boolean eof() {
        return eof;
    }

    /// {@return whether it understands an identity behind CONTINUE}
    public boolean psync2() {
        return psync2;
    }

    /// {@return whether it understands hashes whose fields expire}
    public boolean fieldTimes() {
        return fieldTimes;
    }

    /// {@return whether it only wants the data set, and no stream}
    public boolean rdbOnly() {
        return rdbOnly;
    }
}
