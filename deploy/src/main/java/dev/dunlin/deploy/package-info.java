// SPDX-License-Identifier: Apache-2.0
/// What the image carries besides the product: the probe that Kubernetes runs inside a node's container.
@NullMarked
package dev.dunlin.deploy;

import org.jspecify.annotations.NullMarked;
