// SPDX-License-Identifier: Apache-2.0
/// How the control plane talks to a node: a port, its adapter, and the reader that joins the nodes' views.
@NullMarked
package dev.dunlin.controlplane.nodeclient;

import org.jspecify.annotations.NullMarked;
