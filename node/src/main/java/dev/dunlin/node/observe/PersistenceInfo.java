// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.observe;

/// INFO's section about files: names and order of Redis 7.0.
///
/// Nothing forks, so there is no memory that is copied on write; what a snapshot holds is counted with the memory that is used.
///
/// Thread: stateless.
final class PersistenceInfo {
    private PersistenceInfo() {}

    static void write(InfoText text, InfoFacts.Persistence facts, InfoFacts.Aof aof) {
        InfoFacts.Rdb rdb = facts.rdb();
        text.field("loading", facts.loading() != null)
                .field("async_loading", 0)
                .field("current_cow_peak", 0)
                .field("current_cow_size", 0)
                .field("current_cow_size_age", 0)
                .field(
                        "current_fork_perc",
                        rdb.keysTotal() == 0 ? 0 : 100.0 * rdb.keysProcessed() / rdb.keysTotal(),
                        2)
                .field("current_save_keys_processed", rdb.keysProcessed())
                .field("current_save_keys_total", rdb.keysTotal())
                .field("rdb_changes_since_last_save", rdb.changes())
                .field("rdb_bgsave_in_progress", rdb.saving())
                .field("rdb_last_save_time", rdb.lastSaveMs() / 1000)
                .field("rdb_last_bgsave_status", rdb.lastOk() ? "ok" : "err")
                .field("rdb_last_bgsave_time_sec", rdb.lastSaveSeconds())
                .field("rdb_current_bgsave_time_sec", rdb.currentSaveSeconds())
                .field("rdb_saves", rdb.saves())
                .field("rdb_last_cow_size", 0)
                .field("rdb_last_load_keys_expired", rdb.keysExpired())
                .field("rdb_last_load_keys_loaded", rdb.keysLoaded());
        aof(text, aof);
        InfoFacts.Loading loading = facts.loading();
        if (loading != null) {
            loading(text, loading);
        }
    }

    private static void aof(InfoText text, InfoFacts.Aof aof) {
        text.field("aof_enabled", aof.on())
                .field("aof_rewrite_in_progress", aof.rewriting())
                .field("aof_rewrite_scheduled", aof.scheduled())
                .field("aof_last_rewrite_time_sec", aof.lastRewriteSeconds())
                .field("aof_current_rewrite_time_sec", aof.currentRewriteSeconds())
                .field("aof_last_bgrewrite_status", aof.lastRewriteOk() ? "ok" : "err")
                .field("aof_rewrites", aof.rewrites())
                .field("aof_rewrites_consecutive_failures", aof.failures())
                .field("aof_last_write_status", aof.lastWriteOk() ? "ok" : "err")
                .field("aof_last_cow_size", 0)
                .field("module_fork_in_progress", 0)
                .field("module_fork_last_cow_size", 0);
        if (aof.on()) {
            text.field("aof_current_size", aof.bytes())
                    .field("aof_base_size", aof.baseBytes())
                    .field("aof_pending_rewrite", 0)
                    .field("aof_buffer_length", aof.waitingBytes())
                    .field("aof_pending_bio_fsync", aof.syncing())
                    .field("aof_delayed_fsync", aof.delayed());
        }
    }

    private static void loading(InfoText text, InfoFacts.Loading loading) {
        long seconds = (loading.nowMs() - loading.startMs()) / 1000;
        long leftBytes = Math.max(0, loading.totalBytes() - loading.loadedBytes());
        text.field("loading_start_time", loading.startMs() / 1000)
                .field("loading_total_bytes", loading.totalBytes())
                .field("loading_rdb_used_mem", loading.usedMemoryThen())
                .field("loading_loaded_bytes", loading.loadedBytes())
                .field(
                        "loading_loaded_perc",
                        loading.totalBytes() == 0
                                ? 0
                                : 100.0 * loading.loadedBytes() / loading.totalBytes(),
                        2)
                .field(
                        "loading_eta_seconds",
                        seconds == 0 ? 1 : seconds * leftBytes / (loading.loadedBytes() + 1));
    }
}
