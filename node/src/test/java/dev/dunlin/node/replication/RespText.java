// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.replication;

/// Commands as the text they are on the wire, one character per byte.
final class RespText {
    private RespText() {}

    static String resp(String... words) {
        StringBuilder text = new StringBuilder("*" + words.length + "\r\n");
        for (String word : words) {
            text.append('$').append(word.length()).append("\r\n").append(word).append("\r\n");
        }
        return text.toString();
    }
}
