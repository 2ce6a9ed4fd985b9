// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.replication;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;
import java.util.TreeMap;

/// RDB files with nothing but strings, so that these tests need no codec.
final class MiniRdb {
    private final ByteBuffer in;
    private final Map<Integer, Map<String, String>> data = new TreeMap<>();
    private int streamDb;

    private MiniRdb(byte[] file) {
        in = ByteBuffer.wrap(file).order(ByteOrder.BIG_ENDIAN);
        parse();
    }

    static MiniRdb read(byte[] file) {
        return new MiniRdb(file);
    }

    Map<Integer, Map<String, String>> data() {
        return data;
    }

    int streamDb() {
        return streamDb;
    }

    static byte[] write(SnapshotCut cut, Map<Integer, Map<String, String>> data) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes("REDIS0010".getBytes(ISO_8859_1));
        aux(out, "redis-ver", "7.0.15");
        aux(out, "repl-stream-db", Integer.toString(cut.streamDb()));
        aux(out, "repl-id", cut.id().hex());
        aux(out, "repl-offset", Long.toString(cut.offset()));
        data.forEach((db, keys) -> {
            out.write(0xfe);
            out.write(db);
            keys.forEach((key, value) -> {
                out.write(0);
                string(out, key);
                string(out, value);
            });
        });
        out.write(0xff);
        // No checksum.
        out.writeBytes(new byte[8]);
        return out.toByteArray();
    }

    private static void aux(ByteArrayOutputStream out, String name, String value) {
        out.write(0xfa);
        string(out, name);
        string(out, value);
    }

    private static void string(ByteArrayOutputStream out, String text) {
        out.write(0x80);
        out.writeBytes(ByteBuffer.allocate(4).putInt(text.length()).array());
        out.writeBytes(text.getBytes(ISO_8859_1));
    }

    private void parse() {
        in.position(9);
        Map<String, String> keys = data.computeIfAbsent(0, db -> new TreeMap<>());
        while (true) {
            int opcode = in.get() & 0xff;
            switch (opcode) {
                case 0xff -> {
                    data.values().removeIf(Map::isEmpty);
                    return;
                }
                case 0xfe -> keys = data.computeIfAbsent((int) length(), db -> new TreeMap<>());
                case 0xfb -> {
                    length();
                    length();
                }
                case 0xfa -> {
                    String name = string();
                    String value = string();
                    if (name.equals("repl-stream-db")) {
                        streamDb = Integer.parseInt(value);
                    }
                }
                case 0 -> {
                    String key = string();
                    keys.put(key, string());
                }
                default -> throw new IllegalStateException("not a string: type " + opcode);
            }
        }
    }

    private long length() {
        int first = in.get() & 0xff;
        return switch (first >> 6) {
            case 0 -> first;
            case 1 -> (first & 0x3f) << 8 | (in.get() & 0xff);
            default -> first == 0x80 ? in.getInt() & 0xffffffffL : in.getLong();
        };
    }

    private String string() {
        int first = in.get(in.position()) & 0xff;
        if (first < 0xc0) {
            byte[] bytes = new byte[(int) length()];
            in.get(bytes);
            return new String(bytes, ISO_8859_1);
        }
        in.get();
        return switch (first) {
            case 0xc0 -> Integer.toString(in.get());
            case 0xc1 -> Integer.toString(Short.reverseBytes(in.getShort()));
            case 0xc2 -> Integer.toString(Integer.reverseBytes(in.getInt()));
            default -> throw new IllegalStateException("compressed");
        };
    }
}
