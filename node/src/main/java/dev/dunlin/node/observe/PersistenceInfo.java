// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.observe;

/// INFO's section about files: names and order of Redis 7.0.
///
/// Nothing forks, so there is no memory that is copied on write; what a snapshot holds is counted with the memory that is used.
///
/// Thread: stateless.
final class PersistenceInfo {
    private PersistenceInfo() {}

    static void write(InfoText text, InfoFacts.Persistence facts) {
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
        text.field("aof_enabled", 0)
                .field("aof_rewrite_in_progress", 0)
                .field("aof_rewrite_scheduled", 0)
                .field("aof_last_rewrite_time_sec", -1)
                .field("aof_current_rewrite_time_sec", -1)
                .field("aof_last_bgrewrite_status", "ok")
                .field("aof_rewrites", 0)
                .field("aof_rewrites_consecutive_failures", 0)
                .field("aof_last_write_status", "ok")
                .field("aof_last_cow_size", 0)
                .field("module_fork_in_progress", 0)
                .field("module_fork_last_cow_size", 0);
        InfoFacts.Loading loading = facts.loading();
        if (loading != null) {
            loading(text, loading);
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
