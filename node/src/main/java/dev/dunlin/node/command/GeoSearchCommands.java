// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import dev.dunlin.node.offheap.Memory;
import dev.dunlin.node.resp.ReplyWriter;
import dev.dunlin.node.resp.RespError;
import dev.dunlin.node.value.GeoShape;
import dev.dunlin.node.value.Geohash;
import dev.dunlin.node.value.SortedSetBuilder;
import dev.dunlin.node.value.SortedSetValue;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// GEOSEARCH, GEORADIUS and their relatives: places in a circle or a box.
///
/// Thread: handlers run on the node's loop and never block.
final class GeoSearchCommands {
    private static final RespError UNKNOWN_MEMBER =
            RespError.of("ERR could not decode requested zset member");

    /// Elements that are looked at before it is asked whether there are enough.
    private static final int CHUNK = 64;

    private GeoSearchCommands() {}

    /// A place that was found.
    @SuppressWarnings("ArrayRecordComponent") // Nobody else keeps it.
    private record Place(
            byte[] member, double score, double distance, double longitude, double latitude) {}

    static void geosearch(CommandContext ctx, Args args, ReplyWriter reply) {
        run(ctx, args, 1, GeoSearchRequest.Form.SEARCH, reply);
    }

    static void geosearchstore(CommandContext ctx, Args args, ReplyWriter reply) {
        run(ctx, args, 2, GeoSearchRequest.Form.SEARCH_STORE, reply);
    }

    static void georadius(CommandContext ctx, Args args, ReplyWriter reply) {
        run(ctx, args, 1, GeoSearchRequest.Form.RADIUS, reply);
    }

    static void georadiusRo(CommandContext ctx, Args args, ReplyWriter reply) {
        run(ctx, args, 1, GeoSearchRequest.Form.RADIUS_RO, reply);
    }

    static void georadiusbymember(CommandContext ctx, Args args, ReplyWriter reply) {
        run(ctx, args, 1, GeoSearchRequest.Form.RADIUS_BY_MEMBER, reply);
    }

    static void georadiusbymemberRo(CommandContext ctx, Args args, ReplyWriter reply) {
        run(ctx, args, 1, GeoSearchRequest.Form.RADIUS_BY_MEMBER_RO, reply);
    }

    private static void run(
            CommandContext ctx, Args args, int key, GeoSearchRequest.Form form, ReplyWriter reply) {
        SortedSetValue set = SortedSets.read(ctx, args, key);
        var request =
                new GeoSearchRequest(
                        args,
                        form,
                        member -> {
                            // Without a set the options are checked all the same.
                            if (set == null) {
                                return 0;
                            }
                            if (!set.find(args.address(member), args.bytes(member))) {
                                throw new CommandException(UNKNOWN_MEMBER);
                            }
                            return (long) set.score();
                        },
                        set != null);
        List<Place> places = set == null ? List.of() : search(set, request);
        if (request.storeKey() == GeoSearchRequest.NO_KEY) {
            reply(reply, request, places);
        } else {
            var result = new SortedSetBuilder(ctx.keyspace());
            long scratch = 0;
            for (Place place : places) {
                scratch = Math.max(scratch, place.member.length);
            }
            int block = ctx.keyspace().allocator().allocate(Math.max(1, scratch));
            long address = ctx.keyspace().allocator().address(block);
            for (Place place : places) {
                Memory.copyIn(place.member, 0, address, place.member.length);
                result.add(
                        address,
                        place.member.length,
                        request.storesDistance() ? place.distance / request.unit() : place.score);
            }
            ctx.keyspace().allocator().free(block);
            reply.integer(SortedSets.store(ctx, args, request.storeKey(), result, places.size()));
        }
    }

    private static List<Place> search(SortedSetValue set, GeoSearchRequest request) {
        List<Place> found = new ArrayList<>();
        GeoShape shape = request.shape();
        long enough = request.any() ? request.count() : Long.MAX_VALUE;
        shape.forEachRange((from, to) -> {
            int first = set.rankOfScore((double) from, false);
            int last = set.rankOfScore((double) to, false);
            for (int rank = first; rank < last && found.size() < enough; rank += CHUNK) {
                set.forEach(
                        rank,
                        Math.min(CHUNK, last - rank),
                        false,
                        element -> {
                            if (found.size() < enough) {
                                addIfInside(shape, element, found);
                            }
                        });
            }
            return found.size() < enough;
        });
        if (request.sort() != GeoSearchRequest.Sort.NONE) {
            Comparator<Place> byDistance = Comparator.comparingDouble(Place::distance);
            found.sort(
                    request.sort() == GeoSearchRequest.Sort.ASCENDING
                            ? byDistance
                            : byDistance.reversed());
        }
        return request.count() > 0 && request.count() < found.size()
                ? found.subList(0, (int) request.count())
                : found;
    }

    private static void addIfInside(GeoShape shape, SortedSetValue element, List<Place> found) {
        long bits = (long) element.score();
        double longitude = Geohash.longitude(bits, Geohash.STEPS);
        double latitude = Geohash.latitude(bits, Geohash.STEPS);
        double distance = shape.distance(longitude, latitude);
        if (distance != GeoShape.OUTSIDE) {
            found.add(
                    new Place(
                            CommandContext.copy(element.memberAddress(), element.memberBytes()),
                            element.score(),
                            distance,
                            longitude,
                            latitude));
        }
    }

    private static void reply(ReplyWriter reply, GeoSearchRequest request, List<Place> places) {
        int options =
                (request.withDistance() ? 1 : 0)
                        + (request.withHash() ? 1 : 0)
                        + (request.withPlace() ? 1 : 0);
        reply.array(places.size());
        for (Place place : places) {
            if (options > 0) {
                reply.array(options + 1L);
            }
            reply.bulk(place.member);
            if (request.withDistance()) {
                GeoCommands.replyDistance(reply, place.distance / request.unit());
            }
            if (request.withHash()) {
                reply.integer((long) place.score);
            }
            if (request.withPlace()) {
                GeoCommands.replyPlace(reply, place.longitude, place.latitude);
            }
        }
    }
}
