#include "agents/iscsi-target/settings.hpp"

#include <twinsite/base/file.hpp>
#include <twinsite/base/text.hpp>
#include <twinsite/target/identity.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace twinsite::iscsi_target {

namespace {

using target::Specification;

Status mark_read_only(Specification& specification, const std::string& text) {
    for (const std::string& word : split(text)) {
        const auto number = parse_integer(word, 0, static_cast<std::int64_t>(target::highest_lun));
        if (!number) {
            return fail(number.error());
        }
        const auto lun =
            std::find_if(specification.luns.begin(), specification.luns.end(), [&](const auto& l) {
                return l.number == static_cast<std::uint64_t>(*number);
            });
        if (lun == specification.luns.end()) {
            return fail(ErrorKind::invalid_config,
                        fmt::format("LUN {} is not among luns", *number));
        }
        lun->read_only = true;
    }
    return {};
}

Status check_pairs(const ocf::Values& values) {
    for (const char* way : {"incoming", "outgoing"}) {
        const std::string user = fmt::format("{}_username", way);
        const std::string file = fmt::format("{}_password_file", way);
        if (values.is_set(user) != values.is_set(file)) {
            return fail(ErrorKind::invalid_config,
                        fmt::format("{} and {} belong together", user, file));
        }
    }
    if (values.is_set("outgoing_username") && !values.is_set("incoming_username")) {
        return fail(ErrorKind::invalid_config,
                    "outgoing_username needs incoming_username: a target authenticates itself "
                    "only to an initiator that does");
    }
    return {};
}

const std::vector<std::string> known_attributes{
    "block_size",          "emulate_fua_write",
    "emulate_pr",          "emulate_tas",
    "emulate_tpws",        "enforce_pr_isids",
    "is_nonrot",           "max_unmap_block_desc_count",
    "max_unmap_lba_count", "max_write_same_len",
    "optimal_sectors",     "queue_depth",
    "unmap_granularity",   "unmap_granularity_alignment",
    "unmap_zeroes_data"};

const std::vector<std::string> known_session_parameters{"DataDigest",
                                                        "DefaultTime2Retain",
                                                        "DefaultTime2Wait",
                                                        "ErrorRecoveryLevel",
                                                        "FirstBurstLength",
                                                        "HeaderDigest",
                                                        "ImmediateData",
                                                        "InitialR2T",
                                                        "MaxBurstLength",
                                                        "MaxConnections",
                                                        "MaxOutstandingR2T",
                                                        "MaxRecvDataSegmentLength",
                                                        "MaxXmitDataSegmentLength"};

void add_emulations(Specification& specification, const ocf::Values& values) {
    for (const char* name : {"emulate_tpu", "emulate_3pc", "emulate_caw", "emulate_write_cache"}) {
        if (values.is_set(name)) {
            specification.lun_attributes.emplace(name, values.boolean(name) ? "1" : "0");
        }
    }
}

/// VALUE stored in PLACE, or its error with the parameter's name in front.
template <typename T>
Status take(std::string_view parameter, Result<T> value, T& place) {
    if (!value) {
        return fail(value.error().in(fmt::format("parameter {}", parameter)));
    }
    place = std::move(*value);
    return {};
}

Status take(std::string_view parameter, const Status& status) {
    return status ? status : fail(status.error().in(fmt::format("parameter {}", parameter)));
}

Status check_users(const ocf::Values& values) {
    for (const char* parameter : {"incoming_username", "outgoing_username"}) {
        if (values.is_set(parameter)) {
            if (auto checked = target::check_user(values.text(parameter)); !checked) {
                return take(parameter, checked);
            }
        }
    }
    return {};
}

/// What is wrong with a file of this node is no fault of the parameters.
Error of_file(Error error, std::string_view file) {
    if (error.kind == ErrorKind::invalid_config) {
        error.kind = ErrorKind::conflict;
    }
    return error.in(file);
}

Status read_password(const ocf::Values& values, std::string_view way,
                     target::Credentials& credentials) {
    credentials.user = values.text(fmt::format("{}_username", way));
    if (credentials.user.empty()) {
        return {};
    }
    const std::string file = fmt::format("{}_password_file", way);
    auto password = read_secret_file(values.text(file));
    if (!password) {
        return fail(of_file(password.error(), file));
    }
    credentials.password = std::move(*password);
    const auto checked = target::check_credentials(credentials);
    return checked ? checked : fail(of_file(checked.error(), file));
}

Status read_initiator_credentials(const std::string& file,
                                  std::vector<target::Initiator>& initiators) {
    const auto text = read_private_file(file);
    if (!text) {
        return fail(of_file(text.error(), "initiator_credentials_file"));
    }
    const auto parsed = target::parse_initiator_credentials(*text, initiators);
    return parsed ? parsed : fail(of_file(parsed.error(), file));
}

} // namespace

Result<Specification> specification_of(const ocf::Values& values) {
    Specification made;
    made.iqn = values.text("iqn");
    Status status = take("iqn", target::check_iscsi_name(made.iqn));
    const auto then = [&](auto&& step) {
        if (status) {
            status = step();
        }
    };
    then([&] { return take("luns", target::parse_luns(values.text("luns")), made.luns); });
    then([&] {
        return take("read_only_luns", mark_read_only(made, values.text("read_only_luns")));
    });
    then([&] {
        return take("portals", target::parse_portals(values.text("portals")), made.portals);
    });
    then([&] {
        return take("allowed_initiators",
                    target::parse_initiators(values.text("allowed_initiators")), made.initiators);
    });
    then([&] { return check_pairs(values); });
    then([&] { return check_users(values); });
    then([&] {
        return take("lun_attributes",
                    target::parse_switches(values.text("lun_attributes"), known_attributes),
                    made.lun_attributes);
    });
    then([&] {
        return take(
            "session_parameters",
            target::parse_switches(values.text("session_parameters"), known_session_parameters),
            made.session_parameters);
    });
    add_emulations(made, values);
    made.alua_state = values.text("alua_state");
    made.iser = values.boolean("iser");
    then([&] {
        return target::complete_identities(made, values.text("scsi_sn"), values.text("vendor_id"),
                                           values.text("product_id"));
    });
    if (!status) {
        return fail(status.error());
    }
    return made;
}

Status read_secrets(Specification& specification, const ocf::Values& values) {
    Status status = read_password(values, "incoming", specification.incoming);
    if (auto outgoing = read_password(values, "outgoing", specification.outgoing); status) {
        status = outgoing;
    }
    specification.passwords_known = status.has_value();
    const std::string& file = values.text("initiator_credentials_file");
    if (file.empty()) {
        return status;
    }
    const auto own = read_initiator_credentials(file, specification.initiators);
    specification.initiator_credentials_known = own.has_value();
    return status ? own : status;
}

} // namespace twinsite::iscsi_target
