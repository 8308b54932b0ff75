#include "tests/unit/mirror/fake_mirror.hpp"

namespace twinsite::testing {

using namespace mirror;

Observation FakeMirror::connected(Role role, Role peer) {
    return {.configured = true,
            .role = role,
            .suspended = {},
            .volumes = {{.volume = 0, .minor = 0, .disk = Disk::up_to_date, .size_kib = 1024}},
            .peers = {{.name = "peer",
                       .connection = Connection::connected,
                       .role = peer,
                       .volumes = {{.volume = 0,
                                    .replication = Replication::established,
                                    .disk = Disk::up_to_date}}}}};
}

Observation FakeMirror::disconnected(Role role) {
    auto seen = connected(role, Role::unknown);
    seen.peers[0].connection = Connection::connecting;
    seen.peers[0].volumes[0].replication = Replication::off;
    seen.peers[0].volumes[0].disk = Disk::unknown;
    return seen;
}

Result<Observation> FakeMirror::observe(const Deadline& /*deadline*/) {
    if (on_observe) {
        if (auto able = on_observe(); !able) {
            return fail(able.error());
        }
    }
    return now;
}

Status FakeMirror::check_configured(const Deadline& /*deadline*/) {
    return {};
}

Status FakeMirror::bring_up(const Deadline& /*deadline*/) {
    calls.emplace_back("up");
    if (on_bring_up) {
        if (auto done = on_bring_up(); !done) {
            return done;
        }
    }
    now = when_up;
    return {};
}

Status FakeMirror::bring_down(const Deadline& /*deadline*/) {
    calls.emplace_back("down");
    if (on_bring_down) {
        if (auto done = on_bring_down(); !done) {
            return done;
        }
    }
    now = {};
    return {};
}

Status FakeMirror::promote(const Deadline& /*deadline*/) {
    calls.emplace_back("promote");
    if (on_promote) {
        if (auto done = on_promote(); !done) {
            return done;
        }
    }
    now.role = Role::primary;
    return {};
}

Status FakeMirror::demote(const Deadline& /*deadline*/) {
    calls.emplace_back("demote");
    if (on_demote) {
        if (auto done = on_demote(); !done) {
            return done;
        }
    }
    now.role = Role::secondary;
    return {};
}

Status FakeMirror::resume_io(const Observation& /*seen*/, const Deadline& /*deadline*/) {
    calls.emplace_back("resume-io");
    if (on_resume_io) {
        if (auto done = on_resume_io(); !done) {
            return done;
        }
    }
    now.suspended.clear();
    return {};
}

Result<Options> FakeMirror::options(const Deadline& /*deadline*/) {
    return configured;
}

Result<std::string> FakeMirror::generation(const Observation& /*seen*/,
                                           const Deadline& /*deadline*/) {
    return std::string("9F67CDCA1CEE2C1D:DFC5D0D2036FAAA1:0000000000000000:0000000000000000");
}

} // namespace twinsite::testing
