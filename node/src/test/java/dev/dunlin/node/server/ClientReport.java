// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.server;

import java.util.List;

/// What a client went through while a primary was killed.
///
/// @param slots       slots it wrote to before and after
/// @param writes      single writes that were acknowledged from before the kill until after the takeover
/// @param errors      errors the client gave up with until the takeover was seen
/// @param recoveredMs how long it took after the takeover until every slot was written to
/// @param failures    what it could not write or did not read back, although it tried until its deadline
/// @param lastError   the last error of all, empty if there was none
record ClientReport(
        int slots,
        int writes,
        int errors,
        long recoveredMs,
        List<String> failures,
        String lastError) {}
