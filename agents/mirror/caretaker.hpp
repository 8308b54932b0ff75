// What a monitor does besides looking: it keeps the mirror's memory true, tells the cluster of a
// split brain, and removes what earlier trouble left behind.
#pragma once

#include "agents/mirror/promotion_score.hpp"

#include <twinsite/mirror/decision.hpp>
#include <twinsite/mirror/memory.hpp>
#include <twinsite/process/command.hpp>

#include <filesystem>
#include <functional>
#include <string>

namespace twinsite::mirror {

/// Where memory lives: STATE outlasts a reboot, RUN does not.
struct Folders {
    std::filesystem::path state = "/var/lib/twinsite/mirror";
    std::filesystem::path run = "/run/twinsite/mirror";
};

class Caretaker {
public:
    Caretaker() = default;
    Caretaker(const Caretaker&) = delete;
    Caretaker& operator=(const Caretaker&) = delete;
    virtual ~Caretaker() = default;

    /// Returns what an admin must know beyond the assessment: a split brain, or what a verify run
    /// found. "" when there is nothing. Never fails: what could not be done is logged.
    virtual std::string look_after(const Observation& seen, const Assessment& now,
                                   const Deadline& deadline) = 0;
    virtual void note_role(Role role, const Deadline& deadline) = 0;
    /// The peer was stopped in order, so it wrote nothing after we last saw it.
    virtual void note_orderly_stop() = 0;
    /// Why DRBD's fence handler last refused, and forget it. "" when it did not.
    virtual std::string take_refusal() = 0;
};

/// What the unpromoted side knows of its peer while there is no connection: written to RUN by the
/// monitor, read by the fence handler.
struct Contact {
    UnixTime at = 0;
    Role peer = Role::unknown;
};

std::filesystem::path contact_file(const Folders& folders, std::string_view resource);
std::filesystem::path refusal_file(const Folders& folders, std::string_view resource);
Result<Contact> read_contact(const Folders& folders, std::string_view resource);
Status write_contact(const Folders& folders, std::string_view resource, const Contact& contact);

/// The node attribute that shows a split brain to the cluster: mirror-split-RESOURCE.
std::string split_attribute(std::string_view resource);
/// "DETECTED GENERATION ROLE KIB", for `twinsite status` and `twinsite resolve`.
std::string split_attribute_value(const SplitBrain& split);

class LocalCaretaker final : public Caretaker {
public:
    using WallClock = std::function<UnixTime()>;

    LocalCaretaker(std::string resource, Folders folders, process::CommandRunner& runner,
                   Clock& clock, WallClock now);

    std::string look_after(const Observation& seen, const Assessment& now,
                           const Deadline& deadline) override;
    void note_role(Role role, const Deadline& deadline) override;
    void note_orderly_stop() override;
    std::string take_refusal() override;

private:
    void clean_up(const Memory& memory, const Deadline& deadline);
    void remember(const std::function<void(Memory&)>& change, const Deadline& deadline);

    std::string resource_;
    Folders folders_;
    MemoryFile memory_;
    process::CommandRunner& runner_;
    Clock& clock_;
    WallClock now_;
};

} // namespace twinsite::mirror
