// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.benchmarks.load;

import java.io.IOException;

/// Reads whatever else belongs to a measured window, exactly when it opens and closes.
public interface Meter {
    /// Called once, after the warm-up; the time it takes is not part of the window.
    void windowOpened() throws IOException;

    /// Called once, when the window is over and requests are still in flight.
    void windowClosed() throws IOException;
}
