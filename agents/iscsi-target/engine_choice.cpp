#include "agents/iscsi-target/engine_choice.hpp"

#include <twinsite/base/file.hpp>
#include <twinsite/base/text.hpp>
#include <twinsite/log/log.hpp>

#include <fmt/format.h>

#include <system_error>

namespace twinsite::iscsi_target {

using target::Exported;
using target::Presence;

EngineNote::EngineNote(const std::filesystem::path& folder, std::string_view iqn)
    : file_(folder / fmt::format("{}.engine", iqn)) {}

std::string EngineNote::read() const {
    return std::string(trim(read_file(file_).value_or("")));
}

Status EngineNote::write(std::string_view engine) const {
    return replace_file(file_, fmt::format("{}\n", engine));
}

void EngineNote::forget() const {
    std::error_code ignored;
    std::filesystem::remove(file_, ignored);
}

target::Engine* EitherEngine::noted() const {
    const std::string name = note_.read();
    for (target::Engine* engine : {&preferred_, &other_}) {
        if (engine->name() == name) {
            return engine;
        }
    }
    return nullptr;
}

Result<Exported> EitherEngine::observe(const target::Specification& wanted) {
    if (target::Engine* engine = noted()) {
        return engine->observe(wanted);
    }
    auto here = preferred_.observe(wanted);
    if (here && here->presence == Presence::ours) {
        return here;
    }
    auto there = other_.observe(wanted);
    if (there && there->presence == Presence::ours) {
        return there;
    }
    if (!here || !there) {
        return here ? there : here; // what cannot be seen is not absent
    }
    const bool nothing_here =
        here->presence == Presence::absent ||
        (here->presence == Presence::foreign && there->presence == Presence::leftover);
    return nothing_here ? there : here;
}

Status EitherEngine::start(const target::Specification& wanted, const target::Progress& progress) {
    // An earlier run may have built it elsewhere.
    if (auto stopped = other_.stop(wanted.iqn, progress); !stopped) {
        return fail(stopped.error().in(fmt::format("left over in {}", other_.name())));
    }
    if (auto noted = note_.write(preferred_.name()); !noted) {
        return noted;
    }
    return preferred_.start(wanted, progress);
}

Status EitherEngine::stop(std::string_view iqn, const target::Progress& progress) {
    Status result;
    target::Engine* only = noted();
    for (target::Engine* engine : {&preferred_, &other_}) {
        if (only != nullptr && engine != only) {
            continue;
        }
        if (auto stopped = engine->stop(iqn, progress); !stopped && result) {
            result = stopped;
        }
    }
    if (result) {
        note_.forget();
    }
    return result;
}

} // namespace twinsite::iscsi_target
