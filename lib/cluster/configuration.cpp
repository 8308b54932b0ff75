#include "lib/cluster/xml_bridge.hpp"

#include <twinsite/cluster/configuration.hpp>

#include <crm/cib.h>
#include <crm/common/results.h>
#include <fmt/format.h>

#include <cerrno>
#include <cstdlib>

namespace twinsite::cluster {

namespace {

constexpr int answer_within_s = 30;

Error from_pacemaker(int code, std::string_view what) {
    ErrorKind kind = ErrorKind::internal;
    switch (code < 0 ? -code : code) {
    case EACCES:
    case EPERM:
        kind = ErrorKind::permission;
        break;
    case ENOTCONN:
    case ECONNREFUSED:
    case ENOENT:
        kind = ErrorKind::unreachable;
        break;
    case ETIME:
    case ETIMEDOUT:
    case EAGAIN:
        kind = ErrorKind::timeout;
        break;
    case pcmk_err_old_data:
    case pcmk_err_diff_failed:
    case pcmk_err_diff_resync:
        kind = ErrorKind::conflict;
        break;
    case pcmk_err_schema_validation:
        kind = ErrorKind::invalid_config;
        break;
    default:
        break;
    }
    return {kind, fmt::format("{}: {}", what, pcmk_strerror(code))};
}

void close_session(cib_t* session) {
    session->cmds->signoff(session);
    cib_delete(session);
}

using Session = CHandle<cib_t, close_session>;

bool same_version(const site::Xml& a, const site::Xml& b) {
    return a.get("admin_epoch") == b.get("admin_epoch") && a.get("epoch") == b.get("epoch");
}

class LiveConfiguration final : public Configuration {
public:
    explicit LiveConfiguration(Session session)
        : session_(std::move(session)) {}

    [[nodiscard]] bool acts() const override { return std::getenv("CIB_file") == nullptr; }

    Result<site::Xml> read() override {
        auto tree = query();
        if (!tree) {
            return fail(tree.error());
        }
        return from_tree(tree->get());
    }

    Status change(const site::Xml& before, const site::Xml& after) override {
        // A status update between reading and writing makes the replacement too old though
        // nothing that matters has changed, so it is made anew from what is there then.
        constexpr int tries = 20;
        Status done;
        for (int i = 0; i < tries; ++i) {
            const auto now = read();
            if (!now) {
                return fail(ErrorKind::unreachable, now.error().in("nothing was changed").message);
            }
            if (!same_version(before, *now)) {
                return fail(ErrorKind::conflict,
                            "the cluster's configuration changed in the meantime; nothing was "
                            "changed, look at the plan again");
            }
            done = replace(*now, after);
            if (done || done.error().kind != ErrorKind::conflict) {
                break;
            }
        }
        return done;
    }

private:
    Session session_;

    Result<XmlTree> query() {
        xmlNode* raw = nullptr;
        const int code =
            session_->cmds->query(session_.get(), nullptr, &raw, cib_scope_local | cib_sync_call);
        XmlTree tree(raw);
        if (code < 0 || !tree) {
            return fail(from_pacemaker(code, "the cluster's configuration could not be read"));
        }
        return tree;
    }

    /// NOW keeps its version, so the cluster refuses it when anything has changed since.
    Status replace(const site::Xml& now, const site::Xml& after) {
        site::Xml target = now;
        const site::Xml* wanted = after.child("configuration");
        site::Xml* mine = target.child("configuration");
        if (wanted == nullptr || mine == nullptr) {
            return fail(ErrorKind::internal, "a CIB without configuration");
        }
        *mine = *wanted;
        auto tree = to_tree(target);
        if (!tree) {
            return fail(tree.error());
        }
        const int code =
            session_->cmds->replace(session_.get(), nullptr, tree->get(), cib_sync_call);
        if (code >= 0) {
            return {};
        }
        Error error = from_pacemaker(code, "the cluster did not take the change");
        switch (error.kind) {
        case ErrorKind::conflict:
        case ErrorKind::invalid_config:
        case ErrorKind::permission:
            return fail(std::move(error));
        default:
            // It may have taken it and died before it could say so.
            return fail(ErrorKind::timeout,
                        fmt::format("the cluster did not say whether it took the change: {}; look "
                                    "at the plan when it answers again",
                                    pcmk_strerror(code)));
        }
    }
};

} // namespace

Result<std::unique_ptr<Configuration>> open_configuration() {
    static const bool schemas_loaded = [] {
        crm_xml_init();
        return true;
    }();
    static_cast<void>(schemas_loaded);
    cib_t* raw = cib_new();
    if (raw == nullptr) {
        return fail(ErrorKind::internal, "libcib gave no connection");
    }
    raw->call_timeout = answer_within_s;
    const int code = raw->cmds->signon(raw, "twinsite", cib_command);
    Session session(raw);
    if (code < 0) {
        return fail(
            from_pacemaker(code, "no cluster answers on this node (is Pacemaker running?)"));
    }
    return std::make_unique<LiveConfiguration>(std::move(session));
}

} // namespace twinsite::cluster
