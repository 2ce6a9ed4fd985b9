// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.clusterbus.transport;

import dev.dunlin.clusterbus.wire.BusMessage;

/// Hears what happens to one [BusLink], on the bus loop. Must not throw.
///
/// Order: an outbound link starts with exactly one of `onConnected` and `onConnectFailed`; then messages in the order they
/// were sent; `onClosed` at most once, last, and only if the link was open and was not closed by [BusLink#close].
public interface BusLinkListener {
    /// An outbound link is open.
    void onConnected();

    /// An outbound link could not be opened.
    ///
    /// @param refused whether the other machine answered that nobody listens there
    void onConnectFailed(boolean refused);

    void onMessage(BusMessage message);

    /// The link ended without our asking.
    ///
    /// @param byPeer whether the other end closed or reset it, as opposed to a timeout, garbage or a limit of ours
    void onClosed(boolean byPeer);
}
