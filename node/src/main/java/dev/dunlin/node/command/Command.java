// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import dev.dunlin.node.observe.LatencyHistogram;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.IntConsumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// One row of the command table: a command, or a subcommand of a container such as CONFIG.
///
/// The row also counts its calls, so it belongs to one node.
///
/// Thread: owned by the node's loop.
public final class Command {
    private final String name;
    private final int arity;
    private final List<KeySpec> keySpecs;
    private final Handler handler;
    private final Set<Flag> flags;
    private final int flagBits;
    private final List<String> categories;
    private final List<Command> subcommands;
    private final boolean isShort;
    private final int firstKey;
    private final int lastKey;
    private final int keyStep;
    private final boolean container;
    private final boolean hasKeys;
    private final boolean concernsKeys;

    private @Nullable KeyFinder keyFinder;
    private long calls;
    private long nanoseconds;
    private @Nullable LatencyHistogram histogram;
    private long rejected;
    private long failed;

    private Command(
            String name,
            int arity,
            List<KeySpec> keySpecs,
            Handler handler,
            Set<Flag> flags,
            List<String> categories,
            List<Command> subcommands) {
        this.name = name;
        this.arity = arity;
        this.keySpecs = keySpecs;
        this.handler = handler;
        this.flagBits = flags.stream().mapToInt(Flag::bit).sum();
        this.flags =
                flags.stream()
                        .filter(flag -> flag != Flag.MAY_REPLICATE)
                        .collect(Collectors.toCollection(() -> EnumSet.noneOf(Flag.class)));
        this.categories = categories;
        this.subcommands = subcommands;
        this.isShort = flags.contains(Flag.FAST) || name.equals("set");
        LegacyRange range = LegacyRange.of(keySpecs);
        this.firstKey = range.first;
        this.lastKey = range.last;
        this.keyStep = range.step;
        this.container = !subcommands.isEmpty();
        this.hasKeys = !keySpecs.isEmpty();
        this.concernsKeys = hasKeys || name.equals("exec");
    }

    /// A command with keys.
    ///
    /// @param arity exact number of arguments, name included; at least `-arity` when negative
    /// @param category the ACL category of its group, such as `string`; more may be given separated by spaces
    public static Command command(
            String name, int arity, KeySpec keys, Handler handler, String category, Flag... flags) {
        return command(name, arity, List.of(keys), handler, category, flags);
    }

    /// A command without keys.
    public static Command command(
            String name, int arity, Handler handler, String category, Flag... flags) {
        return command(name, arity, List.of(), handler, category, flags);
    }

    /// A command with several key specifications.
    public static Command command(
            String name,
            int arity,
            List<KeySpec> keys,
            Handler handler,
            String category,
            Flag... flags) {
        return new Command(name, arity, keys, handler, setOf(flags), split(category), List.of());
    }

    /// A command that only exists through its subcommands; their names are written `container|subcommand`.
    public static Command container(
            String name, int arity, String category, List<Command> subcommands, Flag... flags) {
        Handler none =
                (ctx, args, reply) -> {
                    throw new IllegalStateException("container " + name + " ran");
                };
        return new Command(
                name, arity, List.of(), none, setOf(flags), split(category), subcommands);
    }

    /// A command that has subcommands and also does something without one.
    public static Command container(
            String name,
            int arity,
            Handler handler,
            String category,
            List<Command> subcommands,
            Flag... flags) {
        return new Command(
                name, arity, List.of(), handler, setOf(flags), split(category), subcommands);
    }

    private static Set<Flag> setOf(Flag[] flags) {
        var set = EnumSet.noneOf(Flag.class);
        set.addAll(Arrays.asList(flags));
        return set;
    }

    private static List<String> split(String categories) {
        return categories.isEmpty() ? List.of() : List.of(categories.split(" ", -1));
    }

    /// {@return the name in lower case; `container|subcommand` for a subcommand}
    public String name() {
        return name;
    }

    /// {@return the part of the name after the `|`, or all of it}
    public String shortName() {
        return name.substring(name.indexOf('|') + 1);
    }

    public int arity() {
        return arity;
    }

    public boolean acceptsArity(int arguments) {
        return arity >= 0 ? arguments == arity : arguments >= -arity;
    }

    public List<KeySpec> keySpecs() {
        return keySpecs;
    }

    public Handler handler() {
        return handler;
    }

    public boolean has(Flag flag) {
        return (flagBits & flag.bit()) != 0;
    }

    /// {@return the flags that COMMAND prints}
    public Set<Flag> flags() {
        return flags;
    }

    /// {@return the ACL categories without `@`: the declared ones, and those that follow from the flags as in Redis}
    public List<String> categories() {
        List<String> all = new ArrayList<>(categories);
        if (has(Flag.WRITE)) {
            all.add("write");
        }
        if (has(Flag.READONLY) && !categories.contains("scripting")) {
            all.add("read");
        }
        if (has(Flag.ADMIN)) {
            all.add("admin");
            all.add("dangerous");
        }
        if (has(Flag.PUBSUB)) {
            all.add("pubsub");
        }
        all.add(has(Flag.FAST) ? "fast" : "slow");
        if (has(Flag.BLOCKING)) {
            all.add("blocking");
        }
        return all.stream().distinct().toList();
    }

