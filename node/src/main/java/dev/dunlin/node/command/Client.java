// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import org.jspecify.annotations.Nullable;

/// What a node remembers of one connected client between its commands.
///
/// Thread: owned by the node's loop.
public final class Client {
    private final long id;
    private final ClientLink link;
    private final long createdAtMs;

    private long lastCommandAtMs;
    private int database;
    private boolean resp3;
    private boolean authenticated;
    private String user = "default";
    private String name = "";
    private String libraryName = "";
    private String libraryVersion = "";
    private boolean repliesOff;
    private boolean skipsThisReply;
    private boolean skipsNextReply;
    private boolean noEvict;
    private boolean noTouch;
    private boolean readOnly;
    private boolean asking;
    private boolean closeAfterReply;
    private boolean fromPrimary;
    private boolean replica;
    private @Nullable Blocked blocked;
    private @Nullable Command lastCommand;
    private final Transaction transaction = new Transaction();

    /// Log offset after this client's last command, which WAIT waits for.
    private long logOffset;

    public Client(long id, ClientLink link, long nowMs, boolean authenticated) {
        this.id = id;
        this.link = link;
        this.createdAtMs = nowMs;
        this.lastCommandAtMs = nowMs;
        this.authenticated = authenticated;
    }

    /// {@return unique number within the node, rising with each connection}
    public long id() {
        return id;
    }

    public ClientLink link() {
        return link;
    }

    public long createdAtMs() {
        return createdAtMs;
    }

    public long lastCommandAtMs() {
        return lastCommandAtMs;
    }

    /// {@return the command that came last, run or not; null when it was unknown, or none came yet}
    public @Nullable Command lastCommand() {
        return lastCommand;
    }

    /// @param command null when there is no command of that name
    public void commandStarted(@Nullable Command command, long nowMs) {
        lastCommand = command;
        lastCommandAtMs = nowMs;
    }

    public int database() {
        return database;
    }

    public void database(int number) {
        database = number;
    }

    public boolean resp3() {
        return resp3;
    }

    public void resp3(boolean on) {
        resp3 = on;
    }

    public boolean authenticated() {
        return authenticated;
    }

    public void authenticated(boolean yes, String asUser) {
        authenticated = yes;
        user = asUser;
    }

    public String user() {
        return user;
    }

    /// {@return the name that CLIENT SETNAME gave, or an empty string}
    public String name() {
        return name;
    }

    public void name(String newName) {
        name = newName;
    }

    public String libraryName() {
        return libraryName;
    }

    public void libraryName(String newName) {
        libraryName = newName;
    }

    public String libraryVersion() {
        return libraryVersion;
    }

    public void libraryVersion(String newVersion) {
        libraryVersion = newVersion;
    }

    /// {@return whether the client does not want the reply to the command that runs now (CLIENT REPLY)}
    public boolean wantsNoReply() {
        return repliesOff || skipsThisReply;
    }

    /// From now on every reply is sent, that to the command that runs now included.
    public void repliesOn() {
        repliesOff = false;
        skipsThisReply = false;
    }

    /// From now on no reply is sent, that to the command that runs now included.
    public void repliesOff() {
        repliesOff = true;
    }

    /// Leaves out the reply to the command after the one that runs now. Says nothing new while no reply is sent at all; what was asked
    /// for before stays, which shows when several of these run in one transaction.
    public void skipNextReply() {
        skipsNextReply |= !repliesOff;
    }

    public void commandEnded() {
        skipsThisReply = skipsNextReply;
        skipsNextReply = false;
    }

    public boolean noEvict() {
        return noEvict;
    }

    public void noEvict(boolean on) {
        noEvict = on;
    }

    public boolean noTouch() {
        return noTouch;
    }

    public void noTouch(boolean on) {
        noTouch = on;
    }

    /// {@return whether the client has said READONLY: it may read from a replica}
    public boolean readOnly() {
        return readOnly;
    }

    public void readOnly(boolean on) {
        readOnly = on;
    }

    /// {@return whether ASKING came just before}
    public boolean asking() {
        return asking;
    }

    public void asking(boolean on) {
        asking = on;
    }

    public boolean closeAfterReply() {
        return closeAfterReply;
    }

    /// Closes the connection when all replies so far are sent; no further command of the client runs.
    public void closeAfterReplies() {
        closeAfterReply = true;
    }

    /// {@return whether this is the link to our primary, whose commands are never refused}
    public boolean fromPrimary() {
        return fromPrimary;
    }

    public void fromPrimary(boolean yes) {
        fromPrimary = yes;
    }

    /// {@return whether the peer is one of our replicas}
    public boolean replica() {
        return replica;
    }

    public void replica(boolean yes) {
        replica = yes;
    }

    public @Nullable Blocked blocked() {
        return blocked;
    }

    /// Stops running this client's commands until [#unblock].
    public void block(Blocked why) {
        blocked = why;
    }

    public void unblock() {
        blocked = null;
    }

    /// {@return bytes that its buffers and its queued commands take}
    public long memoryBytes() {
        return link.queryBufferBytes() + link.outputBufferBytes() + transaction.queuedBytes();
    }

    public Transaction transaction() {
        return transaction;
    }

    public long logOffset() {
        return logOffset;
    }

    public void logOffset(long offset) {
        logOffset = offset;
    }

    /// Back to the state of a fresh connection, as RESET asks for. What CLIENT SETINFO said stays: the library is the same; and so does a
    /// skipped reply, which is this one.
    public void reset(boolean authenticatedNow) {
        database = 0;
        resp3 = false;
        authenticated = authenticatedNow;
        user = "default";
        name = "";
        repliesOff = false;
        skipsNextReply = false;
        noEvict = false;
        noTouch = false;
        readOnly = false;
        asking = false;
    }
}
