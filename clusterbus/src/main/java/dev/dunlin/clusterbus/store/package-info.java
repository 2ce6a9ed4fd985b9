// SPDX-License-Identifier: Apache-2.0
/// nodes.conf: its text as a pure function of [dev.dunlin.clusterbus.model.PersistedState], and the file that holds it.
@NullMarked
package dev.dunlin.clusterbus.store;

import org.jspecify.annotations.NullMarked;
