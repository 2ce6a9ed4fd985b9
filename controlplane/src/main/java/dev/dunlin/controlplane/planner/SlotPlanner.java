// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.controlplane.planner;

import dev.dunlin.clusterbus.model.NodeId;
import dev.dunlin.clusterbus.model.Slot;
import dev.dunlin.clusterbus.model.SlotRange;
import dev.dunlin.clusterbus.model.SlotSet;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Decides which slots go where.
///
/// It moves as few slots as the goal allows, and among equal choices keeps ranges whole: it takes what adjoins the
/// target's own slots, then whole small ranges, then the end of a larger one. Ties fall to the smaller id, so the same
/// input always gives the same moves.
public final class SlotPlanner {
    private static final double EPSILON = 1e-6;

    private SlotPlanner() {}

    /// {@return the moves that give each shard its share by weight}
    ///
    /// None when every shard is within `threshold` (0.02 is two percent) of its share already, unless a shard of weight 0
    /// still owns something. Throws `IllegalArgumentException` when all weights are 0.
    public static List<SlotMove> rebalance(List<ShardSlots> shards, double threshold) {
        var goals = goals(shards);
        if (withinThreshold(shards, threshold)) {
            return List.of();
        }
        return settle(shards, goals);
    }

    /// {@return the moves that bring `count` slots to `target`, taken from each source in proportion to what it has}
    ///
    /// Throws `IllegalArgumentException` when the sources have fewer.
    public static List<SlotMove> reshard(List<ShardSlots> sources, ShardSlots target, int count) {
        int available = sources.stream().mapToInt(source -> source.slots().count()).sum();
        if (count > available) {
            throw new IllegalArgumentException(
                    "the sources own " + available + " slots, fewer than " + count);
        }
        var all = new ArrayList<>(sources);
        all.add(target);
        var takes = proportional(sources, count, available);
        var goals = new HashMap<NodeId, Integer>();
        for (ShardSlots source : sources) {
            goals.put(
                    source.primary(),
                    source.slots().count() - takes.getOrDefault(source.primary(), 0));
        }
        goals.put(target.primary(), target.slots().count() + count);
        return settle(all, goals);
    }

    /// {@return the moves that bring exactly `slots` to `target`, one per owner; slots it owns already are passed over}
    public static List<SlotMove> moveExactly(
            List<ShardSlots> shards, NodeId target, SlotSet slots) {
        var moves = new ArrayList<SlotMove>();
        for (ShardSlots shard : sortedById(shards)) {
            var taken = shard.slots().intersect(slots);
            if (!taken.isEmpty() && !shard.primary().equals(target)) {
                moves.add(new SlotMove(shard.primary(), target, taken));
            }
        }
        return moves;
    }

    /// {@return the number of slots that `moves` carry}
    public static int slotCount(List<SlotMove> moves) {
        return moves.stream().mapToInt(move -> move.slots().count()).sum();
    }

    /// How many slots each shard shall have.
    ///
    /// A share is rarely whole. Of the shards whose share is not, those that own more than it get a slot of what is left
    /// over after rounding down first, because a slot that stays is a slot not moved.
    private static Map<NodeId, Integer> goals(List<ShardSlots> shards) {
        double weights = shards.stream().mapToDouble(ShardSlots::weight).sum();
        if (!(weights > 0)) {
            throw new IllegalArgumentException("at least one shard needs a weight above 0");
        }
        int total = total(shards);
        var goals = new HashMap<NodeId, Integer>();
        int given = 0;
        for (ShardSlots shard : shards) {
            int floor = (int) floor(share(shard, total, weights));
            goals.put(shard.primary(), floor);
            given += floor;
        }
        var order =
                shards.stream()
                        .filter(shard -> shard.weight() > 0)
                        .sorted(
                                Comparator.comparing((ShardSlots shard) ->
                                                remainder(share(shard, total, weights)) <= EPSILON)
                                        .thenComparing(shard -> !ownsMore(shard, total, weights))
                                        .thenComparingDouble(
                                                shard -> -remainder(share(shard, total, weights)))
                                        .thenComparing(ShardSlots::primary))
                        .toList();
        for (int i = 0; given < total; i = (i + 1) % order.size()) {
            goals.merge(order.get(i).primary(), 1, Integer::sum);
            given++;
        }
        return goals;
    }

    private static boolean ownsMore(ShardSlots shard, int total, double weights) {
        return shard.slots().count() > floor(share(shard, total, weights));
    }

    /// A share that is whole up to rounding errors counts as whole.
    private static double floor(double share) {
        return Math.floor(share + EPSILON);
    }

    private static double remainder(double share) {
        return Math.max(0, share - floor(share));
    }

