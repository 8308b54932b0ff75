#include "lib/target/lio/layout.hpp"
#include "lib/target/lio/plan.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace twinsite::target::lio {

namespace {

class Build {
public:
    Build(const Specification& wanted, const Backings& backings)
        : wanted_(wanted)
        , backings_(backings)
        , group_(group_path(wanted.iqn)) {}

    std::vector<Step> take() {
        for (const Lun& lun : wanted_.luns) {
            backstore(lun);
        }
        target();
        for (const Lun& lun : wanted_.luns) {
            exported_lun(lun);
        }
        for (const Initiator& initiator : wanted_.initiators) {
            acl(initiator);
        }
        write(group_ + "/enable", "1", "enabling the target");
        for (const Portal& portal : wanted_.portals) {
            const std::string path = fmt::format("{}/np/{}", group_, portal.text());
            folder(path, fmt::format("portal {}", portal.text()));
            steps_.back().contended = true;
            if (wanted_.iser) {
                write(path + "/iser", "1", fmt::format("iSER on portal {}", portal.text()));
            }
        }
        return std::move(steps_);
    }

private:
    void folder(const std::string& path, std::string purpose) {
        steps_.push_back({Step::Verb::make_directory, path, {}, std::move(purpose)});
    }
    void shared_folder(const std::string& path, std::string purpose) {
        folder(path, std::move(purpose));
        steps_.back().optional = true;
    }
    void link(const std::string& path, const std::string& target, std::string purpose) {
        steps_.push_back({Step::Verb::link, path, target, std::move(purpose)});
    }
    void write(const std::string& path, std::string value, std::string purpose) {
        steps_.push_back({Step::Verb::write, path, std::move(value), std::move(purpose)});
    }
    void write_if_known(const std::string& path, std::string value, std::string purpose) {
        write(path, std::move(value), std::move(purpose));
        steps_.back().optional = true;
    }

    [[nodiscard]] const Backing& backing(const Lun& lun) const { return backings_.at(lun.number); }

    [[nodiscard]] std::string store_path(const Lun& lun) const {
        return fmt::format("{}/{}", adapter_path(backing(lun).kind, wanted_.iqn),
                           backstore_name(wanted_.iqn, lun.number));
    }

    void backstore(const Lun& lun) {
        const std::string path = store_path(lun);
        const std::string what = fmt::format("backing store of LUN {}", lun.number);
        shared_folder(adapter_path(backing(lun).kind, wanted_.iqn), what);
        folder(path, what);
        if (backing(lun).kind == Backing::Kind::block) {
            write(path + "/control", "udev_path=" + lun.path, what);
            if (lun.read_only) {
                write(path + "/control", "readonly=1", what);
            }
        } else {
            // Without fd_buffered_io LIO opens the file with O_DSYNC.
            write(path + "/control",
                  fmt::format("fd_dev_name={},fd_dev_size={}", lun.path, backing(lun).bytes), what);
        }
        write_if_known(path + "/udev_path", lun.path, what);
        write(path + "/enable", "1", opening(lun));
        identity(lun, path);
        for (const auto& [name, value] : wanted_.lun_attributes) {
            write(fmt::format("{}/attrib/{}", path, name), value,
                  fmt::format("{}={} of LUN {}", name, value, lun.number));
        }
        if (!wanted_.alua_state.empty()) {
            alua(lun, path);
        }
    }

    void identity(const Lun& lun, const std::string& path) {
        const std::string what = fmt::format("identity of LUN {}", lun.number);
        write(path + "/wwn/vpd_unit_serial", lun.identity.serial, what);
        write_if_known(path + "/wwn/vendor_id", lun.identity.vendor, what);
        write_if_known(path + "/wwn/product_id", lun.identity.product, what);
    }

    void alua(const Lun& lun, const std::string& path) {
        const std::string what = fmt::format("ALUA state of LUN {}", lun.number);
        const std::string group = fmt::format("{}/alua/{}", path, alua_group);
        const auto& states = alua_states();
        const auto state = std::find(states.begin(), states.end(), wanted_.alua_state);
        folder(group, what);
        write(group + "/tg_pt_gp_id", fmt::format("{}", alua_group_id), what);
        write(group + "/alua_access_type", "1", what); // implicit: the cluster decides
        write(group + "/alua_access_state", fmt::format("{}", state - states.begin()), what);
    }

    [[nodiscard]] bool authenticated() const {
        return !wanted_.incoming.empty() ||
               std::any_of(wanted_.initiators.begin(), wanted_.initiators.end(),
                           [](const Initiator& one) { return !one.incoming.empty(); });
    }

    void target() {
        const bool open = wanted_.initiators.empty();
        shared_folder(std::string(fabric), "the iSCSI fabric");
        folder(target_path(wanted_.iqn), "the target");
        folder(group_, "the portal group");
        const auto attribute = [&](std::string_view name, bool on) {
            write(fmt::format("{}/attrib/{}", group_, name), on ? "1" : "0", std::string(name));
        };
        attribute("authentication", authenticated());
        attribute("generate_node_acls", open);
        attribute("cache_dynamic_acls", open);
        attribute("demo_mode_write_protect", false);
        for (const auto& [name, value] : wanted_.session_parameters) {
            write(fmt::format("{}/param/{}", group_, name), value,
                  fmt::format("session parameter {}={}", name, value));
        }
        if (open) {
            credentials(group_ + "/auth", wanted_.incoming, wanted_.outgoing);
        }
    }

    void credentials(const std::string& path, const Credentials& incoming,
                     const Credentials& outgoing) {
        const auto secret = [&](std::string_view name, const std::string& value) {
            write(fmt::format("{}/{}", path, name), value, "CHAP credentials");
            steps_.back().secret = true;
        };
        if (!incoming.empty()) {
            secret("userid", incoming.user);
            secret("password", incoming.password);
        }
        if (!outgoing.empty()) {
            secret("userid_mutual", outgoing.user);
            secret("password_mutual", outgoing.password);
        }
    }

    void exported_lun(const Lun& lun) {
        const std::string path = fmt::format("{}/lun/lun_{}", group_, lun.number);
        const std::string what = fmt::format("LUN {}", lun.number);
        folder(path, what);
        link(fmt::format("{}/{}", path, lun_link), store_path(lun), what);
        if (!wanted_.alua_state.empty()) {
            write(path + "/alua_tg_pt_gp", std::string(alua_group), what);
        }
    }

    void acl(const Initiator& initiator) {
        const std::string path = fmt::format("{}/acls/{}", group_, initiator.name);
        const std::string what = fmt::format("initiator {}", initiator.name);
        folder(path, what);
        credentials(path + "/auth",
                    initiator.incoming.empty() ? wanted_.incoming : initiator.incoming,
                    initiator.outgoing.empty() ? wanted_.outgoing : initiator.outgoing);
        for (const Lun& lun : wanted_.luns) {
            const std::string mapped = fmt::format("{}/lun_{}", path, lun.number);
            folder(mapped, what);
            link(fmt::format("{}/{}", mapped, lun_link),
                 fmt::format("{}/lun/lun_{}", group_, lun.number), what);
            write(mapped + "/write_protect", lun.read_only ? "1" : "0", what);
        }
    }

    const Specification& wanted_;
    const Backings& backings_;
    std::string group_;
    std::vector<Step> steps_;
};

} // namespace

std::string opening(const Lun& lun) {
    return fmt::format("opening {} for LUN {}", lun.path, lun.number);
}

std::vector<Step> build_steps(const Specification& wanted, const Backings& backings) {
    return Build(wanted, backings).take();
}

} // namespace twinsite::target::lio
