// LIO or tgt, where the parameter `implementation` leaves it open. What this node would choose may
// change while a target runs (a kernel is installed, a module loaded); what runs does not.
#pragma once

#include <twinsite/target/engine.hpp>

#include <filesystem>
#include <string>
#include <string_view>

namespace twinsite::iscsi_target {

/// Which engine start used for one target, noted under /run.
class EngineNote {
public:
    EngineNote(const std::filesystem::path& folder, std::string_view iqn);

    /// "" when nothing is noted.
    [[nodiscard]] std::string read() const;
    Status write(std::string_view engine) const;
    void forget() const;

private:
    std::filesystem::path file_;
};

/// Starts with PREFERRED. Looks at and stops the engine that NOTE names; without a note both.
class EitherEngine final : public target::Engine {
public:
    EitherEngine(target::Engine& preferred, target::Engine& other, EngineNote note)
        : preferred_(preferred)
        , other_(other)
        , note_(std::move(note)) {}

    [[nodiscard]] std::string_view name() const override { return preferred_.name(); }
    Result<target::Exported> observe(const target::Specification& wanted) override;
    Status start(const target::Specification& wanted, const target::Progress& progress) override;
    Status stop(std::string_view iqn, const target::Progress& progress) override;

private:
    /// The noted one; nullptr without a note.
    [[nodiscard]] target::Engine* noted() const;

    target::Engine& preferred_;
    target::Engine& other_;
    EngineNote note_;
};

} // namespace twinsite::iscsi_target
