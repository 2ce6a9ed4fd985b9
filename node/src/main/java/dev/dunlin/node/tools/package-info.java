// SPDX-License-Identifier: Apache-2.0
/// What `dunlin-node` does besides running nodes: tools that look at files and need no node for it.
@NullMarked
package dev.dunlin.node.tools;

import org.jspecify.annotations.NullMarked;
