// SPDX-License-Identifier: Apache-2.0
/// How results look: tables, documents, the progress bar.
@NullMarked
package dev.dunlin.cli.output;

import org.jspecify.annotations.NullMarked;
