// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.observe;

import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/// The sections of INFO, in the order in which they are printed.
public enum InfoSection {
    SERVER("Server"),
    CLIENTS("Clients"),
    MEMORY("Memory"),
    PERSISTENCE("Persistence"),
    STATS("Stats"),
    REPLICATION("Replication"),
    CPU("CPU"),
    MODULES("Modules"),
    COMMANDSTATS("Commandstats"),
    ERRORSTATS("Errorstats"),
    LATENCYSTATS("Latencystats"),
    CLUSTER("Cluster"),
    KEYSPACE("Keyspace");

    private static final Set<InfoSection> ON_DEMAND = Set.of(COMMANDSTATS, LATENCYSTATS);

    private final String title;

    InfoSection(String title) {
        this.title = title;
    }

    /// {@return the section's title as it is printed}
    public String title() {
        return title;
    }

    /// {@return the sections that INFO prints for these arguments; names that mean nothing are passed over}
    public static Set<InfoSection> of(List<String> arguments) {
        if (arguments.isEmpty()) {
            return defaults();
        }
        Set<InfoSection> sections = EnumSet.noneOf(InfoSection.class);
        for (String argument : arguments) {
            switch (argument.toLowerCase(Locale.ROOT)) {
                case "default" -> sections.addAll(defaults());
                case "all", "everything" -> sections.addAll(List.of(values()));
                case "module_list" -> sections.add(MODULES);
                case String name -> {
                    for (InfoSection section : values()) {
                        if (section.name().equalsIgnoreCase(name)) {
                            sections.add(section);
                        }
                    }
                }
            }
        }
        return sections;
    }

    private static Set<InfoSection> defaults() {
        Set<InfoSection> sections = EnumSet.allOf(InfoSection.class);
        sections.removeAll(ON_DEMAND);
        return sections;
    }
}
