// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.persistence.rdb;

import java.io.IOException;

/// What modules of Redis put into files: opcodes with values, which say enough to read over them.
final class ModuleData {
    private static final int END = 0;
    private static final int SIGNED = 1;
    private static final int UNSIGNED = 2;
    private static final int FLOAT = 3;
    private static final int DOUBLE = 4;
    private static final int STRING = 5;

    private static final String NAME_LETTERS =
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    private static final int NAME_CHARS = 9;
    private static final int VERSION_BITS = 10;

    private ModuleData() {}

    /// Reads over a value and returns the name of its module.
    static String skipValue(RdbDecoder decoder) throws IOException {
        String name = name(decoder.readNumber());
        skipToEnd(decoder);
        return name;
    }

    /// Reads over data that belongs to no key, and returns the name of its module.
    static String skipAux(RdbDecoder decoder) throws IOException {
        String name = name(decoder.readNumber());
        long opcode = decoder.readNumber();
        if (opcode != UNSIGNED) {
            throw decoder.corrupt(
                    "module data: moment expected, found opcode " + Long.toUnsignedString(opcode));
        }
        decoder.readNumber();
        skipToEnd(decoder);
        return name;
    }

    private static void skipToEnd(RdbDecoder decoder) throws IOException {
        for (int opcode = opcode(decoder); opcode != END; opcode = opcode(decoder)) {
            switch (opcode) {
                case SIGNED, UNSIGNED -> decoder.readNumber();
                case FLOAT -> decoder.input().skip(Float.BYTES);
                case DOUBLE -> decoder.input().skip(Double.BYTES);
                case STRING -> decoder.readString();
                default -> throw decoder.corrupt("module data: unknown opcode " + opcode);
            }
        }
    }

    private static int opcode(RdbDecoder decoder) throws IOException {
        return decoder.readSmallNumber("module data: unknown opcode");
    }

    /// Nine letters of six bits, then the version of the encoding.
    private static String name(long id) {
        var name = new StringBuilder();
        for (int i = NAME_CHARS - 1; i >= 0; i--) {
            name.append(NAME_LETTERS.charAt((int) (id >>> (VERSION_BITS + 6 * i)) & 0x3f));
        }
        return name.toString();
    }
}
