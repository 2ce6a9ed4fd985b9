// SPDX-License-Identifier: Apache-2.0
/// The data set on disk: when it is saved, and how a snapshot becomes a file.
///
/// `rdb` knows the format, `snapshot` turns the keyspace into it and back, `codec` has checksum and compression. Rules are classes without
/// I/O ([SavePoints][dev.dunlin.node.persistence.SavePoints]); what touches files does so on a background thread.
@NullMarked
package dev.dunlin.node.persistence;

import org.jspecify.annotations.NullMarked;
