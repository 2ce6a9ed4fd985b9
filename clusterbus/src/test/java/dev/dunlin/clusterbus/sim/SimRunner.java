// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.clusterbus.sim;
public final class SimRunner {
    public static void main(String[] args) {
        long t = System.nanoTime();
        switch (args[0]) {
            case "kill" -> System.out.println(FailoverTimes.measure(1, Integer.parseInt(args[1]), 3, 1, SimCluster::kill));
            case "kill2" -> System.out.println(FailoverTimes.measure(1, Integer.parseInt(args[1]), 3, 2, SimCluster::kill));
            case "off" -> System.out.println(FailoverTimes.measure(1, Integer.parseInt(args[1]), 3, 1, SimCluster::powerOff));
            case "off2" -> System.out.println(FailoverTimes.measure(1, Integer.parseInt(args[1]), 3, 2, SimCluster::powerOff));
            case "cut" -> System.out.println(FailoverTimes.measure(1, Integer.parseInt(args[1]), 3, 1, SimCluster::isolate));
            case "freeze" -> System.out.println(FailoverTimes.measure(1, Integer.parseInt(args[1]), 3, 1, SimCluster::freeze));
            case "mixed", "ops" -> {
                int bad = 0;
                for (long s = Long.parseLong(args[1]); s <= Long.parseLong(args[2]); s++) {
                    try { if (args[0].equals("ops")) Scenarios.withOperators(s); else Scenarios.mixed(s); } catch (AssertionError | RuntimeException e) {
                        bad++;
                        String m = String.valueOf(e.getMessage());
                        System.out.println("seed " + s + ": " + (e instanceof AssertionError ? m.lines().findFirst().orElse("") : e.toString()));
                        if (args.length > 3) { System.out.println(m); e.printStackTrace(System.out); }
                    }
                }
                System.out.println("bad " + bad);
            }
            default -> {}
        }
        System.out.println((System.nanoTime() - t) / 1_000_000 + " ms");
    }
}
