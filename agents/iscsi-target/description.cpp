#include "agents/iscsi-target/description.hpp"

#include <twinsite/target/specification.hpp>

namespace twinsite::iscsi_target {

namespace {

using ocf::Parameter;
using ocf::Type;

std::vector<Parameter> what_is_exported() {
    return {
        {.name = "iqn",
         .shortdesc = "Name of the target",
         .longdesc = "The iSCSI name of the target: iqn.YYYY-MM.DOMAIN:NAME, eui.HEX or naa.HEX, "
                     "in lower case.",
         .required = true,
         .unique_group = "iqn",
         .identity = true},
        {.name = "luns",
         .shortdesc = "LUNs as NUMBER=PATH",
         .longdesc = "The LUNs of the target, separated by blanks, each as NUMBER=PATH, for "
                     "example \"0=/dev/drbd0 1=/dev/drbd1\". A path is a block device or a "
                     "regular file.",
         .required = true},
        {.name = "read_only_luns",
         .shortdesc = "Numbers of the LUNs that must not be written",
         .longdesc = "Numbers, separated by blanks. A file as backing store can be read-only only "
                     "together with allowed_initiators."},
        {.name = "portals",
         .shortdesc = "Addresses and ports as ADDRESS:PORT",
         .longdesc =
             "Exactly these portals are opened, separated by blanks: 192.0.2.1:3260 or "
             "[2001:db8::1]:3260; without a port 3260. Give the address that moves with the "
             "target, and start that address first: the portal is opened last and closed first. "
             "The default is every IPv4 address of the node, as with ocf:heartbeat:iSCSITarget; "
             "then no other target on the node may use port 3260 of one address alone.",
         .default_value = "0.0.0.0:3260"},
        {.name = "implementation",
         .type = Type::select,
         .shortdesc = "What exports the target",
         .longdesc =
             "lio: the kernel's target, through configfs. tgt: the daemon tgtd, through its "
             "control socket; it has to run already, and it keeps LUN 0 for itself. "
             "Without it a start takes lio where the kernel has it, else tgt; the log says which.",
         .options = {"lio", "tgt"}},
        {.name = "tgt_bstype",
         .type = Type::select,
         .shortdesc = "How tgt reads and writes",
         .longdesc = "tgt's backing store type.",
         .default_value = "rdwr",
         .options = {"rdwr", "aio"}},
        {.name = "tgt_bsoflags",
         .type = Type::select,
         .shortdesc = "How tgt opens the path",
         .longdesc = "Without it direct for a block device and sync for a file, so that what was "
                     "acknowledged survives a power cut.",
         .options = {"sync", "direct", "sync:direct"}},
    };
}

std::vector<Parameter> who_may_log_in() {
    return {
        {.name = "allowed_initiators",
         .shortdesc = "Initiators that may log in",
         .longdesc = "iSCSI names of initiators, separated by blanks. Without it every initiator "
                     "that reaches the portal may log in."},
        {.name = "incoming_username",
         .shortdesc = "CHAP user that initiators log in with",
         .longdesc = "With incoming_password_file: initiators have to authenticate by CHAP."},
        {.name = "incoming_password_file",
         .shortdesc = "File with the CHAP password of the initiators",
         .longdesc = "Its first line is the password. Only its owner may be able to read it."},
        {.name = "outgoing_username",
         .shortdesc = "CHAP user the target authenticates itself with",
         .longdesc = "With outgoing_password_file, and only together with incoming_username: "
                     "mutual CHAP."},
        {.name = "outgoing_password_file",
         .shortdesc = "File with the CHAP password of the target",
         .longdesc = "Its first line is the password. Only its owner may be able to read it."},
        {.name = "initiator_credentials_file",
         .shortdesc = "File with CHAP credentials of single initiators",
         .longdesc =
             "Lines \"INITIATOR USER PASSWORD [USER PASSWORD]\", the second pair for mutual CHAP; "
             "they go before incoming_* and outgoing_*. Every initiator in it has to be among "
             "allowed_initiators. Only its owner may be able to read it."},
        {.name = "session_limit",
         .type = Type::integer,
         .shortdesc = "Sessions above this are reported as degraded",
         .longdesc = "0: never.",
         .default_value = "0",
         .high = 65535},
        {.name = "pool_warn",
         .type = Type::integer,
         .shortdesc = "Fill of a thin pool that is reported as degraded, percent",
         .longdesc = "For a LUN on a thin-provisioned volume (dm-thin), when its pool's data or "
                     "metadata reach it. For a LUN on a mirror the mirror's own pool_warn counts.",
         .default_value = "80",
         .low = 1,
         .high = 100},
    };
}

/// Unset leaves the implementation's own default, and then monitor does not look at it.
Parameter emulation(std::string name, std::string what) {
    return {.name = std::move(name),
            .type = Type::boolean,
            .shortdesc = std::move(what),
            .longdesc = "Without it LIO's own default applies. tgt has no such switch."};
}

std::vector<Parameter> how_it_behaves() {
    return {
        emulation("emulate_tpu", "Initiators may discard blocks (UNMAP)"),
        emulation("emulate_3pc", "Third-party copy (EXTENDED COPY)"),
        emulation("emulate_caw", "Compare and write (ATS)"),
        emulation("emulate_write_cache", "Report a write cache"),
        {.name = "lun_attributes",
         .shortdesc = "Further LIO attributes of every LUN",
         .longdesc = "NAME=VALUE, separated by blanks: block_size, emulate_fua_write, emulate_pr, "
                     "emulate_tas, emulate_tpws, enforce_pr_isids, is_nonrot, "
                     "max_unmap_block_desc_count, max_unmap_lba_count, max_write_same_len, "
                     "optimal_sectors, queue_depth, unmap_granularity, "
                     "unmap_granularity_alignment, unmap_zeroes_data."},
        {.name = "session_parameters",
         .shortdesc = "iSCSI session parameters",
         .longdesc = "KEY=VALUE, separated by blanks, with RFC 7143's keys: DataDigest, "
                     "DefaultTime2Retain, DefaultTime2Wait, ErrorRecoveryLevel, FirstBurstLength, "
                     "HeaderDigest, ImmediateData, InitialR2T, MaxBurstLength, MaxConnections, "
                     "MaxOutstandingR2T, MaxRecvDataSegmentLength, MaxXmitDataSegmentLength."},
        {.name = "alua_state",
         .type = Type::select,
         .shortdesc = "ALUA state of the LUNs",
         .longdesc = "Without it LIO's default group (active/optimized) applies.",
         .options = target::alua_states()},
        {.name = "iser",
         .type = Type::boolean,
         .shortdesc = "Portals speak iSER too",
         .longdesc = "Needs an RDMA adapter and the kernel module ib_isert.",
         .default_value = "false"},
    };
}

std::vector<Parameter> what_it_looks_like() {
    return {
        {.name = "scsi_sn",
         .shortdesc = "Serial numbers of the LUNs",
         .longdesc = "NUMBER=SERIAL, separated by blanks, or one serial when there is one LUN. By "
                     "default a UUID made of the target's name and the LUN's number, so that it "
                     "is the same on every node and never changes. The NAA name of a LUN follows "
                     "from its serial.",
         .unique_group = "scsi_sn"},
        {.name = "vendor_id",
         .shortdesc = "SCSI vendor id",
         .longdesc = "At most 8 characters.",
         .default_value = "TWINSITE"},
        {.name = "product_id",
         .shortdesc = "SCSI product id",
         .longdesc = "At most 16 characters.",
         .default_value = "VIRTUAL-DISK"},
    };
}

} // namespace

const ocf::Description& description() {
    static const ocf::Description it = [] {
        ocf::Description made{
            .name = "iscsi-target",
            .shortdesc = "An iSCSI target with all its LUNs",
            .longdesc =
                "Exports one iSCSI target with all its LUNs, complete or not at all: initiators "
                "never reach a portal whose target is not complete, so a guest sees a pause "
                "instead of an error when the target moves. A LUN has the same identity on every "
                "node. Needs neither targetcli nor portblock.",
            .parameters = what_is_exported(),
            .actions = {{.name = "start", .timeout = 40},
                        {.name = "stop", .timeout = 60},
                        {.name = "monitor", .timeout = 20, .interval = 10},
                        {.name = "monitor", .timeout = 30, .interval = 60, .depth = 10},
                        {.name = "validate-all", .timeout = 20}}};
        for (const auto& group : {who_may_log_in(), what_it_looks_like(), how_it_behaves()}) {
            made.parameters.insert(made.parameters.end(), group.begin(), group.end());
        }
        return made;
    }();
    return it;
}

} // namespace twinsite::iscsi_target
