// SPDX-License-Identifier: Apache-2.0

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// Builds the image: jars, a jlinked Java, and a base that is either an image from a registry or this machine's own C library.
///
/// Run from source by `build-image`, whose folder is the first argument. Everything is made anew under `deploy/target/image`.
static final String USAGE =
        """
        usage: build-image [--tag NAME:TAG] [--base IMAGE] [--rootfs DIR] [--skip-jars]

          --tag NAME:TAG   name of the image (default dunlin:local)
          --base IMAGE     build on this image, such as debian:12-slim or gcr.io/distroless/base-debian12, pulled when needed.
                           Without it the base is made here, from this machine's C library, and no registry is asked.
          --rootfs DIR     write the image's file system to DIR instead, for chroot; needs no Docker
          --skip-jars      take deploy/target/image/lib as it is instead of running Maven
        """;

/// What the node, the control plane and the CLI need of Java; jdk.jcmd is for operators, since the image has no shell.
static final String MODULES =
        "java.base,java.instrument,java.logging,java.management,java.naming,java.net.http,java.security.jgss,java.sql,"
                + "java.xml,jdk.httpserver,jdk.jcmd,jdk.jfr,jdk.management,jdk.net,jdk.unsupported,jdk.zipfs";

static final String LOCAL_BASE = "dunlin-base:local";
static final Pattern LIBRARY = Pattern.compile("(?:=> )?(/\\S+) \\(0x");

void main(String... args) throws IOException, InterruptedException {
    Path docker = Path.of(args[0]);
    String tag = "dunlin:local";
    String base = null;
    Path rootfs = null;
    boolean jars = true;
    for (int i = 1; i < args.length; i++) {
        boolean hasValue = i + 1 < args.length;
        if (args[i].equals("--tag") && hasValue) {
            tag = args[++i];
        } else if (args[i].equals("--base") && hasValue) {
            base = args[++i];
        } else if (args[i].equals("--rootfs") && hasValue) {
            rootfs = Path.of(args[++i]);
        } else if (args[i].equals("--skip-jars")) {
            jars = false;
        } else {
            System.out.print(USAGE);
            System.exit(args[i].equals("--help") ? 0 : 2);
        }
    }
    Path deploy = docker.getParent();
    Path image = deploy.resolve("target/image");
    if (jars) {
        say("jars");
        run(deploy.getParent(), "mvn", "-q", "-pl", "deploy", "-am", "package", "-DskipTests");
    }
    Path context = image.resolve("context");
    layOutContext(docker, image, context);
    if (rootfs != null) {
        say("rootfs " + rootfs);
        layOutRootfs(rootfs);
        layOutImage(context, rootfs);
        return;
    }
    if (base == null) {
        say("base " + LOCAL_BASE + " from this machine's C library");
        Path local = image.resolve("base");
        delete(local);
        layOutRootfs(local);
        Path tar = image.resolve("base.tar");
        run(local, "tar", "--owner=0", "--group=0", "-cf", tar.toString(), ".");
        run(image, "docker", "import", tar.toString(), LOCAL_BASE);
        base = LOCAL_BASE;
    }
    say("image " + tag + " on " + base);
    run(image, "docker", "build", "--build-arg", "BASE=" + base, "-t", tag, "-f",
            docker.resolve("Dockerfile").toString(), context.toString());
    say("built " + tag);
}

/// What the Dockerfile copies.
void layOutContext(Path docker, Path image, Path context) throws IOException, InterruptedException {
    delete(context);
    Files.createDirectories(context.resolve("data"));
    copyTree(image.resolve("lib"), context.resolve("lib"));
    copyTree(image.resolve("probe"), context.resolve("probe"));
    for (String options : List.of("java.options", "probe.options")) {
        Files.copy(docker.resolve(options), context.resolve(options));
    }
    say("jlink");
    run(image, Path.of(System.getProperty("java.home"), "bin", "jlink").toString(), "--add-modules", MODULES,
            "--strip-debug", "--no-header-files", "--no-man-pages", "--compress", "zip-6", "--generate-cds-archive",
            "--output", context.resolve("jre").toString());
}