    private static boolean withinThreshold(List<ShardSlots> shards, double threshold) {
        double weights = shards.stream().mapToDouble(ShardSlots::weight).sum();
        int total = total(shards);
        for (ShardSlots shard : shards) {
            double share = share(shard, total, weights);
            double off = Math.abs(shard.slots().count() - share);
            // One slot is the least that could be moved, so being off by less is as good as it
            // gets.
            if (off >= 1 && off > share * threshold) {
                return false;
            }
        }
        return true;
    }

    private static double share(ShardSlots shard, int total, double weights) {
        return total * shard.weight() / weights;
    }

    private static int total(List<ShardSlots> shards) {
        return shards.stream().mapToInt(shard -> shard.slots().count()).sum();
    }

    /// Splits `count` over the sources by what they own: rounded down, then one more for the largest remainders.
    private static Map<NodeId, Integer> proportional(
            List<ShardSlots> sources, int count, int available) {
        var takes = new HashMap<NodeId, Integer>();
        if (available == 0) {
            return takes;
        }
        int given = 0;
        for (ShardSlots source : sources) {
            int take = (int) ((long) count * source.slots().count() / available);
            takes.put(source.primary(), take);
            given += take;
        }
        var order =
                sources.stream()
                        .sorted(
                                Comparator.comparingLong((ShardSlots source) ->
                                                -((long) count
                                                        * source.slots().count()
                                                        % available))
                                        .thenComparing(ShardSlots::primary))
                        .toList();
        for (int i = 0; given < count; i = (i + 1) % order.size()) {
            ShardSlots source = order.get(i);
            if (takes.getOrDefault(source.primary(), 0) < source.slots().count()) {
                takes.merge(source.primary(), 1, Integer::sum);
                given++;
            }
        }
        return takes;
    }

    /// A shard while moves are being made up: what it owns, and how many slots too many (or, below 0, too few).
    private static final class Account {
        private final NodeId primary;
        private SlotSet owned;
        private int over;

        Account(ShardSlots shard, int goal) {
            this.primary = shard.primary();
            this.owned = shard.slots();
            this.over = shard.slots().count() - goal;
        }
    }

    /// Turns goals into moves: the largest surplus feeds the largest deficit until nothing is left over.
    private static List<SlotMove> settle(List<ShardSlots> shards, Map<NodeId, Integer> goals) {
        var accounts =
                sortedById(shards).stream()
                        .map(shard -> new Account(shard, goals.getOrDefault(shard.primary(), 0)))
                        .toList();
        var moves = new ArrayList<SlotMove>();
        while (true) {
            Account source = accounts.getFirst();
            Account target = accounts.getFirst();
            for (Account account : accounts) {
                source = account.over > source.over ? account : source;
                target = account.over < target.over ? account : target;
            }
            int count = Math.min(source.over, -target.over);
            if (count <= 0) {
                return moves;
            }
            var slots = pick(source.owned, target.owned, count);
            source.owned = source.owned.minus(slots);
            source.over -= count;
            target.owned = target.owned.union(slots);
            target.over += count;
            moves.add(new SlotMove(source.primary, target.primary, slots));
        }
    }

    /// Chooses `count` of the source's slots so that few ranges are cut.
    private static SlotSet pick(SlotSet source, SlotSet target, int count) {
        var picked = SlotSet.builder();
        int left = count;
        var ranges = new ArrayList<>(source.ranges());
        for (SlotRange range : source.ranges()) {
            if (left == 0) {
                break;
            }
            boolean joinsBelow = range.first() > 0 && target.contains(range.first() - 1);
            boolean joinsAbove = range.last() < Slot.COUNT - 1 && target.contains(range.last() + 1);
            if (joinsBelow || joinsAbove) {
                int take = Math.min(left, range.count());
                take(picked, range, take, joinsBelow);
                left -= take;
                ranges.remove(range);
                if (take < range.count()) {
                    return picked.build();
                }
            }
        }
        ranges.sort(Comparator.comparingInt(SlotRange::count).thenComparingInt(SlotRange::first));
        for (SlotRange range : ranges) {
            int take = Math.min(left, range.count());
            if (take > 0) {
                take(picked, range, take, false);
                left -= take;
            }
        }
        return picked.build();
    }

    private static void take(
            SlotSet.Builder picked, SlotRange range, int count, boolean fromStart) {
        int first = fromStart ? range.first() : range.last() - count + 1;
        picked.add(new SlotRange(first, first + count - 1));
    }

    private static List<ShardSlots> sortedById(List<ShardSlots> shards) {
        return shards.stream().sorted(Comparator.comparing(ShardSlots::primary)).toList();
    }
}
