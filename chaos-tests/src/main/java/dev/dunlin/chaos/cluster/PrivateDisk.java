// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.chaos.cluster;

import dev.dunlin.chaos.HarnessException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/// A small file system of its own, mounted where nobody but one node sees it: in a mount namespace that one idle process holds.
///
/// It is ext4 on a loop device over a sparse file. When the holder and the node are gone, which the run's watchdog sees to, so are
/// namespace, mount and device; the machine's own mounts are never touched.
///
/// Thread: one owner.
public final class PrivateDisk implements AutoCloseable {
    private static final Duration NAMESPACE_MAX = Duration.ofSeconds(10);
    private static final Duration UNMOUNT_MAX = Duration.ofSeconds(20);

    private final Path image;
    private final Path mount;
    private final Process holder;

    private PrivateDisk(Path image, Path mount, Process holder) {
        this.image = image;
        this.mount = mount;
        this.holder = holder;
    }

    /// {@return why there can be none here; empty when there can}
    public static Optional<String> obstacle() {
        if (!"root".equals(System.getProperty("user.name"))) {
            return Optional.of("a private disk needs root");
        }
        for (String tool : List.of("mkfs.ext4", "unshare", "nsenter", "fsfreeze")) {
            if (!Shell.attempt("", "sh", "-c", "command -v " + tool).succeeded()) {
                return Optional.of(tool + " is not installed");
            }
        }
        if (!Files.exists(Path.of("/dev/loop-control"))) {
            return Optional.of("this kernel has no loop devices");
        }
        return Optional.empty();
    }

    /// Creates and mounts a disk.
    ///
    /// @param run whose watchdog removes it
    /// @param bytes its size, file system included
    static PrivateDisk create(RunDirectory run, String name, long bytes) {
        Path image = run.path().resolve(name + ".img");
        Path mount = run.path().resolve(name + ".disk");
        try {
            Files.createDirectories(mount);
            Shell.run("truncate", "-s", Long.toString(bytes), image.toString());
            Shell.run("mkfs.ext4", "-q", "-F", "-m", "0", image.toString());
            Process holder =
                    new ProcessBuilder(
                                    "unshare",
                                    "-m",
                                    "--propagation",
                                    "private",
                                    "sleep",
                                    "infinity")
                            .redirectErrorStream(true)
                            .redirectOutput(run.path().resolve(name + ".holder.log").toFile())
                            .start();
            run.addProcess(holder.pid());
            var disk = new PrivateDisk(image, mount, holder);
            disk.awaitNamespace();
            disk.mount();
            return disk;
        } catch (IOException e) {
            throw new HarnessException("cannot make a disk at " + image, e);
        }
    }

    /// {@return the folder as the node sees it; elsewhere it is empty}
    Path path() {
        return mount;
    }

    /// {@return the same folder as this process sees it}
    public Path fromOutside() {
        return Path.of("/proc/" + holder.pid() + "/root" + mount);
    }

    /// {@return `command`, run where the disk is mounted}
    List<String> inside(List<String> command) {
        List<String> inside =
                new ArrayList<>(List.of("nsenter", "-t", Long.toString(holder.pid()), "-m", "--"));
        inside.addAll(command);
        return inside;
    }

    /// Cuts the power: from now on nothing reaches the disk, and what was not synced never will. The node should be frozen.
    public void cutPower() {
        FileSystemShutdown.withoutFlush(fromOutside());
    }

    /// Makes the file system read-only at once, as ext4 does when it finds an error in itself.
    public void failReadOnly() {
        String device = Shell.run(array("findmnt", "-n", "-o", "SOURCE", mount.toString())).strip();
        Path trigger =
                Path.of(
                        "/sys/fs/ext4",
                        device.substring(device.lastIndexOf('/') + 1),
                        "trigger_fs_error");
        try {
            Files.writeString(trigger, "a fault was wanted\n");
        } catch (IOException e) {
            throw new HarnessException("cannot make " + device + " fail", e);
        }
    }

    /// Stops all writing for `duration`: whoever writes or syncs waits. The thaw comes by itself, whatever happens to this process.
    public void freeze(Duration duration) {
        String seconds = Double.toString(duration.toMillis() / 1e3);
        String script =
                "fsfreeze -f "
                        + mount
                        + " && { sleep "
                        + seconds
                        + "; fsfreeze -u "
                        + mount
                        + "; }";
        try {
            new ProcessBuilder(inside(List.of("setsid", "sh", "-c", script)))
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
        } catch (IOException e) {
            throw new HarnessException("cannot freeze " + mount, e);
        }
    }

    /// Takes the file system away and mounts it again, as after a boot. Nobody may use it.
    public void remount() {
        long deadlineNs = System.nanoTime() + UNMOUNT_MAX.toNanos();
        Shell.Result result = Shell.attempt("", array("umount", mount.toString()));
        while (!result.succeeded()) {
            if (System.nanoTime() > deadlineNs) {
                throw new HarnessException("cannot unmount " + mount + ": " + result.output());
            }
            pause();
            result = Shell.attempt("", array("umount", mount.toString()));
        }
        mount();
    }

    /// Ends the holder; the mount goes with the last process inside.
    @Override
    public void close() {
        holder.destroyForcibly();
    }

    private void mount() {
        Shell.run(
                array("mount", "-o", "loop,errors=remount-ro", image.toString(), mount.toString()));
    }

    private String[] array(String... command) {
        return inside(List.of(command)).toArray(String[]::new);
    }

    private void awaitNamespace() throws IOException {
        Path own = Files.readSymbolicLink(Path.of("/proc/self/ns/mnt"));
        Path theirs = Path.of("/proc/" + holder.pid() + "/ns/mnt");
        long deadlineNs = System.nanoTime() + NAMESPACE_MAX.toNanos();
        while (Files.readSymbolicLink(theirs).equals(own)) {
            if (System.nanoTime() > deadlineNs) {
                throw new HarnessException("no mount namespace after " + NAMESPACE_MAX);
            }
            pause();
        }
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(20);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new HarnessException("interrupted while a disk changed", e);
        }
    }
}