/// The C library with its loader and name services, and the files that it reads; no shell, no package manager.
void layOutRootfs(Path root) throws IOException, InterruptedException {
    var libraries = new TreeSet<String>();
    Path javaHome = Path.of(System.getProperty("java.home"));
    List<Path> binaries = new ArrayList<>(List.of(javaHome.resolve("bin/java")));
    try (Stream<Path> files = Files.walk(javaHome.resolve("lib"))) {
        // The window system's libraries are in no module of ours.
        files.filter(file -> file.toString().endsWith(".so"))
                .filter(file -> !file.getFileName().toString().matches("lib(awt|splash|font|jawt|freetype|jsound).*"))
                .forEach(binaries::add);
    }
    for (Path binary : binaries) {
        var matcher = LIBRARY.matcher(output("ldd", binary.toString()));
        while (matcher.find()) {
            if (!matcher.group(1).startsWith(javaHome.toString())) {
                libraries.add(matcher.group(1));
            }
        }
    }
    Path folder = libraries.stream().filter(l -> l.endsWith("/libc.so.6")).map(Path::of).findFirst().orElseThrow()
            .getParent();
    for (String name : List.of("libresolv.so.2", "libnss_files.so.2", "libnss_dns.so.2", "libpthread.so.0", "librt.so.1",
            "libdl.so.2", "libm.so.6")) {
        if (Files.exists(folder.resolve(name))) {
            libraries.add(folder.resolve(name).toString());
        }
    }
    for (String library : libraries) {
        Path target = root.resolve(library.substring(1));
        Files.createDirectories(target.getParent());
        Files.copy(Path.of(library), target, StandardCopyOption.REPLACE_EXISTING); // follows links
    }
    for (String directory : List.of("etc", "data", "proc", "dev", "sys", "tmp")) {
        Files.createDirectories(root.resolve(directory));
    }
    Files.setPosixFilePermissions(root.resolve("tmp"), PosixFilePermissions.fromString("rwxrwxrwx"));
    Files.writeString(root.resolve("etc/passwd"), "root:x:0:0:root:/:/nologin\ndunlin:x:10001:10001:dunlin:/data:/nologin\n");
    Files.writeString(root.resolve("etc/group"), "root:x:0:\ndunlin:x:10001:\n");
    Files.writeString(root.resolve("etc/nsswitch.conf"), "passwd: files\ngroup: files\nhosts: files dns\n");
}

/// The Dockerfile's copies, for a file system that no Docker builds.
void layOutImage(Path context, Path root) throws IOException {
    copyTree(context.resolve("jre"), root.resolve("opt/java"));
    copyTree(context.resolve("lib"), root.resolve("opt/dunlin/lib"));
    copyTree(context.resolve("probe"), root.resolve("opt/dunlin/probe"));
    for (String options : List.of("java.options", "probe.options")) {
        Files.copy(context.resolve(options), root.resolve("opt/dunlin").resolve(options),
                StandardCopyOption.REPLACE_EXISTING);
    }
}

void copyTree(Path from, Path to) throws IOException {
    if (!Files.isDirectory(from)) {
        throw new IOException(from + " is missing: run without --skip-jars");
    }
    Files.walkFileTree(from, new SimpleFileVisitor<>() {
        @Override
        public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) throws IOException {
            Files.createDirectories(to.resolve(from.relativize(directory).toString()));
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
            Files.copy(file, to.resolve(from.relativize(file).toString()), StandardCopyOption.REPLACE_EXISTING,
                    StandardCopyOption.COPY_ATTRIBUTES);
            return FileVisitResult.CONTINUE;
        }
    });
}

void delete(Path tree) throws IOException {
    if (!Files.exists(tree)) {
        return;
    }
    Files.walkFileTree(tree, new SimpleFileVisitor<>() {
        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult postVisitDirectory(Path directory, IOException failure) throws IOException {
            Files.delete(directory);
            return FileVisitResult.CONTINUE;
        }
    });
}

String output(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String text = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
    process.waitFor();
    return text;
}

void run(Path directory, String... command) throws IOException, InterruptedException {
    var builder = new ProcessBuilder(command).directory(directory.toFile()).inheritIO();
    // The classic builder takes a local base on every version and needs no plugin.
    builder.environment().putIfAbsent("DOCKER_BUILDKIT", "0");
    int exit = builder.start().waitFor();
    if (exit != 0) {
        System.err.println("build-image: " + String.join(" ", command) + " ended with " + exit);
        System.exit(1);
    }
}

void say(String what) {
    System.out.println("build-image: " + what);
}
