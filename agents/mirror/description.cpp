#include "agents/mirror/description.hpp"

namespace twinsite::mirror {

const ocf::Description& description() {
    static const ocf::Description all{
        .name = "mirror",
        .shortdesc = "Manages a DRBD resource as a promotable clone",
        .longdesc =
            "Brings a DRBD resource up on both of its nodes, promotes it on one, and tells "
            "Pacemaker how fit each replica is for promotion. A replica whose data is, or may be, "
            "stale gets the score -INFINITY, so that no location rule can promote it.",
        .parameters =
            {
                {.name = "drbd_resource",
                 .shortdesc = "DRBD resource",
                 .longdesc = "The name of the resource in DRBD's configuration (/etc/drbd.d).",
                 .required = true,
                 .unique_group = "drbd_resource",
                 .identity = true},
                {.name = "adjust_master_score",
                 .shortdesc = "Promotion scores",
                 .longdesc =
                     "Four numbers that do not decrease: the score of a replica whose data is "
                     "consistent while the peer may have newer data (0: never promote it); of a "
                     "promoted one that reaches up-to-date data only on its peer; of one that is "
                     "up to date while the peer's data is unknown; of one that is up to date and "
                     "promoted, or knows its peer. Every other replica gets -INFINITY. Keep the "
                     "score of location rules for the promoted role below the gaps.",
                 .default_value = "0 10 1000 10000",
                 .reloadable = true},
                {.name = "wfc_timeout",
                 .type = ocf::Type::integer,
                 .shortdesc = "Seconds a start waits for the peer",
                 .longdesc =
                     "How long a start waits for the connection to the peer, so that a replica "
                     "that missed writes is known to be stale before anything is promoted. A "
                     "start without a peer succeeds after this time. 0: do not wait.",
                 .default_value = "5",
                 .reloadable = true,
                 .high = 3600},
                {.name = "verify_days",
                 .type = ocf::Type::integer,
                 .shortdesc = "Days between two comparisons of both copies",
                 .longdesc =
                     "The promoted side begins a verify run (DRBD's verify-alg must be set) "
                     "when the last one is so long ago. Monitor shows what differs. 0: never.",
                 .default_value = "0",
                 .reloadable = true,
                 .high = 365},
                {.name = "verify_window",
                 .shortdesc = "Time of day for comparisons",
                 .longdesc =
                     "Local time, like 22:00-05:00; a run begins only then. Empty: any time.",
                 .reloadable = true},
                {.name = "pool_warn",
                 .type = ocf::Type::integer,
                 .shortdesc = "Fill of the thin pool that is shown, percent",
                 .longdesc = "When the backing device is thin-provisioned (dm-thin) and data or "
                             "metadata of its pool are so full, monitor calls the mirror degraded.",
                 .default_value = "80",
                 .reloadable = true,
                 .low = 1,
                 .high = 100},
                {.name = "pool_alarm",
                 .type = ocf::Type::integer,
                 .shortdesc = "Fill of the thin pool that is an alarm, percent",
                 .longdesc = "From here on every monitor logs an error: a pool that is full fails "
                             "every write of every device in it.",
                 .default_value = "95",
                 .reloadable = true,
                 .low = 1,
                 .high = 100},
                {.name = "max_behind",
                 .type = ocf::Type::integer,
                 .shortdesc = "MiB an asynchronous peer may be behind",
                 .longdesc = "With protocol A the node attribute mirror-behind-RESOURCE tells how "
                             "many KiB the peer does not have yet. Beyond this limit monitor calls "
                             "the mirror degraded. 0: no limit.",
                 .default_value = "0",
                 .reloadable = true},
                {.name = "link_health",
                 .type = ocf::Type::boolean,
                 .shortdesc = "Tell Pacemaker's node health of the link",
                 .longdesc =
                     "Set the node attribute #health-mirror-RESOURCE to yellow while the "
                     "mirror's link is lost or flapping (three losses in ten minutes), else "
                     "to green. What follows is node-health-strategy's matter.",
                 .default_value = "false"},
            },
        .actions = {{.name = "start", .timeout = 60},
                    {.name = "stop", .timeout = 100},
                    {.name = "promote", .timeout = 60},
                    {.name = "demote", .timeout = 60},
                    {.name = "notify", .timeout = 30},
                    {.name = "monitor", .timeout = 20, .interval = 9, .role = "Promoted"},
                    {.name = "monitor", .timeout = 20, .interval = 11, .role = "Unpromoted"},
                    {.name = "reload-agent", .timeout = 20},
                    {.name = "validate-all", .timeout = 20}},
    };
    return all;
}

} // namespace twinsite::mirror