    /// {@return whether the command only exists through its subcommands}
    public boolean isContainer() {
        return container;
    }

    public List<Command> subcommands() {
        return subcommands;
    }

    public @Nullable Command subcommand(Args args) {
        for (int i = 0; i < subcommands.size(); i++) {
            if (args.is(1, subcommands.get(i).shortName())) {
                return subcommands.get(i);
            }
        }
        return null;
    }

    /// {@return position of the first key, 0 when there is none or it is not at a fixed place}
    public int firstKey() {
        return firstKey;
    }

    /// {@return position of the last key; negative counts from the end}
    public int lastKey() {
        return lastKey;
    }

    public int keyStep() {
        return keyStep;
    }

    public boolean hasKeys() {
        return hasKeys;
    }

    /// {@return whether only an owner of keys may answer: it names keys, or runs queued commands that may}
    public boolean concernsKeys() {
        return concernsKeys;
    }

    /// {@return the same command with another way to find its keys than its specifications say}
    Command findingKeysBy(KeyFinder finder) {
        keyFinder = finder;
        return this;
    }

    /// Finds keys where specifications cannot say exactly where they are.
    @FunctionalInterface
    interface KeyFinder {
        void forEachKey(Args args, IntConsumer visitor);
    }

    /// Visits the positions of all keys in these arguments.
    public void forEachKey(Args args, IntConsumer visitor) {
        KeyFinder finder = keyFinder;
        if (finder != null) {
            finder.forEachKey(args, visitor);
            return;
        }
        if (isComplete(args)) {
            for (int i = 0; i < keySpecs.size(); i++) {
                keySpecs.get(i).forEachKey(args, visitor);
            }
        }
    }

    /// Takes the position of a key, and what the command does with it.
    @FunctionalInterface
    interface KeyVisitor {
        void key(int position, List<String> flags);
    }

    /// Visits the positions of all keys in these arguments, with the flags that they have in this call.
    void forEachKey(Args args, KeyVisitor visitor) {
        KeyFinder finder = keyFinder;
        if (finder != null) {
            finder.forEachKey(args, key -> visitor.key(key, keyFlags(foundBy(key), args)));
            return;
        }
        if (isComplete(args)) {
            for (KeySpec spec : keySpecs) {
                spec.forEachKey(args, key -> visitor.key(key, keyFlags(spec, args)));
            }
        }
    }

    /// {@return the specification of a key that only the command itself finds: the first for the first key, the last for others}
    private KeySpec foundBy(int key) {
        return key == firstKey ? keySpecs.getFirst() : keySpecs.getLast();
    }

    private boolean isComplete(Args args) {
        for (int i = 0; i < keySpecs.size(); i++) {
            if (!keySpecs.get(i).isComplete(args)) {
                return false;
            }
        }
        return true;
    }

    /// Flags of a specification, as a call shows them: what depends on the arguments is worked out, what is about the specification is left
    /// out.
    private List<String> keyFlags(KeySpec spec, Args args) {
        if (name.equals("set") && spec.flags().contains("variable_flags")) {
            return SetCommand.keyFlags(args);
        }
        if (name.equals("bitfield")) {
            return BitfieldCommand.keyFlags(args);
        }
        return spec.flags().stream()
                .filter(flag -> !flag.equals("incomplete") && !flag.equals("variable_flags"))
                .toList();
    }

    public long calls() {
        return calls;
    }

    public long microseconds() {
        return nanoseconds / 1000;
    }

    public long rejected() {
        return rejected;
    }

    public long failed() {
        return failed;
    }

    public void countCall() {
        calls++;
    }

    /// {@return how long calls took, or null when none was timed}
    public @Nullable LatencyHistogram histogram() {
        return histogram;
    }

    /// Notes that `times` calls took so many nanoseconds each.
    ///
    /// @param tracked whether the histogram is kept too
    void countNanos(long spent, int times, boolean tracked) {
        nanoseconds += spent * times;
        if (tracked) {
            LatencyHistogram kept = histogram;
            if (kept == null) {
                kept = new LatencyHistogram();
                histogram = kept;
            }
            kept.record(spent, times);
        }
    }

    /// {@return whether it takes time only for the bytes it moves}
    boolean isShort() {
        return isShort;
    }

    public void countRejected() {
        rejected++;
    }

    public void countFailed() {
        failed++;
    }

    public void resetCounters() {
        calls = 0;
        nanoseconds = 0;
        histogram = null;
        rejected = 0;
        failed = 0;
    }

    /// First, last and step as COMMAND has printed them since Redis 2.8.13, from the key specifications at fixed places.
    private record LegacyRange(int first, int last, int step) {
        static LegacyRange of(List<KeySpec> specs) {
            int first = 0;
            int last = 0;
            int step = 0;
            for (KeySpec spec : specs) {
                if (spec.begin() instanceof KeySpec.Begin.Index(int position)
                        && spec.find() instanceof KeySpec.Find.Range range) {
                    int end = range.lastKey() >= 0 ? position + range.lastKey() : range.lastKey();
                    if (first == 0) {
                        first = position;
                        last = end;
                        step = range.step();
                    } else if (position == last + 1 && range.step() == step) {
                        last = end;
                    }
                }
            }
            return new LegacyRange(first, last, step);
        }
    }
}
